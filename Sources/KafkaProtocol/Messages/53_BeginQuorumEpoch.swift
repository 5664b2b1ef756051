public import Bytes

/// BeginQuorumEpoch (53): a new leader of the quorum makes itself known (KIP-595).
/// v1 flexible, directories and the leader's endpoints (KIP-853)
public struct BeginQuorumEpochRequest: KafkaRequest {
    public typealias Response = BeginQuorumEpochResponse
    public static let key: Int16 = 53
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 1

    public var clusterID: String?
    public var voterID: Int32 = -1
    public var topics: [Topic] = []
    public var leaderEndpoints: [QuorumListener] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&clusterID, "clusterId")
        try coder.int32(&voterID, "voterId", since: 1, default: -1, ignorable: true)
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
        public var voterDirectoryID = UUID.zero
        public var leaderID: Int32 = 0
        public var leaderEpoch: Int32 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.uuid(&voterDirectoryID, "voterDirectoryId", since: 1, ignorable: true)
            try coder.int32(&leaderID, "leaderId")
            try coder.int32(&leaderEpoch, "leaderEpoch")
        }
    }
}

public struct BeginQuorumEpochResponse: KafkaResponse {
    public typealias Request = BeginQuorumEpochRequest

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
