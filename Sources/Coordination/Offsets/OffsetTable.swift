/// Committed offsets by group, topic and partition. Empty levels are taken away.
struct OffsetTable: Equatable {
    typealias Topics = [String: [Int32: CommittedOffset]]

    private(set) var groups: [String: Topics] = [:]
    private(set) var count = 0

    subscript(key: OffsetKey) -> CommittedOffset? { groups[key.groupID]?[key.topic]?[key.partition] }

    mutating func set(_ offset: CommittedOffset, for key: OffsetKey) {
        let old = groups[key.groupID, default: [:]][key.topic, default: [:]].updateValue(offset, forKey: key.partition)
        if old == nil { count += 1 }
    }

    mutating func remove(_ key: OffsetKey) {
        guard groups[key.groupID]?[key.topic]?.removeValue(forKey: key.partition) != nil else { return }
        count -= 1
        if groups[key.groupID]?[key.topic]?.isEmpty == true { groups[key.groupID]?[key.topic] = nil }
        if groups[key.groupID]?.isEmpty == true { groups[key.groupID] = nil }
    }

    /// In order. O(n log n)
    func keys(ofGroup groupID: String) -> [OffsetKey] {
        (groups[groupID] ?? [:]).flatMap { topic, partitions in
            partitions.keys.map { OffsetKey(groupID: groupID, topic: topic, partition: $0) }
        }.sorted()
    }

    /// In order. O(groups + found · log found)
    func keys(ofTopic topic: String) -> [OffsetKey] {
        groups.flatMap { groupID, topics in
            (topics[topic] ?? [:]).keys.map { OffsetKey(groupID: groupID, topic: topic, partition: $0) }
        }.sorted()
    }
}
