import Bytes
package import KafkaProtocol

/// What clients that came through one listener are told of the cluster. An image in, answers out; those that are asked
/// for most are made once.
package final class MetadataView {
    package let image: ClusterImage
    package let listenerName: String
    /// Whom administrators' requests go to: with several controllers, any broker, which passes them on.
    package let controllerID: Int32
    /// By topic's id, for the versions before 6 and for those from it on: they differ in one error.
    private var topics: [[UUID: MetadataResponse.Topic]] = [[:], [:]]
    private lazy var brokers = servingBrokers
    private lazy var sortedTopicIDs = image.sortedTopicNames.compactMap { image.topicIDs[$0] }

    package init(image: ClusterImage, listenerName: String, controllerID: Int32) {
        self.image = image
        self.listenerName = listenerName
        self.controllerID = controllerID
    }

    /// The answer to a Metadata request. Topics that don't exist are answered as unknown: to create them, and to leave
    /// out what isn't allowed, is the caller's.
    package func answer(_ request: MetadataRequest, version: Int16) -> MetadataResponse {
        MetadataResponse { response in
            response.brokers = brokers
            response.clusterID = image.clusterID
            response.controllerID = controllerID
            if let topics = request.topics, version > 0 || !topics.isEmpty {
                response.topics = topics.map { topic(asked: $0, version: version) }
            } else {
                response.topics = sortedTopicIDs.compactMap { topic(id: $0, version: version) }
            }
        }
    }

    /// Names that a request asks for, that could be topics', and that aren't.
    package func missingTopics(_ request: MetadataRequest) -> [String] {
        (request.topics ?? []).compactMap { asked in
            guard let name = asked.name, TopicName.problem(name) == nil, image.topicIDs[name] == nil else { return nil }
            return name
        }
    }

    /// Those that serve, in the ids' order.
    private var servingBrokers: [MetadataResponse.Broker] {
        image.brokers.values.filter { !$0.isFenced }.sorted { $0.id < $1.id }.compactMap { broker in
            guard let endpoint = broker.endpoint(listenerName) else { return nil }
            return MetadataResponse.Broker {
                $0.nodeID = broker.id
                $0.host = endpoint.host
                $0.port = Int32(endpoint.port)
                $0.rack = broker.rack
            }
        }
    }

    private func topic(asked: MetadataRequest.Topic, version: Int16) -> MetadataResponse.Topic {
        if let name = asked.name {
            if let id = image.topicIDs[name], let found = topic(id: id, version: version) { return found }
            let error: KafkaError =
                TopicName.problem(name) == nil ? .unknownTopicOrPartition : .invalidTopicException
            return MetadataResponse.Topic {
                $0.errorCode = error.code
                $0.name = name
                $0.isInternal = TopicName.isInternal(name)
            }
        }
        if let found = topic(id: asked.topicID, version: version) { return found }
        return MetadataResponse.Topic {
            $0.errorCode = KafkaError.unknownTopicID.code
            $0.name = nil
            $0.topicID = asked.topicID
        }
    }

    private func topic(id: UUID, version: Int16) -> MetadataResponse.Topic? {
        let form = version < 6 ? 0 : 1
        if let made = topics[form][id] { return made }
        guard let found = image.topicsByID[id] else { return nil }
        let answer = topic(found, version: version)
        topics[form][id] = answer
        return answer
    }

    /// One topic with all of its partitions.
    package func topic(_ topic: TopicImage, version: Int16) -> MetadataResponse.Topic {
        MetadataResponse.Topic { answer in
            answer.name = topic.name
            answer.topicID = topic.id
            answer.isInternal = topic.isInternal
            answer.partitions = topic.sortedPartitions.map { index, partition in
                MetadataResponse.Partition {
                    $0.errorCode = error(partition, version: version).code
                    $0.index = index
                    $0.leaderID = reachableLeader(partition)
                    $0.leaderEpoch = partition.leaderEpoch
                    $0.replicas = partition.replicas
                    $0.inSyncReplicas = partition.inSyncReplicas
                    $0.offlineReplicas = offlineReplicas(partition)
                }
            }
        }
    }

    private func error(_ partition: PartitionImage, version: Int16) -> KafkaError {
        if reachableLeader(partition) != -1 { return .noError }
        let isAlive = image.brokers[partition.leader].map { !$0.isFenced } ?? false
        return isAlive && version >= 6 ? .listenerNotFound : .leaderNotAvailable
    }

    /// −1 where clients of this listener have no way to it.
    func reachableLeader(_ partition: PartitionImage) -> Int32 {
        guard let broker = image.brokers[partition.leader], !broker.isFenced, broker.endpoint(listenerName) != nil
        else { return -1 }
        return partition.leader
    }

    func offlineReplicas(_ partition: PartitionImage) -> [Int32] {
        partition.replicas.filter { id in
            guard let broker = image.brokers[id] else { return true }
            return broker.isFenced || !broker.hasOnline(partition.directory(of: id))
        }
    }

    /// The answer to a DescribeCluster request for brokers; the endpoints of controllers are for the caller to know.
    package func describeCluster(_ request: DescribeClusterRequest) -> DescribeClusterResponse {
        DescribeClusterResponse { response in
            response.clusterID = image.clusterID
            response.controllerID = controllerID
            response.endpointType = request.endpointType
            let shown = image.brokers.values.filter { request.includeFencedBrokers || !$0.isFenced }
            response.brokers = shown.sorted { $0.id < $1.id }.compactMap { broker in
                guard let endpoint = broker.endpoint(listenerName) else { return nil }
                return DescribeClusterResponse.Broker {
                    $0.brokerID = broker.id
                    $0.host = endpoint.host
                    $0.port = Int32(endpoint.port)
                    $0.rack = broker.rack
                    $0.isFenced = broker.isFenced
                }
            }
        }
    }
}
