extension Messages {
    /// Producer ids and transactions: keys 22, 24…28, 61, 65…67.
    static let transactions: [any KafkaMessage.Type] = [
        InitProducerIdRequest.self,
        InitProducerIdResponse.self,
        AddPartitionsToTxnRequest.self,
        AddPartitionsToTxnResponse.self,
        AddOffsetsToTxnRequest.self,
        AddOffsetsToTxnResponse.self,
        EndTxnRequest.self,
        EndTxnResponse.self,
        WriteTxnMarkersRequest.self,
        WriteTxnMarkersResponse.self,
        TxnOffsetCommitRequest.self,
        TxnOffsetCommitResponse.self,
        DescribeProducersRequest.self,
        DescribeProducersResponse.self,
        DescribeTransactionsRequest.self,
        DescribeTransactionsResponse.self,
        ListTransactionsRequest.self,
        ListTransactionsResponse.self,
        AllocateProducerIdsRequest.self,
        AllocateProducerIdsResponse.self,
    ]
}
