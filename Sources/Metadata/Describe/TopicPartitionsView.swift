import Bytes
package import KafkaProtocol

extension MetadataView {
    /// A page of partitions in the topics' order, from the request's cursor on, and where the next page begins.
    ///
    /// - Parameter limit: partitions in one answer (`max.request.partition.size.limit`), whatever the client asks for.
    /// - Throws: INVALID_REQUEST for a cursor that points nowhere.
    package func answer(
        _ request: DescribeTopicPartitionsRequest, limit: Int
    ) throws(ControllerError) -> DescribeTopicPartitionsResponse {
        if let cursor = request.cursor, cursor.partitionIndex < 0 {
            throw ControllerError(
                .invalidRequest, "DescribeTopicPartitionsRequest cursor partition must be valid")
        }
        let asked = Set(request.topics.map(\.name))
        var names = asked.isEmpty ? image.sortedTopicNames : asked.sorted()
        if let cursor = request.cursor { names.removeAll { $0 < cursor.topicName } }
        var room = max(min(limit, Int(request.responsePartitionLimit)), 1)
        var response = DescribeTopicPartitionsResponse()
        for name in names {
            guard let topic = image[topic: name] else {
                response.topics.append(Self.unknown(name))
                continue
            }
            let first = request.cursor.map { $0.topicName == name ? $0.partitionIndex : 0 } ?? 0
            let rest = topic.sortedPartitions.filter { $0.index >= first }
            guard room > 0 || rest.isEmpty else {
                response.nextCursor = Self.cursor(name, first)
                return response
            }
            let shown = Array(rest.prefix(room))
            room -= shown.count
            response.topics.append(page(of: topic, shown))
            if shown.count < rest.count {
                response.nextCursor = Self.cursor(name, rest[shown.count].index)
                return response
            }
        }
        return response
    }

    private static func cursor(_ name: String, _ index: Int32) -> DescribeTopicPartitionsRequest.Cursor {
        DescribeTopicPartitionsRequest.Cursor {
            $0.topicName = name
            $0.partitionIndex = index
        }
    }

    private static func unknown(_ name: String) -> DescribeTopicPartitionsResponse.Topic {
        let error: KafkaError = TopicName.problem(name) == nil ? .unknownTopicOrPartition : .invalidTopicException
        return DescribeTopicPartitionsResponse.Topic {
            $0.errorCode = error.code
            $0.name = name
            $0.isInternal = TopicName.isInternal(name)
        }
    }

    private func page(
        of topic: TopicImage, _ partitions: [(index: Int32, partition: PartitionImage)]
    ) -> DescribeTopicPartitionsResponse.Topic {
        DescribeTopicPartitionsResponse.Topic { answer in
            answer.name = topic.name
            answer.topicID = topic.id
            answer.isInternal = topic.isInternal
            answer.partitions = partitions.map { index, partition in
                DescribeTopicPartitionsResponse.Partition {
                    $0.errorCode =
                        reachableLeader(partition) == -1 ? KafkaError.leaderNotAvailable.code : 0
                    $0.partitionIndex = index
                    $0.leaderID = reachableLeader(partition)
                    $0.leaderEpoch = partition.leaderEpoch
                    $0.replicaNodes = partition.replicas
                    $0.isrNodes = partition.inSyncReplicas
                    $0.eligibleLeaderReplicas = partition.eligibleLeaderReplicas
                    $0.lastKnownELR = partition.lastKnownEligibleLeaders
                    $0.offlineReplicas = offlineReplicas(partition)
                }
            }
        }
    }
}
