import Bytes
import KafkaProtocol
import Metadata

/// Topics and their partitions: Metadata (3), CreateTopics (19), DeleteTopics (20), CreatePartitions (37),
/// DescribeCluster (60), DescribeTopicPartitions (75). Reads are answered from this core's image; changes are the
/// controller's to decide.
extension Handler {
    /// Also makes topics that are asked for and aren't there, where `auto.create.topics.enable` and the client allow
    /// it.
    static var metadata: Handler {
        Handler(MetadataRequest.self) { shard, frame throws(CodingError) in
            let request = try frame.body(MetadataRequest.self)
            let frame = frame.withoutBody()
            let answer = { shard.view(frame).answer(request, version: frame.version) }
            guard shard.createsTopicsByItself, frame.version < 4 || request.allowAutoTopicCreation else {
                return ResponseReply(frame, atOnce: answer)
            }
            return ResponseReply(
                frame,
                atOnce: { shard.view(frame).missingTopics(request).isEmpty ? answer() : nil },
                later: {
                    await shard.createAutomatically(shard.view(frame).missingTopics(request))
                    return answer()
                })
        }
    }

    static var describeCluster: Handler {
        .answeringAtOnce(DescribeClusterRequest.self) { shard, request, frame in
            guard request.endpointType == 1 else {
                let error: KafkaError = request.endpointType == 2 ? .mismatchedEndpointType : .unsupportedEndpointType
                return DescribeClusterResponse {
                    $0.errorCode = error.code
                    $0.errorMessage = error.sentence
                }
            }
            return shard.view(frame).describeCluster(request)
        }
    }

    static var describeTopicPartitions: Handler {
        .answeringAtOnce(DescribeTopicPartitionsRequest.self) { shard, request, frame in
            do throws(ControllerError) {
                return try shard.view(frame).answer(
                    request, limit: shard.node.configuration.maxRequestPartitionCount)
            } catch {
                // The response has no error of its own: each topic that was asked for carries it.
                return DescribeTopicPartitionsResponse {
                    $0.topics = request.topics.map { topic in
                        DescribeTopicPartitionsResponse.Topic {
                            $0.name = topic.name
                            $0.errorCode = error.error.code
                        }
                    }
                }
            }
        }
    }

    static var createTopics: Handler {
        .answering(CreateTopicsRequest.self) { shard, request, _ in
            await shard.create(request.topics, validateOnly: request.validateOnly)
        }
    }

    static var deleteTopics: Handler {
        .answering(DeleteTopicsRequest.self) { shard, request, frame in
            let version = frame.version
            do throws(ControllerError) {
                return try await shard.controller.decide { (controller, _) throws(ControllerError) in
                    controller.deleteTopics(request, version: version)
                }
            } catch {
                let topics =
                    version >= 6
                    ? request.topics : request.topicNames.map { name in DeleteTopicsRequest.Topic { $0.name = name } }
                return DeleteTopicsResponse {
                    $0.responses = topics.map { topic in
                        DeleteTopicsResponse.Topic {
                            $0.name = topic.name
                            $0.topicID = topic.topicID
                            $0.errorCode = error.error.code
                            $0.errorMessage = error.message
                        }
                    }
                }
            }
        }
    }

    static var createPartitions: Handler {
        .answering(CreatePartitionsRequest.self) { shard, request, _ in
            do throws(ControllerError) {
                return try await shard.controller.decide { (controller, _) throws(ControllerError) in
                    controller.createPartitions(request)
                }
            } catch {
                return CreatePartitionsResponse {
                    $0.results = request.topics.map { topic in
                        CreatePartitionsResponse.Result {
                            $0.name = topic.name
                            $0.errorCode = error.error.code
                            $0.errorMessage = error.message
                        }
                    }
                }
            }
        }
    }
}

extension Shard {
    /// The id of the topic that a request means, by name or by id.
    func findTopicID(name: String, id: UUID, usesIDs: Bool) -> Result<UUID, KafkaError> {
        if usesIDs { return image.topicsByID[id] == nil ? .failure(.unknownTopicID) : .success(id) }
        guard let id = image.topicIDs[name] else { return .failure(.unknownTopicOrPartition) }
        return .success(id)
    }

    func findTopic(name: String, id: UUID, usesIDs: Bool) -> Result<TopicImage, KafkaError> {
        findTopicID(name: name, id: id, usesIDs: usesIDs).flatMap { id in
            image.topicsByID[id].map { .success($0) } ?? .failure(.unknownTopicID)
        }
    }

    func isInternal(_ topicID: UUID) -> Bool { image.topicsByID[topicID]?.isInternal ?? false }

    /// Why a partition isn't on this core: it doesn't exist, or its log isn't open (yet, or any more).
    func absence(of topicID: UUID, _ partition: Int32) -> KafkaError {
        guard image[topicID: topicID]?.partitions[partition] != nil else { return .unknownTopicOrPartition }
        let key = PartitionKey(topicID: topicID, partition: partition)
        return offline[key] != nil ? .kafkaStorageError : .notLeaderOrFollower
    }

    func create(_ topics: [CreateTopicsRequest.Topic], validateOnly: Bool = false) async -> CreateTopicsResponse {
        let request = CreateTopicsRequest {
            $0.topics = topics
            $0.validateOnly = validateOnly
        }
        let core = core
        do throws(ControllerError) {
            return try await controller.decide { (controller, _) throws(ControllerError) in
                controller.createTopics(request, newID: { Format.randomID(core) })
            }
        } catch {
            return CreateTopicsResponse {
                $0.topics = topics.map { topic in
                    CreateTopicsResponse.Topic {
                        $0.name = topic.name
                        $0.errorCode = error.error.code
                        $0.errorMessage = error.message
                    }
                }
            }
        }
    }

    fileprivate func createAutomatically(_ names: [String]) async {
        let configuration = node.configuration
        let response = await create(
            names.map { name in
                CreateTopicsRequest.Topic {
                    $0.name = name
                    $0.partitionCount = configuration.partitionCount
                    $0.replicationFactor = configuration.defaultReplicationFactor
                }
            })
        for topic in response.topics where topic.errorCode == 0 {
            node.logger.info("topic \(topic.name) was made because a client asked for it")
        }
    }
}
