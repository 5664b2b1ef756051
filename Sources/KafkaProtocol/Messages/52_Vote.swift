public import Bytes

/// Vote (52): a candidate of the metadata quorum asks for a voice (KIP-595).
/// v1 directories and the voter asked (KIP-853) · v2 pre-vote (KIP-996)
public struct VoteRequest: KafkaRequest {
    public typealias Response = VoteResponse
    public static let key: Int16 = 52
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 0

    public var clusterID: String?
    /// The replica that is asked.
    public var voterID: Int32 = -1
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&clusterID, "clusterId")
        try coder.int32(&voterID, "voterId", since: 1, default: -1, ignorable: true)
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var topicName = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topicName, "topicName")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        /// The epoch that the candidate would lead, or for a pre-vote the one it is in.
        public var replicaEpoch: Int32 = 0
        public var replicaID: Int32 = 0
        public var replicaDirectoryID = UUID.zero
        public var voterDirectoryID = UUID.zero
        /// The epoch of the last record in the candidate's log.
        public var lastOffsetEpoch: Int32 = 0
        /// The end of the candidate's log, exclusive.
        public var lastOffset: Int64 = 0
        public var preVote = false

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int32(&replicaEpoch, "replicaEpoch")
            try coder.int32(&replicaID, "replicaId")
            try coder.uuid(&replicaDirectoryID, "replicaDirectoryId", since: 1, ignorable: true)
            try coder.uuid(&voterDirectoryID, "voterDirectoryId", since: 1, ignorable: true)
            try coder.int32(&lastOffsetEpoch, "lastOffsetEpoch")
            try coder.int64(&lastOffset, "lastOffset")
            try coder.bool(&preVote, "preVote", since: 2)
        }
    }
}

/// Whether it got the voice; and who leads, as far as the voter knows.
public struct VoteResponse: KafkaResponse {
    public typealias Request = VoteRequest

    public var errorCode: Int16 = 0
    public var topics: [Topic] = []
    public var nodeEndpoints: [QuorumNodeEndpoint] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&errorCode, "errorCode")
        try coder.array(&topics, "topics")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&nodeEndpoints, "nodeEndpoints", since: 1, tag: 0)
    }

    public struct Topic: KafkaStruct {
        public var topicName = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topicName, "topicName")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var errorCode: Int16 = 0
        public var leaderID: Int32 = 0
        public var leaderEpoch: Int32 = 0
        public var voteGranted = false

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
            try coder.int32(&leaderID, "leaderId")
            try coder.int32(&leaderEpoch, "leaderEpoch")
            try coder.bool(&voteGranted, "voteGranted")
        }
    }
}

/// Where a replica of the quorum is reached. The answers of Vote, BeginQuorumEpoch, EndQuorumEpoch and FetchSnapshot
/// name the leader so.
public struct QuorumNodeEndpoint: KafkaStruct {
    public var nodeID: Int32 = 0
    public var host = ""
    public var port: UInt16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&nodeID, "nodeId")
        try coder.string(&host, "host")
        try coder.uint16(&port, "port")
    }
}

/// A listener of a replica of the quorum: how BeginQuorumEpoch, EndQuorumEpoch, DescribeQuorum and the requests that
/// change voters describe it.
public struct QuorumListener: KafkaStruct {
    public var name = ""
    public var host = ""
    public var port: UInt16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&name, "name")
        try coder.string(&host, "host")
        try coder.uint16(&port, "port")
    }
}
