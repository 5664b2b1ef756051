public import Bytes

/// OffsetCommit (8): a member, or a client outside of any group, stores how far it has read.
/// v3 throttle time (response) · v5 no retention time · v6 leader epoch · v7 static members (KIP-345) · v8 flexible ·
/// v9 member epochs of consumer groups (KIP-848), STALE_MEMBER_EPOCH and GROUP_ID_NOT_FOUND · v10 topic ids for names
public struct OffsetCommitRequest: KafkaRequest {
    public typealias Response = OffsetCommitResponse
    public static let key: Int16 = 8
    public static let versions: ClosedRange<Int16> = 2...10
    public static let flexibleSince: Int16? = 8

    public var groupID = ""
    public var generationIDOrMemberEpoch: Int32 = -1
    public var memberID = ""
    public var groupInstanceID: String?
    /// −1: the broker's own setting.
    public var retentionTimeMilliseconds: Int64 = -1
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.int32(&generationIDOrMemberEpoch, "generationIdOrMemberEpoch", default: -1, ignorable: true)
        try coder.string(&memberID, "memberId", ignorable: true)
        try coder.nullableString(&groupInstanceID, "groupInstanceId", since: 7)
        try coder.int64(&retentionTimeMilliseconds, "retentionTimeMs", until: 4, default: -1, ignorable: true)
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name", until: 9, ignorable: true)
            try coder.uuid(&topicID, "topicId", since: 10, ignorable: true)
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
            try coder.int32(&committedLeaderEpoch, "committedLeaderEpoch", since: 6, default: -1, ignorable: true)
            try coder.nullableString(&committedMetadata, "committedMetadata", default: "")
        }
    }
}

public struct OffsetCommitResponse: KafkaResponse {
    public typealias Request = OffsetCommitRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 3, ignorable: true)
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name", until: 9, ignorable: true)
            try coder.uuid(&topicID, "topicId", since: 10, ignorable: true)
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
