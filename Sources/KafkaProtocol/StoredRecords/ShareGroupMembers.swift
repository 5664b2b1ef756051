public import Bytes

/// ShareGroupMemberMetadataKey (10): a member of a share group.
public struct ShareGroupMemberMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 10
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""
    public var memberID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.string(&memberID, "memberId")
    }
}

/// ShareGroupMemberMetadataValue (10): who it is and what it wants to read.
public struct ShareGroupMemberMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 10
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var rackID: String? = ""
    public var clientID = ""
    public var clientHost = ""
    public var subscribedTopicNames: [String] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&rackID, "rackId", default: "")
        try coder.string(&clientID, "clientId")
        try coder.string(&clientHost, "clientHost")
        try coder.array(&subscribedTopicNames, "subscribedTopicNames")
    }
}

/// ShareGroupTargetAssignmentMemberKey (13): a member's share of the assignment that its group is on its way to.
public struct ShareGroupTargetAssignmentMemberKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 13
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""
    public var memberID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.string(&memberID, "memberId")
    }
}

/// ShareGroupTargetAssignmentMemberValue (13)
public struct ShareGroupTargetAssignmentMemberValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 13
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct TopicPartition: KafkaStruct {
        public var topicID = UUID.zero
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.array(&partitions, "partitions")
        }
    }

    public var topicPartitions: [TopicPartition] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&topicPartitions, "topicPartitions")
    }
}

/// ShareGroupCurrentMemberAssignmentKey (14): what a member holds now.
public struct ShareGroupCurrentMemberAssignmentKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 14
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""
    public var memberID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.string(&memberID, "memberId")
    }
}

/// ShareGroupCurrentMemberAssignmentValue (14)
public struct ShareGroupCurrentMemberAssignmentValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 14
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct TopicPartitions: KafkaStruct {
        public var topicID = UUID.zero
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.array(&partitions, "partitions")
        }
    }

    public var memberEpoch: Int32 = 0
    public var previousMemberEpoch: Int32 = 0
    public var state: Int8 = 0
    public var assignedPartitions: [TopicPartitions] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&memberEpoch, "memberEpoch")
        try coder.int32(&previousMemberEpoch, "previousMemberEpoch")
        try coder.int8(&state, "state")
        try coder.array(&assignedPartitions, "assignedPartitions")
    }
}
