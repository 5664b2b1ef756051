/// TransactionLogKey (0): a transactional id.
public struct TransactionLogKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var transactionalID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&transactionalID, "transactionalId")
    }
}

/// TransactionLogValue (0): its producer, and how far its present transaction has come. Times are milliseconds since
/// 1970.
/// v1 flexible; tagged: the ids before and after an epoch that is used up, and the client's version (KIP-890)
public struct TransactionLogValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 1

    public struct PartitionsSchema: KafkaStruct {
        public var topic = ""
        public var partitionIDs: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topic, "topic")
            try coder.array(&partitionIDs, "partitionIds")
        }
    }

    public var producerID: Int64 = 0
    public var previousProducerID: Int64 = -1
    public var nextProducerID: Int64 = -1
    public var producerEpoch: Int16 = 0
    public var nextProducerEpoch: Int16 = -1
    public var transactionTimeoutMilliseconds: Int32 = 0
    public var transactionStatus: Int8 = 0
    /// Nil once the transaction has ended.
    public var transactionPartitions: [PartitionsSchema]? = []
    public var transactionLastUpdateTimestampMilliseconds: Int64 = 0
    public var transactionStartTimestampMilliseconds: Int64 = 0
    public var clientTransactionVersion: Int16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int64(&producerID, "producerId")
        try coder.int16(&producerEpoch, "producerEpoch")
        try coder.int32(&transactionTimeoutMilliseconds, "transactionTimeoutMs")
        try coder.int8(&transactionStatus, "transactionStatus")
        try coder.nullableArray(&transactionPartitions, "transactionPartitions", default: [])
        try coder.int64(&transactionLastUpdateTimestampMilliseconds, "transactionLastUpdateTimestampMs")
        try coder.int64(&transactionStartTimestampMilliseconds, "transactionStartTimestampMs")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.int64(&previousProducerID, "previousProducerId", since: 1, default: -1, tag: 0)
        try coder.int64(&nextProducerID, "nextProducerId", since: 1, default: -1, tag: 1)
        try coder.int16(&clientTransactionVersion, "clientTransactionVersion", since: 1, tag: 2)
        try coder.int16(&nextProducerEpoch, "nextProducerEpoch", since: 1, default: -1, tag: 3)
    }
}
