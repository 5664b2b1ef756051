public import Bytes

/// Metadata (3): brokers, topics, and who leads which partition.
/// v1 racks, controller, internal topics; null asks for all topics (in v0 the empty list does) · v2 cluster id ·
/// v3 throttle time · v4 automatic creation on request · v5 offline replicas · v6 throttling after the answer ·
/// v7 leader epoch · v8 authorized operations · v9 flexible · v10 topic ids in answers · v11 no more cluster operations
/// (KIP-700) · v12 questions by topic id · v13 an error of the whole answer
public struct MetadataRequest: KafkaRequest {
    public typealias Response = MetadataResponse
    public static let key: Int16 = 3
    public static let versions: ClosedRange<Int16> = 0...13
    public static let flexibleSince: Int16? = 9

    public struct Topic: KafkaStruct {
        public var topicID = UUID.zero
        public var name: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId", since: 10, ignorable: true)
            try coder.nullableString(&name, "name", nullableSince: 10, default: "")
        }
    }

    public var topics: [Topic]? = []
    public var allowAutoTopicCreation = true
    public var includeClusterAuthorizedOperations = false
    public var includeTopicAuthorizedOperations = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableArray(&topics, "topics", nullableSince: 1, default: [])
        try coder.bool(&allowAutoTopicCreation, "allowAutoTopicCreation", since: 4, default: true)
        try coder.bool(
            &includeClusterAuthorizedOperations, "includeClusterAuthorizedOperations", since: 8, until: 10)
        try coder.bool(&includeTopicAuthorizedOperations, "includeTopicAuthorizedOperations", since: 8)
    }
}

/// Errors by topic: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INVALID_TOPIC_EXCEPTION, TOPIC_AUTHORIZATION_FAILED;
/// by partition: LEADER_NOT_AVAILABLE, REPLICA_NOT_AVAILABLE.
public struct MetadataResponse: KafkaResponse {
    public typealias Request = MetadataRequest

    /// What `topicAuthorizedOperations` holds while nobody asked.
    public static let operationsNotAsked: Int32 = .min

    public struct Broker: KafkaStruct {
        public var nodeID: Int32 = 0
        public var host = ""
        public var port: Int32 = 0
        public var rack: String?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&nodeID, "nodeId")
            try coder.string(&host, "host")
            try coder.int32(&port, "port")
            try coder.nullableString(&rack, "rack", since: 1, ignorable: true)
        }
    }

    public struct Topic: KafkaStruct {
        public var errorCode: Int16 = 0
        public var name: String? = ""
        public var topicID = UUID.zero
        public var isInternal = false
        public var partitions: [Partition] = []
        public var authorizedOperations = MetadataResponse.operationsNotAsked

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&name, "name", nullableSince: 12, default: "")
            try coder.uuid(&topicID, "topicId", since: 10, ignorable: true)
            try coder.bool(&isInternal, "isInternal", since: 1, ignorable: true)
            try coder.array(&partitions, "partitions")
            try coder.int32(&authorizedOperations, "topicAuthorizedOperations", since: 8, default: .min)
        }
    }

    public struct Partition: KafkaStruct {
        public var errorCode: Int16 = 0
        public var index: Int32 = 0
        /// −1 without a leader.
        public var leaderID: Int32 = 0
        public var leaderEpoch: Int32 = -1
        public var replicas: [Int32] = []
        public var inSyncReplicas: [Int32] = []
        public var offlineReplicas: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.int32(&index, "partitionIndex")
            try coder.int32(&leaderID, "leaderId")
            try coder.int32(&leaderEpoch, "leaderEpoch", since: 7, default: -1, ignorable: true)
            try coder.array(&replicas, "replicaNodes")
            try coder.array(&inSyncReplicas, "isrNodes")
            try coder.array(&offlineReplicas, "offlineReplicas", since: 5, ignorable: true)
        }
    }

    public var throttleTimeMilliseconds: Int32 = 0
    public var brokers: [Broker] = []
    public var clusterID: String?
    public var controllerID: Int32 = -1
    public var topics: [Topic] = []
    public var clusterAuthorizedOperations = MetadataResponse.operationsNotAsked
    public var errorCode: Int16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 3, ignorable: true)
        try coder.array(&brokers, "brokers")
        try coder.nullableString(&clusterID, "clusterId", since: 2, ignorable: true)
        try coder.int32(&controllerID, "controllerId", since: 1, default: -1, ignorable: true)
        try coder.array(&topics, "topics")
        try coder.int32(
            &clusterAuthorizedOperations, "clusterAuthorizedOperations", since: 8, until: 10, default: .min)
        try coder.int16(&errorCode, "errorCode", since: 13, ignorable: true)
    }
}
