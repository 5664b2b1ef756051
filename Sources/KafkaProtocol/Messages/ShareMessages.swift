extension Messages {
    /// Share groups: keys 76…79, 83…87, 90…92.
    static let shares: [any KafkaMessage.Type] = [
        ShareGroupHeartbeatRequest.self,
        ShareGroupHeartbeatResponse.self,
        ShareGroupDescribeRequest.self,
        ShareGroupDescribeResponse.self,
        ShareFetchRequest.self,
        ShareFetchResponse.self,
        ShareAcknowledgeRequest.self,
        ShareAcknowledgeResponse.self,
        InitializeShareGroupStateRequest.self,
        InitializeShareGroupStateResponse.self,
        ReadShareGroupStateRequest.self,
        ReadShareGroupStateResponse.self,
        WriteShareGroupStateRequest.self,
        WriteShareGroupStateResponse.self,
        DeleteShareGroupStateRequest.self,
        DeleteShareGroupStateResponse.self,
        ReadShareGroupStateSummaryRequest.self,
        ReadShareGroupStateSummaryResponse.self,
        DescribeShareGroupOffsetsRequest.self,
        DescribeShareGroupOffsetsResponse.self,
        AlterShareGroupOffsetsRequest.self,
        AlterShareGroupOffsetsResponse.self,
        DeleteShareGroupOffsetsRequest.self,
        DeleteShareGroupOffsetsResponse.self,
    ]
}
