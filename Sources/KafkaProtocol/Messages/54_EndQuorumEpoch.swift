public import Bytes

/// EndQuorumEpoch (54): a leader of the quorum resigns and says who should follow it (KIP-595).
/// v1 flexible, candidates with their directories (KIP-853)
public struct EndQuorumEpochRequest: KafkaRequest {
    public typealias Response = EndQuorumEpochResponse
    public static let key: Int16 = 54
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 1

    public var clusterID: String?
    public var topics: [Topic] = []
    public var leaderEndpoints: [QuorumListener] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&clusterID, "clusterId")
        try coder.array(&topics, "topics")
        try coder.array(&leaderEndpoints, "leaderEndpoints", since: 1, ignorable: true)
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
        public var leaderID: Int32 = 0
        public var leaderEpoch: Int32 = 0
        /// The best first, as are the candidates.
        public var preferredSuccessors: [Int32] = []
        public var preferredCandidates: [Candidate] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int32(&leaderID, "leaderId")
            try coder.int32(&leaderEpoch, "leaderEpoch")
            try coder.array(&preferredSuccessors, "preferredSuccessors", until: 0, ignorable: true)
            try coder.array(&preferredCandidates, "preferredCandidates", since: 1, ignorable: true)
        }
    }

    public struct Candidate: KafkaStruct {
        public var candidateID: Int32 = 0
        public var candidateDirectoryID = UUID.zero

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&candidateID, "candidateId")
            try coder.uuid(&candidateDirectoryID, "candidateDirectoryId")
        }
    }
}

public struct EndQuorumEpochResponse: KafkaResponse {
    public typealias Request = EndQuorumEpochRequest

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

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
            try coder.int32(&leaderID, "leaderId")
            try coder.int32(&leaderEpoch, "leaderEpoch")
        }
    }
}
