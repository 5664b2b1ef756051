public import Bytes
public import KafkaProtocol

/// A broker as clients reach it.
public struct Node: Hashable, Sendable {
    public let id: Int32
    public let address: HostAndPort
    public let rack: String?
    public let isFenced: Bool

    public init(id: Int32, address: HostAndPort, rack: String? = nil, isFenced: Bool = false) {
        self.id = id
        self.address = address
        self.rack = rack
        self.isFenced = isFenced
    }
}

/// A topic as a broker describes it.
public struct TopicMetadata: Sendable {
    public struct Partition: Sendable {
        public let index: Int32
        /// Nil without a leader.
        public let leader: Int32?
        public let leaderEpoch: Int32
        public let replicas: [Int32]
        public let inSyncReplicas: [Int32]
        /// Known from DescribeTopicPartitions only.
        public let eligibleLeaderReplicas: [Int32]?
        public let lastKnownEligibleLeaderReplicas: [Int32]?
        public let error: KafkaError
    }

    public let name: String
    public let topicID: UUID
    public let isInternal: Bool
    /// By index, ascending.
    public let partitions: [Partition]
    public let error: KafkaError

    init(_ topic: MetadataResponse.Topic) {
        name = topic.name ?? ""
        topicID = topic.topicID
        isInternal = topic.isInternal
        error = KafkaError(code: topic.errorCode)
        partitions = topic.partitions.map { partition in
            Partition(
                index: partition.index, leader: partition.leaderID < 0 ? nil : partition.leaderID,
                leaderEpoch: partition.leaderEpoch, replicas: partition.replicas,
                inSyncReplicas: partition.inSyncReplicas, eligibleLeaderReplicas: nil,
                lastKnownEligibleLeaderReplicas: nil, error: KafkaError(code: partition.errorCode))
        }.sorted { $0.index < $1.index }
    }

    init(_ topic: DescribeTopicPartitionsResponse.Topic, _ partitions: [DescribeTopicPartitionsResponse.Partition]) {
        name = topic.name ?? ""
        topicID = topic.topicID
        isInternal = topic.isInternal
        error = KafkaError(code: topic.errorCode)
        self.partitions = partitions.map { partition in
            Partition(
                index: partition.partitionIndex, leader: partition.leaderID < 0 ? nil : partition.leaderID,
                leaderEpoch: partition.leaderEpoch, replicas: partition.replicaNodes,
                inSyncReplicas: partition.isrNodes, eligibleLeaderReplicas: partition.eligibleLeaderReplicas,
                lastKnownEligibleLeaderReplicas: partition.lastKnownELR, error: KafkaError(code: partition.errorCode))
        }.sorted { $0.index < $1.index }
    }

    public init(
        name: String, topicID: UUID = .zero, isInternal: Bool = false, partitions: [Partition],
        error: KafkaError = .noError
    ) {
        self.name = name
        self.topicID = topicID
        self.isInternal = isInternal
        self.partitions = partitions
        self.error = error
    }

    public func partition(_ index: Int32) -> Partition? {
        if let guess = Int(exactly: index), partitions.indices.contains(guess), partitions[guess].index == index {
            return partitions[guess]
        }
        return partitions.first { $0.index == index }
    }
}

/// What a Metadata answer says of the cluster.
public struct ClusterMetadata: Sendable {
    public let clusterID: String?
    public let controllerID: Int32
    public let nodes: [Node]
    public let topics: [TopicMetadata]

    init(_ response: MetadataResponse) {
        clusterID = response.clusterID
        controllerID = response.controllerID
        nodes = response.brokers.map { broker in
            Node(
                id: broker.nodeID, address: HostAndPort(host: broker.host, port: UInt16(clamping: broker.port)),
                rack: broker.rack)
        }
        topics = response.topics.map { TopicMetadata($0) }
    }
}
