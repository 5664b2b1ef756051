import Bytes
import Coordination
import KafkaProtocol
import Metadata

extension Handler {
    /// Who coordinates a group. The first question makes `__consumer_offsets`; until it is there the answer is
    /// COORDINATOR_NOT_AVAILABLE, and clients ask again.
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
        guard type == 0 else {
            return refused(.invalidRequest, "This broker coordinates consumer groups only.")
        }
        if image[topic: OffsetsTopic.name] == nil { await createOffsetsTopic() }
        guard let topic = image[topic: OffsetsTopic.name] else { return refused(.coordinatorNotAvailable) }
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

    private func createOffsetsTopic() async {
        let configuration = node.configuration
        var topic = CreateTopicsRequest.Topic()
        topic.name = OffsetsTopic.name
        topic.partitionCount = configuration.offsetsTopicPartitionCount
        topic.replicationFactor = configuration.offsetsTopicReplicationFactor
        topic.configs = [
            ("cleanup.policy", "compact"), ("compression.type", "producer"),
            ("segment.bytes", String(configuration.offsetsTopicSegmentBytes)),
        ].map { name, value in
            CreateTopicsRequest.Config {
                $0.name = name
                $0.value = value
            }
        }
        var refusal: String?
        if let answer = await create([topic]).topics.first, answer.errorCode != 0,
            answer.errorCode != KafkaError.topicAlreadyExists.code
        {
            refusal = answer.errorMessage ?? "error \(answer.errorCode)"
        }
        await controller.note(refusalOfOffsetsTopic: refusal)
    }
}
