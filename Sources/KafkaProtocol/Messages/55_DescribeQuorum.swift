public import Bytes

/// DescribeQuorum (55): who leads the metadata quorum, and how far its replicas are.
/// v1 times of the last fetch and of having caught up (KIP-836) · v2 directories, listeners, error messages (KIP-853)
public struct DescribeQuorumRequest: KafkaRequest {
    public typealias Response = DescribeQuorumResponse
    public static let key: Int16 = 55
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 0

    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
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

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
        }
    }
}

public struct DescribeQuorumResponse: KafkaResponse {
    public typealias Request = DescribeQuorumRequest

    public var errorCode: Int16 = 0
    public var errorMessage: String? = ""
    public var topics: [Topic] = []
    public var nodes: [Node] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage", since: 2, default: "", ignorable: true)
        try coder.array(&topics, "topics")
        try coder.array(&nodes, "nodes", since: 2)
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
        public var errorMessage: String? = ""
        public var leaderID: Int32 = 0
        public var leaderEpoch: Int32 = 0
        public var highWatermark: Int64 = 0
        public var currentVoters: [ReplicaState] = []
        public var observers: [ReplicaState] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", since: 2, default: "", ignorable: true)
            try coder.int32(&leaderID, "leaderId")
            try coder.int32(&leaderEpoch, "leaderEpoch")
            try coder.int64(&highWatermark, "highWatermark")
            try coder.array(&currentVoters, "currentVoters")
            try coder.array(&observers, "observers")
        }
    }

    public struct ReplicaState: KafkaStruct {
        public var replicaID: Int32 = 0
        public var replicaDirectoryID = UUID.zero
        /// −1: unknown.
        public var logEndOffset: Int64 = 0
        /// The leader's time, milliseconds since 1970; −1: unknown.
        public var lastFetchTimestamp: Int64 = -1
        public var lastCaughtUpTimestamp: Int64 = -1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&replicaID, "replicaId")
            try coder.uuid(&replicaDirectoryID, "replicaDirectoryId", since: 2)
            try coder.int64(&logEndOffset, "logEndOffset")
            try coder.int64(&lastFetchTimestamp, "lastFetchTimestamp", since: 1, default: -1, ignorable: true)
            try coder.int64(&lastCaughtUpTimestamp, "lastCaughtUpTimestamp", since: 1, default: -1, ignorable: true)
        }
    }

    public struct Node: KafkaStruct {
        public var nodeID: Int32 = 0
        public var listeners: [QuorumListener] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&nodeID, "nodeId")
            try coder.array(&listeners, "listeners")
        }
    }
}
