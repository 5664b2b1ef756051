public import Bytes

/// OffsetCommitKey (1): which partition a group has read.
public struct OffsetCommitKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 1
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var group = ""
    public var topic = ""
    public var partition: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&group, "group")
        try coder.string(&topic, "topic")
        try coder.int32(&partition, "partition")
    }
}

/// OffsetCommitValue (1): up to where. Times are milliseconds since 1970.
/// v1 expiry of its own · v2 without · v3 leader epoch (KIP-320) · v4 topic id
public struct OffsetCommitValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 1
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleSince: Int16? = 4

    /// The next record to be read.
    public var offset: Int64 = 0
    public var leaderEpoch: Int32 = -1
    public var metadata = ""
    public var commitTimestamp: Int64 = 0
    public var expireTimestamp: Int64 = -1
    public var topicID = UUID.zero

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int64(&offset, "offset")
        try coder.int32(&leaderEpoch, "leaderEpoch", since: 3, default: -1, ignorable: true)
        try coder.string(&metadata, "metadata")
        try coder.int64(&commitTimestamp, "commitTimestamp")
        try coder.int64(&expireTimestamp, "expireTimestamp", since: 1, until: 1, default: -1, ignorable: true)
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.uuid(&topicID, "topicId", since: 4, ignorable: true, tag: 0)
    }
}

/// LegacyOffsetCommitKey (0): as ``OffsetCommitKey``, from before Kafka 0.9.
public struct LegacyOffsetCommitKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var group = ""
    public var topic = ""
    public var partition: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&group, "group")
        try coder.string(&topic, "topic")
        try coder.int32(&partition, "partition")
    }
}

/// LegacyOffsetCommitValue (0)
public struct LegacyOffsetCommitValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var offset: Int64 = 0
    public var metadata = ""
    public var commitTimestamp: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int64(&offset, "offset")
        try coder.string(&metadata, "metadata")
        try coder.int64(&commitTimestamp, "commitTimestamp")
    }
}
