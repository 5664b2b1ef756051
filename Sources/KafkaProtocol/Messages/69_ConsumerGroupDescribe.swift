public import Bytes

/// ConsumerGroupDescribe (69): groups of the consumer protocol, their members and assignments (KIP-848).
/// v1 kind of member (KIP-1099)
public struct ConsumerGroupDescribeRequest: KafkaRequest {
    public typealias Response = ConsumerGroupDescribeResponse
    public static let key: Int16 = 69
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 0

    public var groupIDs: [String] = []
    public var includeAuthorizedOperations = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&groupIDs, "groupIds")
        try coder.bool(&includeAuthorizedOperations, "includeAuthorizedOperations")
    }
}

public struct ConsumerGroupDescribeResponse: KafkaResponse {
    public typealias Request = ConsumerGroupDescribeRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var groups: [Group] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&groups, "groups")
    }

    public struct Group: KafkaStruct {
        public var errorCode: Int16 = 0
        public var errorMessage: String?
        public var groupID = ""
        public var groupState = ""
        public var groupEpoch: Int32 = 0
        public var assignmentEpoch: Int32 = 0
        public var assignorName = ""
        public var members: [Member] = []
        /// A bit for each operation; `Int32.min` when nobody asked.
        public var authorizedOperations = Int32.min

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage")
            try coder.string(&groupID, "groupId")
            try coder.string(&groupState, "groupState")
            try coder.int32(&groupEpoch, "groupEpoch")
            try coder.int32(&assignmentEpoch, "assignmentEpoch")
            try coder.string(&assignorName, "assignorName")
            try coder.array(&members, "members")
            try coder.int32(&authorizedOperations, "authorizedOperations", default: .min)
        }
    }

    public struct Member: KafkaStruct {
        public var memberID = ""
        public var instanceID: String?
        public var rackID: String?
        public var memberEpoch: Int32 = 0
        public var clientID = ""
        public var clientHost = ""
        public var subscribedTopicNames: [String] = []
        public var subscribedTopicRegex: String?
        public var assignment = Assignment()
        public var targetAssignment = Assignment()
        /// −1: unknown, 0: classic, 1: consumer.
        public var memberType: Int8 = -1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&memberID, "memberId")
            try coder.nullableString(&instanceID, "instanceId")
            try coder.nullableString(&rackID, "rackId")
            try coder.int32(&memberEpoch, "memberEpoch")
            try coder.string(&clientID, "clientId")
            try coder.string(&clientHost, "clientHost")
            try coder.array(&subscribedTopicNames, "subscribedTopicNames")
            try coder.nullableString(&subscribedTopicRegex, "subscribedTopicRegex")
            try coder.structure(&assignment, "assignment")
            try coder.structure(&targetAssignment, "targetAssignment")
            try coder.int8(&memberType, "memberType", since: 1, default: -1, ignorable: true)
        }
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
        public var topicName = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.string(&topicName, "topicName")
            try coder.array(&partitions, "partitions")
        }
    }
}
