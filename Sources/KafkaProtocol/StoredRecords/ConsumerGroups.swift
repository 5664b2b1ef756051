public import Bytes

/// ConsumerGroupMetadataKey (3): a group of the consumer protocol (KIP-848).
public struct ConsumerGroupMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 3
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
    }
}

/// ConsumerGroupMetadataValue (3): its epoch, and a hash over the topics it reads, to notice when those change.
public struct ConsumerGroupMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 3
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var epoch: Int32 = 0
    public var metadataHash: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&epoch, "epoch")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.int64(&metadataHash, "metadataHash", tag: 0)
    }
}

/// ConsumerGroupPartitionMetadataKey (4): written by Kafka 4.0 only; since then a hash does.
public struct ConsumerGroupPartitionMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 4
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
    }
}

/// ConsumerGroupPartitionMetadataValue (4): partitions and racks of the topics that the group reads.
public struct ConsumerGroupPartitionMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 4
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct TopicMetadata: KafkaStruct {
        public var topicID = UUID.zero
        public var topicName = ""
        public var numPartitions: Int32 = 0
        public var partitionMetadata: [PartitionMetadata] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.string(&topicName, "topicName")
            try coder.int32(&numPartitions, "numPartitions")
            try coder.array(&partitionMetadata, "partitionMetadata")
        }
    }

    public struct PartitionMetadata: KafkaStruct {
        public var partition: Int32 = 0
        public var racks: [String] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partition, "partition")
            try coder.array(&racks, "racks")
        }
    }

    public var topics: [TopicMetadata] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&topics, "topics")
    }
}

/// ConsumerGroupTargetAssignmentMetadataKey (6): the assignment that a group is on its way to.
public struct ConsumerGroupTargetAssignmentMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 6
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
    }
}

/// ConsumerGroupTargetAssignmentMetadataValue (6): the epoch of the group that it was computed for.
public struct ConsumerGroupTargetAssignmentMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 6
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

/// ConsumerGroupRegularExpressionKey (16): a pattern by which members of the group subscribe.
public struct ConsumerGroupRegularExpressionKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 16
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""
    public var regularExpression = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.string(&regularExpression, "regularExpression")
    }
}

/// ConsumerGroupRegularExpressionValue (16): the topics it matched, at which version of the metadata, and when.
public struct ConsumerGroupRegularExpressionValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 16
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var topics: [String] = []
    public var version: Int64 = 0
    public var timestamp: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&topics, "topics")
        try coder.int64(&version, "version")
        try coder.int64(&timestamp, "timestamp")
    }
}
