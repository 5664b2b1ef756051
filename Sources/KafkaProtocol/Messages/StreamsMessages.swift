extension Messages {
    /// Streams groups: keys 88 and 89.
    static let streams: [any KafkaMessage.Type] = [
        StreamsGroupHeartbeatRequest.self,
        StreamsGroupHeartbeatResponse.self,
        StreamsGroupDescribeRequest.self,
        StreamsGroupDescribeResponse.self,
    ]
}
