public import Bytes

/// OffsetFetch (9): the offsets that groups have committed. Until v7 one group a request, from v8 on a list of groups.
/// v2 null asks for all topics, error of the group · v3 throttle time · v4 throttling after the answer · v5 leader
/// epoch · v6 flexible · v7 stable offsets only, on request · v8 many groups · v9 member of the new protocol (KIP-848)
/// · v10 topics by id
public struct OffsetFetchRequest: KafkaRequest {
    public typealias Response = OffsetFetchResponse
    public static let key: Int16 = 9
    public static let versions: ClosedRange<Int16> = 1...10
    public static let flexibleSince: Int16? = 6

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitionIndexes: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&partitionIndexes, "partitionIndexes")
        }
    }

    public struct Group: KafkaStruct {
        public var groupID = ""
        public var memberID: String?
        public var memberEpoch: Int32 = -1
        public var topics: [GroupTopic]? = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&groupID, "groupId")
            try coder.nullableString(&memberID, "memberId", since: 9, ignorable: true)
            try coder.int32(&memberEpoch, "memberEpoch", since: 9, default: -1, ignorable: true)
            try coder.nullableArray(&topics, "topics", default: [])
        }
    }

    public struct GroupTopic: KafkaStruct {
        public var name = ""
        public var topicID = UUID.zero
        public var partitionIndexes: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name", until: 9, ignorable: true)
            try coder.uuid(&topicID, "topicId", since: 10, ignorable: true)
            try coder.array(&partitionIndexes, "partitionIndexes")
        }
    }

    public var groupID = ""
    public var topics: [Topic]? = []
    public var groups: [Group] = []
    public var requireStable = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId", until: 7)
        try coder.nullableArray(&topics, "topics", until: 7, nullableSince: 2, default: [])
        try coder.array(&groups, "groups", since: 8)
        try coder.bool(&requireStable, "requireStable", since: 7)
    }
}

/// Errors: those of a coordinator, GROUP_AUTHORIZATION_FAILED, GROUP_ID_NOT_FOUND; UNSTABLE_OFFSET_COMMIT by partition
/// from v7 on; UNKNOWN_MEMBER_ID and STALE_MEMBER_EPOCH from v9 on; UNKNOWN_TOPIC_ID from v10 on.
public struct OffsetFetchResponse: KafkaResponse {
    public typealias Request = OffsetFetchRequest

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
        public var index: Int32 = 0
        /// −1 where nothing is committed.
        public var committedOffset: Int64 = 0
        public var committedLeaderEpoch: Int32 = -1
        public var metadata: String? = ""
        public var errorCode: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&index, "partitionIndex")
            try coder.int64(&committedOffset, "committedOffset")
            try coder.int32(&committedLeaderEpoch, "committedLeaderEpoch", since: 5, default: -1, ignorable: true)
            try coder.nullableString(&metadata, "metadata", default: "")
            try coder.int16(&errorCode, "errorCode")
        }
    }

    public struct Group: KafkaStruct {
        public var groupID = ""
        public var topics: [GroupTopic] = []
        public var errorCode: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&groupID, "groupId")
            try coder.array(&topics, "topics")
            try coder.int16(&errorCode, "errorCode")
        }
    }

    public struct GroupTopic: KafkaStruct {
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

    public var throttleTimeMilliseconds: Int32 = 0
    public var topics: [Topic] = []
    public var errorCode: Int16 = 0
    public var groups: [Group] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 3, ignorable: true)
        try coder.array(&topics, "topics", until: 7)
        try coder.int16(&errorCode, "errorCode", since: 2, until: 7, ignorable: true)
        try coder.array(&groups, "groups", since: 8)
    }
}
