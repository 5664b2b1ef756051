import Bytes
import LogEngine

/// A partition's place in the tables: the topic's id, and the number.
struct PartitionKey: Hashable, Sendable {
    var topicID: UUID
    var partition: Int32
}

/// The partitions that one core owns.
final class PartitionTable {
    // Unchecked: keys are hashed while it is looked into, nothing else.
    @exclusivity(unchecked) private var byKey: [PartitionKey: Partition] = [:]
    private var sorted: [Partition]?

    var count: Int { byKey.count }

    /// By name. O(1) unless partitions came or went since the last time.
    var all: [Partition] {
        if let sorted { return sorted }
        let all = byKey.values.sorted { $0.name < $1.name }
        sorted = all
        return all
    }

    func find(_ topicID: UUID, _ partition: Int32) -> Partition? {
        byKey[PartitionKey(topicID: topicID, partition: partition)]
    }

    func add(_ partition: Partition) {
        byKey[PartitionKey(topicID: partition.topicID, partition: partition.name.partition)] = partition
        sorted = nil
    }

    @discardableResult
    func remove(_ topicID: UUID, _ partition: Int32) -> Partition? {
        sorted = nil
        return byKey.removeValue(forKey: PartitionKey(topicID: topicID, partition: partition))
    }

    /// Ends all waits on all partitions.
    func wakeAll() {
        for partition in all { partition.wake() }
    }
}
