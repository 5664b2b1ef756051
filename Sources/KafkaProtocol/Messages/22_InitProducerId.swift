/// InitProducerId (22): hands out a producer's id and epoch, and ends what its transactional id left open.
/// v2 flexible · v3 the producer's present id and epoch (KIP-360) · v4 PRODUCER_FENCED · v5 TRANSACTION_ABORTABLE
/// (KIP-890) · v6 two-phase commit (KIP-939), which no broker of 4.3 offers
public struct InitProducerIdRequest: KafkaRequest {
    public typealias Response = InitProducerIdResponse
    public static let key: Int16 = 22
    public static let versions: ClosedRange<Int16> = 0...6
    public static let flexibleSince: Int16? = 2

    public var transactionalID: String? = ""
    public var transactionTimeoutMilliseconds: Int32 = 0
    public var producerID: Int64 = -1
    public var producerEpoch: Int16 = -1
    public var enable2PC = false
    public var keepPreparedTransaction = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&transactionalID, "transactionalId", default: "")
        try coder.int32(&transactionTimeoutMilliseconds, "transactionTimeoutMs")
        try coder.int64(&producerID, "producerId", since: 3, default: -1)
        try coder.int16(&producerEpoch, "producerEpoch", since: 3, default: -1)
        try coder.bool(&enable2PC, "enable2Pc", since: 6)
        try coder.bool(&keepPreparedTransaction, "keepPreparedTxn", since: 6)
    }
}

public struct InitProducerIdResponse: KafkaResponse {
    public typealias Request = InitProducerIdRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var producerID: Int64 = -1
    public var producerEpoch: Int16 = 0
    public var ongoingTransactionProducerID: Int64 = -1
    public var ongoingTransactionProducerEpoch: Int16 = -1

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", ignorable: true)
        try coder.int16(&errorCode, "errorCode")
        try coder.int64(&producerID, "producerId", default: -1)
        try coder.int16(&producerEpoch, "producerEpoch")
        try coder.int64(&ongoingTransactionProducerID, "ongoingTxnProducerId", since: 6, default: -1)
        try coder.int16(&ongoingTransactionProducerEpoch, "ongoingTxnProducerEpoch", since: 6, default: -1)
    }
}
