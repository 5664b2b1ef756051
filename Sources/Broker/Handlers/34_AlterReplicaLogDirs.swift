import Bytes
import KafkaProtocol
import LogEngine
import Metadata
import Reactor

extension Handler {
    /// Has replicas moved to other data directories. Answered when the moves have begun: DescribeLogDirs shows how far
    /// they are. A replica that isn't there yet answers REPLICA_NOT_AVAILABLE, and goes there once it is made.
    static var alterReplicaLogDirs: Handler {
        .answering(AlterReplicaLogDirsRequest.self) { shard, request, _ in await shard.alterLogDirectories(request) }
    }
}

extension Shard {
    func alterLogDirectories(_ request: AlterReplicaLogDirsRequest) async -> AlterReplicaLogDirsResponse {
        // As in Kafka, a partition that is named twice goes to the last directory.
        var wanted: [TopicPartition: String] = [:]
        for directory in request.dirs {
            for topic in directory.topics {
                for partition in topic.partitions { wanted[TopicPartition(topic.name, partition)] = directory.path }
            }
        }
        var response = AlterReplicaLogDirsResponse()
        for (partition, path) in wanted.sorted(by: { $0.key < $1.key }) {
            let error = await alterLogDirectory(of: partition, to: path)
            let answer = AlterReplicaLogDirsResponse.Partition {
                $0.partitionIndex = partition.partition
                $0.errorCode = error.code
            }
            if let last = response.results.indices.last, response.results[last].topicName == partition.topic {
                response.results[last].partitions.append(answer)
            } else {
                response.results.append(
                    AlterReplicaLogDirsResponse.Topic {
                        $0.topicName = partition.topic
                        $0.partitions = [answer]
                    })
            }
        }
        return response
    }

    private func alterLogDirectory(of name: TopicPartition, to path: String) async -> KafkaError {
        let future = PartitionDirectoryName(name, .future, random: (0, 0))
        guard future.text.utf8.count <= 255 else { return .invalidTopicException }
        let destination = await storage.destination(path, for: name)
        switch destination {
        case .unknown: return .logDirNotFound
        case .cordoned: return .invalidReplicaAssignment
        case .offline: return .kafkaStorageError
        case .online: break
        }
        guard let topic = image[topic: name.topic], topic.partitions[name.partition] != nil else {
            return .unknownTopicOrPartition
        }
        let key = PartitionKey(topicID: topic.id, partition: name.partition)
        let error = await owner(of: topic.id, name.partition).move(key, to: destination)
        return error == .notLeaderOrFollower ? .replicaNotAvailable : error
    }
}
