import Bytes
import KafkaClient
import KafkaProtocol

/// A topic as `--describe` prints it.
struct TopicDescription {
    struct Move {
        let adding: [Int32]
        let removing: [Int32]
    }

    private let topic: TopicMetadata
    private let overrides: [(name: String, value: String)]
    private let minimumInSync: Int
    private let moving: [TopicPartition: Move]
    private let liveBrokers: Set<Int32>

    init(
        _ topic: TopicMetadata, _ overrides: [(name: String, value: String)], minimumInSync: Int?,
        moving: [TopicPartition: Move], liveBrokers: Set<Int32>
    ) {
        self.topic = topic
        self.overrides = overrides
        self.minimumInSync = minimumInSync ?? 1
        self.moving = moving
        self.liveBrokers = liveBrokers
    }

    var headline: String {
        let configs = overrides.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
        let factor = topic.partitions.first.map { replicaCount($0) } ?? 0
        return "Topic: \(topic.name)\tTopicId: \(topic.topicID.text)\tPartitionCount: \(topic.partitions.count)"
            + "\tReplicationFactor: \(factor)\tConfigs: \(configs)"
    }

    /// A line for each partition that one of the reports asks for; for all without any.
    func lines(_ reports: [String]) -> [String] {
        topic.partitions.filter { partition in
            reports.isEmpty || reports.contains { isReported(partition, $0) }
        }.map(line)
    }

    private func move(_ partition: TopicMetadata.Partition) -> Move? {
        moving[TopicPartition(topic.name, partition.index)]
    }

    /// Without those that a move is only adding.
    private func replicaCount(_ partition: TopicMetadata.Partition) -> Int {
        partition.replicas.count - (move(partition)?.adding.count ?? 0)
    }

    private func isReported(_ partition: TopicMetadata.Partition, _ report: String) -> Bool {
        switch report {
        case "under-replicated-partitions": partition.inSyncReplicas.count < replicaCount(partition)
        case "unavailable-partitions": partition.leader.map { !liveBrokers.contains($0) } ?? true
        case "under-min-isr-partitions": partition.inSyncReplicas.count < minimumInSync
        case "at-min-isr-partitions": partition.inSyncReplicas.count == minimumInSync
        default: false
        }
    }

    private func line(_ partition: TopicMetadata.Partition) -> String {
        var line = "\tTopic: \(topic.name)\tPartition: \(partition.index)"
        line += "\tLeader: \(partition.leader.map(String.init) ?? "none")"
        line += "\tReplicas: \(Self.list(partition.replicas))\tIsr: \(Self.list(partition.inSyncReplicas))"
        if let move = move(partition) {
            line += "\tAdding Replicas: \(Self.list(move.adding))\tRemoving Replicas: \(Self.list(move.removing))"
        }
        line += "\tElr: \(partition.eligibleLeaderReplicas.map(Self.list) ?? "N/A")"
        return line + "\tLastKnownElr: \(partition.lastKnownEligibleLeaderReplicas.map(Self.list) ?? "N/A")"
    }

    private static func list(_ brokers: [Int32]) -> String { brokers.map(String.init).joined(separator: ",") }
}
