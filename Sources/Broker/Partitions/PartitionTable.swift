import Bytes
import LogEngine
import Metadata

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
    /// Those whose logs nobody has needed yet.
    private(set) var unopened: [PartitionKey: PartitionAssignment] = [:]

    var count: Int { byKey.count }

    /// Those whose logs are open, by name. O(1) unless partitions came or went since the last time.
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
        let key = PartitionKey(topicID: partition.topicID, partition: partition.name.partition)
        byKey[key] = partition
        sorted = nil
        forgetUnopened(key)
    }

    /// Has a partition's log opened by whoever needs it first.
    func addUnopened(_ assignment: PartitionAssignment) { unopened[assignment.key] = assignment }

    @discardableResult
    func forgetUnopened(_ key: PartitionKey) -> PartitionAssignment? { unopened.removeValue(forKey: key) }

    /// Changes the settings of a topic's partitions that aren't open.
    func reconfigureUnopened(_ topicID: UUID, _ config: TopicConfig) {
        for key in unopened.keys where key.topicID == topicID { unopened[key]?.config = config }
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
