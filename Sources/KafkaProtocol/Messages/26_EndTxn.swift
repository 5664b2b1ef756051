/// EndTxn (26): commits or aborts a transaction.
/// v2 PRODUCER_FENCED · v3 flexible · v4 TRANSACTION_ABORTABLE (KIP-890) · v5 every transaction ends with a new epoch,
/// which the answer tells
public struct EndTxnRequest: KafkaRequest {
    public typealias Response = EndTxnResponse
    public static let key: Int16 = 26
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleSince: Int16? = 3

    public var transactionalID = ""
    public var producerID: Int64 = 0
    public var producerEpoch: Int16 = 0
    public var committed = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&transactionalID, "transactionalId")
        try coder.int64(&producerID, "producerId")
        try coder.int16(&producerEpoch, "producerEpoch")
        try coder.bool(&committed, "committed")
    }
}

public struct EndTxnResponse: KafkaResponse {
    public typealias Request = EndTxnRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var producerID: Int64 = -1
    public var producerEpoch: Int16 = -1

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.int64(&producerID, "producerId", since: 5, default: -1, ignorable: true)
        try coder.int16(&producerEpoch, "producerEpoch", since: 5, default: -1, ignorable: true)
    }
}
