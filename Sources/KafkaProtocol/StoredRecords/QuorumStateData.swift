public import Bytes

/// QuorumStateData: the file `quorum-state`, as JSON there: the epoch and vote a replica must not forget.
/// v1 the vote's directory (KIP-853); cluster, offset and voters gone
public struct QuorumStateData: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 0

    public struct Voter: KafkaStruct {
        public var voterID: Int32 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&voterID, "voterId")
        }
    }

    public var clusterID = ""
    public var leaderID: Int32 = -1
    public var leaderEpoch: Int32 = -1
    public var votedID: Int32 = -1
    public var votedDirectoryID = UUID.zero
    public var appliedOffset: Int64 = 0
    public var currentVoters: [Voter]? = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&clusterID, "clusterId", until: 0)
        try coder.int32(&leaderID, "leaderId", default: -1)
        try coder.int32(&leaderEpoch, "leaderEpoch", default: -1)
        try coder.int32(&votedID, "votedId", default: -1)
        try coder.uuid(&votedDirectoryID, "votedDirectoryId", since: 1)
        try coder.int64(&appliedOffset, "appliedOffset", until: 0)
        try coder.nullableArray(&currentVoters, "currentVoters", until: 0, nullableUntil: 0, default: [])
    }
}
