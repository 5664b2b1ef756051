public import Bytes

/// DescribeTopicPartitions (75): topics' partitions, a page at a time, with their eligible leader replicas (KIP-966).
public struct DescribeTopicPartitionsRequest: KafkaRequest {
    public typealias Response = DescribeTopicPartitionsResponse
    public static let key: Int16 = 75
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var topics: [Topic] = []
    /// Partitions in one answer at most.
    public var responsePartitionLimit: Int32 = 2000
    /// Where the page begins; nil: at the first topic.
    public var cursor: Cursor?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&topics, "topics")
        try coder.int32(&responsePartitionLimit, "responsePartitionLimit", default: 2000)
        try coder.nullableStructure(&cursor, "cursor")
    }

    public struct Topic: KafkaStruct {
        public var name = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
        }
    }

    public struct Cursor: KafkaStruct {
        public var topicName = ""
        public var partitionIndex: Int32 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topicName, "topicName")
            try coder.int32(&partitionIndex, "partitionIndex")
        }
    }
}

public struct DescribeTopicPartitionsResponse: KafkaResponse {
    public typealias Request = DescribeTopicPartitionsRequest

    public typealias Cursor = Request.Cursor
    public var throttleTimeMilliseconds: Int32 = 0
    public var topics: [Topic] = []
    /// What to ask for next; nil: that was all.
    public var nextCursor: Cursor?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", ignorable: true)
        try coder.array(&topics, "topics")
        try coder.nullableStructure(&nextCursor, "nextCursor")
    }

    public struct Topic: KafkaStruct {
        public var errorCode: Int16 = 0
        public var name: String? = ""
        public var topicID = UUID.zero
        public var isInternal = false
        public var partitions: [Partition] = []
        /// A bit for each operation.
        public var topicAuthorizedOperations = Int32.min

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&name, "name", default: "")
            try coder.uuid(&topicID, "topicId", ignorable: true)
            try coder.bool(&isInternal, "isInternal", ignorable: true)
            try coder.array(&partitions, "partitions")
            try coder.int32(&topicAuthorizedOperations, "topicAuthorizedOperations", default: .min)
        }
    }

    public struct Partition: KafkaStruct {
        public var errorCode: Int16 = 0
        public var partitionIndex: Int32 = 0
        public var leaderID: Int32 = 0
        public var leaderEpoch: Int32 = -1
        public var replicaNodes: [Int32] = []
        public var isrNodes: [Int32] = []
        public var eligibleLeaderReplicas: [Int32]?
        public var lastKnownELR: [Int32]?
        public var offlineReplicas: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int32(&leaderID, "leaderId")
            try coder.int32(&leaderEpoch, "leaderEpoch", default: -1, ignorable: true)
            try coder.array(&replicaNodes, "replicaNodes")
            try coder.array(&isrNodes, "isrNodes")
            try coder.nullableArray(&eligibleLeaderReplicas, "eligibleLeaderReplicas")
            try coder.nullableArray(&lastKnownELR, "lastKnownElr")
            try coder.array(&offlineReplicas, "offlineReplicas", ignorable: true)
        }
    }
}
