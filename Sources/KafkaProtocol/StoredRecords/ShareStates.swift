public import Bytes

/// Records `firstOffset`…`lastOffset` (inclusive, as Kafka has it) of a share partition, all in the same state.
public struct ShareStateBatch: KafkaStruct {
    public var firstOffset: Int64 = 0
    public var lastOffset: Int64 = 0
    public var deliveryState: Int8 = 0
    public var deliveryCount: Int16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int64(&firstOffset, "firstOffset")
        try coder.int64(&lastOffset, "lastOffset")
        try coder.int8(&deliveryState, "deliveryState")
        try coder.int16(&deliveryCount, "deliveryCount")
    }
}

/// ShareSnapshotKey (0): a partition as a share group reads it (KIP-932).
public struct ShareSnapshotKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""
    public var topicID = UUID.zero
    public var partition: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.uuid(&topicID, "topicId")
        try coder.int32(&partition, "partition")
    }
}

/// ShareSnapshotValue (0): its whole state. Times are milliseconds since 1970.
public struct ShareSnapshotValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var snapshotEpoch: Int32 = 0
    public var stateEpoch: Int32 = 0
    public var leaderEpoch: Int32 = 0
    public var startOffset: Int64 = 0
    public var createTimestamp: Int64 = 0
    public var writeTimestamp: Int64 = 0
    public var stateBatches: [ShareStateBatch] = []
    /// −1: unknown.
    public var deliveryCompleteCount: Int32 = -1

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&snapshotEpoch, "snapshotEpoch")
        try coder.int32(&stateEpoch, "stateEpoch")
        try coder.int32(&leaderEpoch, "leaderEpoch")
        try coder.int64(&startOffset, "startOffset")
        try coder.int64(&createTimestamp, "createTimestamp")
        try coder.int64(&writeTimestamp, "writeTimestamp")
        try coder.array(&stateBatches, "stateBatches")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&deliveryCompleteCount, "deliveryCompleteCount", default: -1, tag: 0)
    }
}

/// ShareUpdateKey (1)
public struct ShareUpdateKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 1
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""
    public var topicID = UUID.zero
    public var partition: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.uuid(&topicID, "topicId")
        try coder.int32(&partition, "partition")
    }
}

/// ShareUpdateValue (1): what has changed since the snapshot of that epoch.
public struct ShareUpdateValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 1
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var snapshotEpoch: Int32 = 0
    public var leaderEpoch: Int32 = 0
    public var startOffset: Int64 = 0
    public var stateBatches: [ShareStateBatch] = []
    /// −1: unknown.
    public var deliveryCompleteCount: Int32 = -1

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&snapshotEpoch, "snapshotEpoch")
        try coder.int32(&leaderEpoch, "leaderEpoch")
        try coder.int64(&startOffset, "startOffset")
        try coder.array(&stateBatches, "stateBatches")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&deliveryCompleteCount, "deliveryCompleteCount", default: -1, tag: 0)
    }
}
