public import Bytes

/// ConsumerGroupHeartbeat (68): a member of a group of the consumer protocol joins, lives and leaves (KIP-848). What is
/// nil hasn't changed since the last heartbeat.
/// v1 subscription by pattern, the member's id from the client itself (KIP-1082)
public struct ConsumerGroupHeartbeatRequest: KafkaRequest {
    public typealias Response = ConsumerGroupHeartbeatResponse
    public static let key: Int16 = 68
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 0

    public var groupID = ""
    public var memberID = ""
    /// 0: joins, −1: leaves, −2: leaves for a while as a static member.
    public var memberEpoch: Int32 = 0
    public var instanceID: String?
    public var rackID: String?
    public var rebalanceTimeoutMilliseconds: Int32 = -1
    public var subscribedTopicNames: [String]?
    public var subscribedTopicRegex: String?
    public var serverAssignor: String?
    /// What the member holds now.
    public var topicPartitions: [TopicPartitions]?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.string(&memberID, "memberId")
        try coder.int32(&memberEpoch, "memberEpoch")
        try coder.nullableString(&instanceID, "instanceId")
        try coder.nullableString(&rackID, "rackId")
        try coder.int32(&rebalanceTimeoutMilliseconds, "rebalanceTimeoutMs", default: -1)
        try coder.nullableArray(&subscribedTopicNames, "subscribedTopicNames")
        try coder.nullableString(&subscribedTopicRegex, "subscribedTopicRegex", since: 1)
        try coder.nullableString(&serverAssignor, "serverAssignor")
        try coder.nullableArray(&topicPartitions, "topicPartitions")
    }

    public struct TopicPartitions: KafkaStruct {
        public var topicID = UUID.zero
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.array(&partitions, "partitions")
        }
    }
}

public struct ConsumerGroupHeartbeatResponse: KafkaResponse {
    public typealias Request = ConsumerGroupHeartbeatRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String?
    public var memberID: String?
    public var memberEpoch: Int32 = 0
    public var heartbeatIntervalMilliseconds: Int32 = 0
    /// Nil: as before.
    public var assignment: Assignment?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage")
        try coder.nullableString(&memberID, "memberId")
        try coder.int32(&memberEpoch, "memberEpoch")
        try coder.int32(&heartbeatIntervalMilliseconds, "heartbeatIntervalMs")
        try coder.nullableStructure(&assignment, "assignment")
    }

    public struct Assignment: KafkaStruct {
        public var topicPartitions: [ConsumerGroupHeartbeatRequest.TopicPartitions] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.array(&topicPartitions, "topicPartitions")
        }
    }
}
