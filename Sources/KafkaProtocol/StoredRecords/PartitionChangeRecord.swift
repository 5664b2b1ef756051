public import Bytes

/// PartitionChangeRecord (5): what is different about a partition; a field at its default says "as before".
/// v1 directories (KIP-858) · v2 eligible leader replicas (KIP-966)
public struct PartitionChangeRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 5
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 0

    public var partitionID: Int32 = -1
    public var topicID = UUID.zero
    public var isr: [Int32]?
    /// −1: nobody leads. −2: as before.
    public var leader: Int32 = -2
    public var replicas: [Int32]?
    public var removingReplicas: [Int32]?
    public var addingReplicas: [Int32]?
    /// −1: as before.
    public var leaderRecoveryState: Int8 = -1
    public var eligibleLeaderReplicas: [Int32]?
    public var lastKnownELR: [Int32]?
    public var directories: [UUID]?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&partitionID, "partitionId", default: -1)
        try coder.uuid(&topicID, "topicId")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableArray(&isr, "isr", tag: 0)
        try coder.int32(&leader, "leader", default: -2, tag: 1)
        try coder.nullableArray(&replicas, "replicas", tag: 2)
        try coder.nullableArray(&removingReplicas, "removingReplicas", tag: 3)
        try coder.nullableArray(&addingReplicas, "addingReplicas", tag: 4)
        try coder.int8(&leaderRecoveryState, "leaderRecoveryState", default: -1, tag: 5)
        try coder.nullableArray(&eligibleLeaderReplicas, "eligibleLeaderReplicas", since: 2, tag: 6)
        try coder.nullableArray(&lastKnownELR, "lastKnownElr", since: 2, tag: 7)
        try coder.nullableArray(&directories, "directories", since: 1, tag: 8)
    }
}
