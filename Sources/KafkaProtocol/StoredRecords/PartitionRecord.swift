public import Bytes

/// PartitionRecord (metadata 3): a partition as it is created, or as a snapshot holds it.
/// v1 log directories (KIP-858) · v2 eligible leader replicas (KIP-966)
public struct PartitionRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 3
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 0

    public var partitionID: Int32 = -1
    public var topicID = UUID.zero
    public var replicas: [Int32] = []
    public var inSyncReplicas: [Int32] = []
    public var removingReplicas: [Int32] = []
    public var addingReplicas: [Int32] = []
    /// −1 without a leader.
    public var leader: Int32 = -1
    /// 0 recovered, 1 recovering after an unclean election.
    public var leaderRecoveryState: Int8 = 0
    public var leaderEpoch: Int32 = -1
    public var partitionEpoch: Int32 = -1
    /// One a replica, in the order of `replicas`.
    public var directories: [UUID] = []
    public var eligibleLeaderReplicas: [Int32]?
    public var lastKnownEligibleLeaders: [Int32]?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&partitionID, "partitionId", default: -1)
        try coder.uuid(&topicID, "topicId")
        try coder.array(&replicas, "replicas")
        try coder.array(&inSyncReplicas, "isr")
        try coder.array(&removingReplicas, "removingReplicas")
        try coder.array(&addingReplicas, "addingReplicas")
        try coder.int32(&leader, "leader", default: -1)
        try coder.int32(&leaderEpoch, "leaderEpoch", default: -1)
        try coder.int32(&partitionEpoch, "partitionEpoch", default: -1)
        try coder.array(&directories, "directories", since: 1)
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.int8(&leaderRecoveryState, "leaderRecoveryState", tag: 0)
        try coder.nullableArray(&eligibleLeaderReplicas, "eligibleLeaderReplicas", since: 2, tag: 1)
        try coder.nullableArray(&lastKnownEligibleLeaders, "lastKnownElr", since: 2, tag: 2)
    }
}
