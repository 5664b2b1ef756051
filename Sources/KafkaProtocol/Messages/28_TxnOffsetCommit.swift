/// TxnOffsetCommit (28): stores how far a group has read, once a transaction commits.
/// v2 leader epoch · v3 flexible, member and generation, to fence (KIP-447) · v4 TRANSACTION_ABORTABLE (KIP-890) ·
/// v5 the group joins the transaction by itself, without AddOffsetsToTxn
public struct TxnOffsetCommitRequest: KafkaRequest {
    public typealias Response = TxnOffsetCommitResponse
    public static let key: Int16 = 28
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleSince: Int16? = 3

    public var transactionalID = ""
    public var groupID = ""
    public var producerID: Int64 = 0
    public var producerEpoch: Int16 = 0
    public var generationID: Int32 = -1
    public var memberID = ""
    public var groupInstanceID: String?
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&transactionalID, "transactionalId")
        try coder.string(&groupID, "groupId")
        try coder.int64(&producerID, "producerId")
        try coder.int16(&producerEpoch, "producerEpoch")
        try coder.int32(&generationID, "generationId", since: 3, default: -1)
        try coder.string(&memberID, "memberId", since: 3)
        try coder.nullableString(&groupInstanceID, "groupInstanceId", since: 3)
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var committedOffset: Int64 = 0
        public var committedLeaderEpoch: Int32 = -1
        public var committedMetadata: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int64(&committedOffset, "committedOffset")
            try coder.int32(&committedLeaderEpoch, "committedLeaderEpoch", since: 2, default: -1, ignorable: true)
            try coder.nullableString(&committedMetadata, "committedMetadata", default: "")
        }
    }
}

public struct TxnOffsetCommitResponse: KafkaResponse {
    public typealias Request = TxnOffsetCommitRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var errorCode: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
        }
    }
}
