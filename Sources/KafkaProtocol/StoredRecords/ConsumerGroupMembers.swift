public import Bytes

/// ConsumerGroupMemberMetadataKey (5): a member of a group of the consumer protocol.
public struct ConsumerGroupMemberMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 5
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

/// ConsumerGroupMemberMetadataValue (5): who it is and what it wants to read.
public struct ConsumerGroupMemberMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 5
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    /// What is known besides of a member that speaks the classic protocol.
    public struct ClassicMemberMetadata: KafkaStruct {
        public var sessionTimeoutMilliseconds: Int32 = 0
        public var supportedProtocols: [ClassicProtocol] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&sessionTimeoutMilliseconds, "sessionTimeoutMs")
            try coder.array(&supportedProtocols, "supportedProtocols")
        }
    }

    public struct ClassicProtocol: KafkaStruct {
        public var name = ""
        public var metadata = ByteSlice()

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.bytes(&metadata, "metadata")
        }
    }

    public var instanceID: String? = ""
    public var rackID: String? = ""
    public var clientID = ""
    public var clientHost = ""
    public var subscribedTopicNames: [String] = []
    public var subscribedTopicRegex: String? = ""
    public var rebalanceTimeoutMilliseconds: Int32 = -1
    public var serverAssignor: String? = ""
    /// Nil for a member of the consumer protocol; it takes saying so, for the schema's default isn't nil.
    public var classicMemberMetadata: ClassicMemberMetadata? = ClassicMemberMetadata()

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&instanceID, "instanceId", default: "")
        try coder.nullableString(&rackID, "rackId", default: "")
        try coder.string(&clientID, "clientId")
        try coder.string(&clientHost, "clientHost")
        try coder.array(&subscribedTopicNames, "subscribedTopicNames")
        try coder.nullableString(&subscribedTopicRegex, "subscribedTopicRegex", default: "")
        try coder.int32(&rebalanceTimeoutMilliseconds, "rebalanceTimeoutMs", default: -1)
        try coder.nullableString(&serverAssignor, "serverAssignor", default: "")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableStructure(
            &classicMemberMetadata, "classicMemberMetadata", default: ClassicMemberMetadata(), tag: 0)
    }
}

/// ConsumerGroupTargetAssignmentMemberKey (7): a member's share of the assignment that its group is on its way to.
public struct ConsumerGroupTargetAssignmentMemberKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 7
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

/// ConsumerGroupTargetAssignmentMemberValue (7)
public struct ConsumerGroupTargetAssignmentMemberValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 7
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

/// ConsumerGroupCurrentMemberAssignmentKey (8): what a member holds now.
public struct ConsumerGroupCurrentMemberAssignmentKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 8
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

/// ConsumerGroupCurrentMemberAssignmentValue (8): its epoch, its partitions, and those that it still has to give up.
public struct ConsumerGroupCurrentMemberAssignmentValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 8
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct TopicPartitions: KafkaStruct {
        public var topicID = UUID.zero
        public var partitions: [Int32] = []
        /// Parallel to `partitions`: the member's epoch when it got them.
        public var assignmentEpochs: [Int32]? = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.array(&partitions, "partitions")
        }

        public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
            try coder.nullableArray(&assignmentEpochs, "assignmentEpochs", default: [], tag: 0)
        }
    }

    public var memberEpoch: Int32 = 0
    public var previousMemberEpoch: Int32 = 0
    public var state: Int8 = 0
    public var assignedPartitions: [TopicPartitions] = []
    public var partitionsPendingRevocation: [TopicPartitions] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&memberEpoch, "memberEpoch")
        try coder.int32(&previousMemberEpoch, "previousMemberEpoch")
        try coder.int8(&state, "state")
        try coder.array(&assignedPartitions, "assignedPartitions")
        try coder.array(&partitionsPendingRevocation, "partitionsPendingRevocation")
    }
}
