import Bytes
import Coordination
import KafkaProtocol
import Metadata

extension Handler {
    /// Who coordinates a group, or a transactional id. The first question makes the topic that they are kept in; until
    /// it is there the answer is COORDINATOR_NOT_AVAILABLE, and clients ask again.
    static var findCoordinator: Handler {
        .answering(FindCoordinatorRequest.self) { shard, request, frame in await shard.findCoordinator(request, frame) }
    }
}

extension Shard {
    fileprivate func findCoordinator(
        _ request: FindCoordinatorRequest, _ frame: RequestFrame
    ) async -> FindCoordinatorResponse {
        let keys = frame.version >= 4 ? request.coordinatorKeys : [request.key]
        var answers: [FindCoordinatorResponse.Coordinator] = []
        for key in keys { answers.append(await coordinator(key, type: request.keyType, frame)) }
        var response = FindCoordinatorResponse()
        if frame.version >= 4 {
            response.coordinators = answers
        } else if let answer = answers.first {
            response.errorCode = answer.errorCode
            response.errorMessage = answer.errorMessage
            response.nodeID = answer.nodeID
            response.host = answer.host
            response.port = answer.port
        }
        return response
    }

    private func coordinator(
        _ key: String, type: Int8, _ frame: RequestFrame
    ) async -> FindCoordinatorResponse.Coordinator {
        func refused(_ error: KafkaError, _ message: String? = nil) -> FindCoordinatorResponse.Coordinator {
            FindCoordinatorResponse.Coordinator {
                $0.key = key
                $0.nodeID = -1
                $0.port = -1
                $0.errorCode = error.code
                $0.errorMessage = message ?? error.sentence
            }
        }
        guard let name = type == 0 ? OffsetsTopic.name : type == 1 ? TransactionsTopic.name : nil else {
            return refused(.invalidRequest, "This broker coordinates consumer groups and transactions.")
        }
        guard let topic = await coordinatorTopic(name) else { return refused(.coordinatorNotAvailable) }
        let partition = OffsetsTopic.partition(of: key, partitionCount: topic.partitionCount)
        guard let leader = topic.partitions[partition]?.leader, let broker = image.brokers[leader],
            let endpoint = broker.endpoint(frame.connection.listener)
        else { return refused(.coordinatorNotAvailable) }
        return FindCoordinatorResponse.Coordinator {
            $0.key = key
            $0.nodeID = broker.id
            $0.host = endpoint.host
            $0.port = Int32(endpoint.port)
            $0.errorMessage = nil
        }
    }

    /// A topic of coordinators; made if it isn't there.
    func coordinatorTopic(_ name: String) async -> TopicImage? {
        if let topic = image[topic: name] { return topic }
        var refusal: String?
        let answers = await create([name == OffsetsTopic.name ? newOffsetsTopic : newTransactionsTopic]).topics
        if let answer = answers.first, answer.errorCode != 0, answer.errorCode != KafkaError.topicAlreadyExists.code {
            refusal = answer.errorMessage ?? "error \(answer.errorCode)"
        }
        await controller.note(refusal: refusal, ofTopic: name)
        return image[topic: name]
    }

    private var newOffsetsTopic: CreateTopicsRequest.Topic {
        let configuration = node.configuration
        return CreateTopicsRequest.Topic {
            $0.name = OffsetsTopic.name
            $0.partitionCount = configuration.offsetsTopicPartitionCount
            $0.replicationFactor = configuration.offsetsTopicReplicationFactor
            $0.configs = Self.configs([
                ("cleanup.policy", "compact"), ("compression.type", "producer"),
                ("segment.bytes", String(configuration.offsetsTopicSegmentBytes)),
            ])
        }
    }

    private var newTransactionsTopic: CreateTopicsRequest.Topic {
        let configuration = node.configuration
        return CreateTopicsRequest.Topic {
            $0.name = TransactionsTopic.name
            $0.partitionCount = configuration.transactionLogPartitionCount
            $0.replicationFactor = configuration.transactionLogReplicationFactor
            $0.configs = Self.configs([
                ("unclean.leader.election.enable", "false"), ("compression.type", "uncompressed"),
                ("cleanup.policy", "compact"),
                ("min.insync.replicas", String(configuration.transactionLogMinInsyncReplicas)),
                ("segment.bytes", String(configuration.transactionLogSegmentBytes)),
            ])
        }
    }

    private static func configs(_ settings: [(String, String)]) -> [CreateTopicsRequest.Config] {
        settings.map { name, value in
            CreateTopicsRequest.Config {
                $0.name = name
                $0.value = value
            }
        }
    }
}
