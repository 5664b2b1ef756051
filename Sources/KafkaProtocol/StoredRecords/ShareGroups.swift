public import Bytes

/// ShareGroupMetadataKey (11): a share group (KIP-932).
public struct ShareGroupMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 11
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
    }
}

/// ShareGroupMetadataValue (11): its epoch, and a hash over the topics it reads.
public struct ShareGroupMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 11
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var epoch: Int32 = 0
    public var metadataHash: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&epoch, "epoch")
        try coder.int64(&metadataHash, "metadataHash")
    }
}

/// ShareGroupTargetAssignmentMetadataKey (12): the assignment that a group is on its way to.
public struct ShareGroupTargetAssignmentMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 12
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
    }
}

/// ShareGroupTargetAssignmentMetadataValue (12): the epoch of the group that it was computed for.
public struct ShareGroupTargetAssignmentMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 12
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var assignmentEpoch: Int32 = 0
    public var assignmentTimestamp: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&assignmentEpoch, "assignmentEpoch")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.int64(&assignmentTimestamp, "assignmentTimestamp", ignorable: true, tag: 0)
    }
}

/// ShareGroupStatePartitionMetadataKey (15): how far a group's partitions are with the share coordinator.
public struct ShareGroupStatePartitionMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 15
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
    }
}

/// ShareGroupStatePartitionMetadataValue (15): partitions whose state is being made, is there, is being deleted.
public struct ShareGroupStatePartitionMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 15
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct TopicPartitionsInfo: KafkaStruct {
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

    public struct TopicInfo: KafkaStruct {
        public var topicID = UUID.zero
        public var topicName = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.string(&topicName, "topicName")
        }
    }

    public var initializingTopics: [TopicPartitionsInfo] = []
    public var initializedTopics: [TopicPartitionsInfo] = []
    public var deletingTopics: [TopicInfo] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&initializingTopics, "initializingTopics")
        try coder.array(&initializedTopics, "initializedTopics")
        try coder.array(&deletingTopics, "deletingTopics")
    }
}
