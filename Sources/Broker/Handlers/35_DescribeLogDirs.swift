import Bytes
import KafkaProtocol
import LogEngine
import Metadata
import Reactor

extension Handler {
    /// Shows the data directories: what of the partitions asked for lies in each, how large it is, how far copies are
    /// behind, and the volume's size. The metadata log isn't shown, as in Kafka.
    static var describeLogDirs: Handler {
        .answering(DescribeLogDirsRequest.self) { shard, request, _ in await shard.describeLogDirectories(request) }
    }
}

/// A log as a directory's description shows it.
struct ReplicaReport: Sendable {
    var name: TopicPartition
    var directory: String
    var size: Int64
    var lag: Int64
    var isFuture: Bool
}

extension Shard {
    func describeLogDirectories(_ request: DescribeLogDirsRequest) async -> DescribeLogDirsResponse {
        var names: Set<TopicPartition>?
        if let topics = request.topics {
            names = Set(topics.flatMap { topic in topic.partitions.map { TopicPartition(topic.topic, $0) } })
        }
        var replicas: [String: [ReplicaReport]] = [:]
        for index in 0..<shardCount {
            for report in await shard(at: index).replicaReports(names) {
                replicas[report.directory, default: []].append(report)
            }
        }
        let directories = await storage.reports()
        return DescribeLogDirsResponse { response in
            response.results = directories.map { directory in
                DescribeLogDirsResponse.Result {
                    $0.logDir = directory.path
                    guard directory.isOnline else {
                        $0.errorCode = KafkaError.kafkaStorageError.code
                        return
                    }
                    $0.isCordoned = directory.isCordoned
                    $0.totalBytes = directory.totalBytes
                    $0.usableBytes = directory.usableBytes
                    $0.topics = describe(replicas[directory.path] ?? [])
                }
            }
        }
    }

    private func describe(_ replicas: [ReplicaReport]) -> [DescribeLogDirsResponse.Topic] {
        var topics: [DescribeLogDirsResponse.Topic] = []
        for replica in replicas.sorted(by: { $0.name < $1.name }) {
            let partition = DescribeLogDirsResponse.Partition {
                $0.partitionIndex = replica.name.partition
                $0.partitionSize = replica.size
                $0.offsetLag = replica.lag
                $0.isFutureKey = replica.isFuture
            }
            if let last = topics.indices.last, topics[last].name == replica.name.topic {
                topics[last].partitions.append(partition)
            } else {
                topics.append(
                    DescribeLogDirsResponse.Topic {
                        $0.name = replica.name.topic
                        $0.partitions = [partition]
                    })
            }
        }
        return topics
    }

    /// This core's logs, those that are copies of others among them.
    private func replicaReports(_ names: Set<TopicPartition>?) async -> [ReplicaReport] {
        await openLogs { names?.contains($0.name) ?? true }
        var reports: [ReplicaReport] = []
        for partition in partitions.all where names?.contains(partition.name) ?? true {
            let log = partition.log
            reports.append(
                ReplicaReport(
                    name: partition.name, directory: partition.directory, size: Int64(log.size),
                    lag: max(0, log.highWatermark - log.endOffset), isFuture: false))
            guard let move = moves[partition.name], let copy = move.log else { continue }
            reports.append(
                ReplicaReport(
                    name: partition.name, directory: move.future.directory, size: Int64(copy.size),
                    lag: log.endOffset - copy.endOffset, isFuture: true))
        }
        return reports
    }
}
