/// AddOffsetsToTxn (25): a group's offsets become part of a transaction.
/// v2 PRODUCER_FENCED · v3 flexible · v4 TRANSACTION_ABORTABLE (KIP-890)
public struct AddOffsetsToTxnRequest: KafkaRequest {
    public typealias Response = AddOffsetsToTxnResponse
    public static let key: Int16 = 25
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleSince: Int16? = 3

    public var transactionalID = ""
    public var producerID: Int64 = 0
    public var producerEpoch: Int16 = 0
    public var groupID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&transactionalID, "transactionalId")
        try coder.int64(&producerID, "producerId")
        try coder.int16(&producerEpoch, "producerEpoch")
        try coder.string(&groupID, "groupId")
    }
}

public struct AddOffsetsToTxnResponse: KafkaResponse {
    public typealias Request = AddOffsetsToTxnRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
    }
}
