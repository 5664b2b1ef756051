public import Bytes

/// ShareGroupHeartbeat (76): a member of a share group joins, lives and leaves (KIP-932). What is nil hasn't changed
/// since the last heartbeat.
public struct ShareGroupHeartbeatRequest: KafkaRequest {
    public typealias Response = ShareGroupHeartbeatResponse
    public static let key: Int16 = 76
    public static let versions: ClosedRange<Int16> = 1...1
    public static let flexibleSince: Int16? = 0

    public var groupID = ""
    public var memberID = ""
    /// 0: joins, −1: leaves.
    public var memberEpoch: Int32 = 0
    public var rackID: String?
    public var subscribedTopicNames: [String]?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.string(&memberID, "memberId")
        try coder.int32(&memberEpoch, "memberEpoch")
        try coder.nullableString(&rackID, "rackId")
        try coder.nullableArray(&subscribedTopicNames, "subscribedTopicNames")
    }
}

public struct ShareGroupHeartbeatResponse: KafkaResponse {
    public typealias Request = ShareGroupHeartbeatRequest

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
        public var topicPartitions: [TopicPartitions] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.array(&topicPartitions, "topicPartitions")
        }
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
