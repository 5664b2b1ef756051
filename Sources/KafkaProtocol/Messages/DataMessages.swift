extension Messages {
    /// The data path and what a client asks first: keys 0…3, 18, 23, 75.
    static let data: [any KafkaMessage.Type] = [
        ProduceRequest.self,
        ProduceResponse.self,
        FetchRequest.self,
        FetchResponse.self,
        ListOffsetsRequest.self,
        ListOffsetsResponse.self,
        MetadataRequest.self,
        MetadataResponse.self,
        ApiVersionsRequest.self,
        ApiVersionsResponse.self,
        OffsetForLeaderEpochRequest.self,
        OffsetForLeaderEpochResponse.self,
        DescribeTopicPartitionsRequest.self,
        DescribeTopicPartitionsResponse.self,
    ]
}
