import Bytes
import KafkaProtocol

/// Where the replicas of new partitions go.
struct ReplicaPlacement {
    /// Partitions that one request may create.
    static let partitionLimit = 10_000

    let image: ClusterImage

    /// Replicas by rotation over all brokers, those that serve first; the first partition begins at `start`.
    func assign(
        partitionCount: Int, replicationFactor: Int, start: UInt64
    ) throws(Refusal) -> [[Int32]] {
        let brokers = image.brokers.values.filter(\.takesReplicas).sorted { $0.id < $1.id }
        let serving = brokers.filter(\.isActive).map(\.id)
        let others = brokers.filter { !$0.isActive }.map(\.id)
        let prefix = "Unable to replicate the partition \(replicationFactor) time(s): "
        guard !serving.isEmpty else {
            throw Refusal(
                .invalidReplicationFactor,
                prefix + "All brokers are currently fenced, or have all their log directories cordoned.")
        }
        guard replicationFactor <= brokers.count else {
            throw Refusal(
                .invalidReplicationFactor,
                prefix + "The target replication factor of \(replicationFactor) cannot be reached because only "
                    + "\(brokers.count) broker(s) are registered or some brokers have all their log directories cordoned."
            )
        }
        let offset = Int(start % UInt64(serving.count))
        return (0..<partitionCount).map { partition in
            let rotated = (0..<serving.count).map { serving[(offset + partition + $0) % serving.count] }
            return Array((rotated + others).prefix(replicationFactor))
        }
    }

    /// Checks an assignment that somebody wrote; `replicationFactor` is that of the partitions before, if any.
    func check(_ brokers: [Int32], replicationFactor: Int?) throws(Refusal) {
        guard !brokers.isEmpty else {
            throw Refusal(
                .invalidReplicaAssignment, "The manual partition assignment includes an empty replica list.")
        }
        var seen: Set<Int32> = []
        for broker in brokers.sorted() {
            guard image.brokers[broker] != nil else {
                throw Refusal(
                    .invalidReplicaAssignment,
                    "The manual partition assignment includes broker \(broker), but no such broker is registered.")
            }
            guard seen.insert(broker).inserted else {
                throw Refusal(
                    .invalidReplicaAssignment,
                    "The manual partition assignment includes the broker \(broker) more than once.")
            }
        }
        if let replicationFactor, replicationFactor != brokers.count {
            throw Refusal(
                .invalidReplicaAssignment,
                "The manual partition assignment includes a partition with \(brokers.count) replica(s), but this is not "
                    + "consistent with previous partitions, which have \(replicationFactor) replica(s).")
        }
    }

    /// The record of a new partition; its first replica that serves leads.
    func record(
        topicID: UUID, index: Int32, replicas: [Int32], isManual: Bool
    ) throws(Refusal) -> PartitionRecord {
        let inSync = replicas.filter { image.brokers[$0]?.isActive == true }
        guard let leader = inSync.first else {
            throw isManual
                ? Refusal(
                    .invalidReplicaAssignment,
                    "All brokers specified in the manual partition assignment for partition \(index) are fenced or in "
                        + "controlled shutdown.")
                : Refusal(
                    .invalidReplicationFactor,
                    "Unable to replicate the partition \(replicas.count) time(s): All brokers are currently fenced or in "
                        + "controlled shutdown.")
        }
        return PartitionRecord {
            $0.partitionID = index
            $0.topicID = topicID
            $0.replicas = replicas
            $0.inSyncReplicas = inSync
            $0.leader = leader
            $0.leaderEpoch = 0
            $0.partitionEpoch = 0
            $0.directories = replicas.map {
                image.brokers[$0]?.directoryForNewReplica ?? ClusterImage.unassignedDirectory
            }
        }
    }
}
