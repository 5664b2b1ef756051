/// Topic by topic, each member a run of neighbouring partitions; the first members get one more where it doesn't come
/// out even. Members that subscribe to topics of equal size get the same numbers in each.
public struct RangeAssignor: Assignor {
    public init() {}

    public var name: String { "range" }

    public func assign(_ members: [AssignorMember], partitionCounts: [String: Int32]) -> [String: [TopicPartition]] {
        var assignment = Dictionary(
            members.map { ($0.memberID, [TopicPartition]()) }, uniquingKeysWith: { first, _ in first })
        for (topic, count) in partitionCounts.sorted(by: { $0.key < $1.key }) {
            let readers = members.filter { $0.topics.contains(topic) }.sorted(by: AssignorMember.precedes)
            guard !readers.isEmpty else { continue }
            let each = Int(count) / readers.count
            let extra = Int(count) % readers.count
            var next = 0
            for (position, reader) in readers.enumerated() {
                let end = next + each + (position < extra ? 1 : 0)
                assignment[reader.memberID, default: []] += (next..<end).map { TopicPartition(topic, Int32($0)) }
                next = end
            }
        }
        return assignment
    }
}
