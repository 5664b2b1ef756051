package import Bytes
import KafkaProtocol

/// A topic with its partitions.
package struct TopicImage: Equatable, Sendable {
    package var name: String
    package var id: UUID
    /// By number, 0 to count - 1.
    package var partitions: [Int32: PartitionImage] = [:]

    package init(name: String, id: UUID) {
        self.name = name
        self.id = id
    }

    package var partitionCount: Int32 { Int32(truncatingIfNeeded: partitions.count) }
    package var sortedPartitions: [(index: Int32, partition: PartitionImage)] {
        partitions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
    /// Of the first partition.
    package var replicationFactor: Int16 { Int16(clamping: partitions[0]?.replicas.count ?? 0) }
    /// Whether it is one of those that the broker keeps its own state in.
    package var isInternal: Bool { TopicName.isInternal(name) }
}

/// Who has a partition and who leads it.
package struct PartitionImage: Equatable, Sendable {
    package var replicas: [Int32]
    package var inSyncReplicas: [Int32]
    package var removingReplicas: [Int32] = []
    package var addingReplicas: [Int32] = []
    /// −1 without.
    package var leader: Int32
    package var leaderEpoch: Int32
    package var partitionEpoch: Int32
    /// Still recovering after an unclean election.
    package var isRecovering = false
    /// One a replica, in their order.
    package var directories: [UUID]
    package var eligibleLeaderReplicas: [Int32] = []
    package var lastKnownEligibleLeaders: [Int32] = []

    init(_ record: PartitionRecord) {
        replicas = record.replicas
        inSyncReplicas = record.inSyncReplicas
        removingReplicas = record.removingReplicas
        addingReplicas = record.addingReplicas
        leader = record.leader
        leaderEpoch = record.leaderEpoch
        partitionEpoch = record.partitionEpoch
        isRecovering = record.leaderRecoveryState == 1
        directories = record.directories
        eligibleLeaderReplicas = record.eligibleLeaderReplicas ?? []
        lastKnownEligibleLeaders = record.lastKnownEligibleLeaders ?? []
    }

    /// The directory of a broker's replica.
    package func directory(of broker: Int32) -> UUID {
        guard let index = replicas.firstIndex(of: broker), index < directories.count else {
            return ClusterImage.unassignedDirectory
        }
        return directories[index]
    }

    /// Any leader said to be new, even the same again, begins an epoch of its own.
    mutating func merge(_ change: PartitionChangeRecord) {
        inSyncReplicas = change.isr ?? inSyncReplicas
        replicas = change.replicas ?? replicas
        removingReplicas = change.removingReplicas ?? removingReplicas
        addingReplicas = change.addingReplicas ?? addingReplicas
        directories = change.directories ?? directories
        eligibleLeaderReplicas = change.eligibleLeaderReplicas ?? eligibleLeaderReplicas
        lastKnownEligibleLeaders = change.lastKnownELR ?? lastKnownEligibleLeaders
        if change.leader != -2 {
            leader = change.leader
            leaderEpoch = leaderEpoch &+ 1
        }
        if change.leaderRecoveryState != -1 { isRecovering = change.leaderRecoveryState == 1 }
        partitionEpoch = partitionEpoch &+ 1
    }

    func record(topicID: UUID, index: Int32) -> PartitionRecord {
        PartitionRecord {
            $0.partitionID = index
            $0.topicID = topicID
            $0.replicas = replicas
            $0.inSyncReplicas = inSyncReplicas
            $0.removingReplicas = removingReplicas
            $0.addingReplicas = addingReplicas
            $0.leader = leader
            $0.leaderRecoveryState = isRecovering ? 1 : 0
            $0.leaderEpoch = leaderEpoch
            $0.partitionEpoch = partitionEpoch
            $0.directories = directories
            $0.eligibleLeaderReplicas = eligibleLeaderReplicas.isEmpty ? nil : eligibleLeaderReplicas
            $0.lastKnownEligibleLeaders = lastKnownEligibleLeaders.isEmpty ? nil : lastKnownEligibleLeaders
        }
    }
}
