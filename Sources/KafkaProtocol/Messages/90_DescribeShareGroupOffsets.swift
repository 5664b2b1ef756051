public import Bytes

/// DescribeShareGroupOffsets (90): where share groups begin to read (KIP-932).
/// v1 lag (KIP-1226)
public struct DescribeShareGroupOffsetsRequest: KafkaRequest {
    public typealias Response = DescribeShareGroupOffsetsResponse
    public static let key: Int16 = 90
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 0

    public var groups: [Group] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&groups, "groups")
    }

    public struct Group: KafkaStruct {
        public var groupID = ""
        /// Nil: all that the group has an offset for.
        public var topics: [Topic]? = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&groupID, "groupId")
            try coder.nullableArray(&topics, "topics", default: [])
        }
    }

    public struct Topic: KafkaStruct {
        public var topicName = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topicName, "topicName")
            try coder.array(&partitions, "partitions")
        }
    }
}

public struct DescribeShareGroupOffsetsResponse: KafkaResponse {
    public typealias Request = DescribeShareGroupOffsetsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var groups: [Group] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&groups, "groups")
    }

    public struct Group: KafkaStruct {
        public var groupID = ""
        public var topics: [Topic] = []
        public var errorCode: Int16 = 0
        public var errorMessage: String?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&groupID, "groupId")
            try coder.array(&topics, "topics")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage")
        }
    }

    public struct Topic: KafkaStruct {
        public var topicName = ""
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topicName, "topicName")
            try coder.uuid(&topicID, "topicId")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var startOffset: Int64 = 0
        public var leaderEpoch: Int32 = 0
        /// −1: unknown.
        public var lag: Int64 = -1
        public var errorCode: Int16 = 0
        public var errorMessage: String?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int64(&startOffset, "startOffset")
            try coder.int32(&leaderEpoch, "leaderEpoch")
            try coder.int64(&lag, "lag", since: 1, default: -1, ignorable: true)
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage")
        }
    }
}
