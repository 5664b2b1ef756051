/// All partitions in order, dealt out to the members in turn; a member that doesn't subscribe to a topic is passed
/// over.
public struct RoundRobinAssignor: Assignor {
    public init() {}

    public var name: String { "roundrobin" }

    public func assign(_ members: [AssignorMember], partitionCounts: [String: Int32]) -> [String: [TopicPartition]] {
        var assignment = Dictionary(
            members.map { ($0.memberID, [TopicPartition]()) }, uniquingKeysWith: { first, _ in first })
        let readers = members.sorted(by: AssignorMember.precedes)
        let subscribed = Set(readers.flatMap(\.topics))
        var turn = 0
        for (topic, count) in partitionCounts.sorted(by: { $0.key < $1.key }) where subscribed.contains(topic) {
            for partition in 0..<max(count, 0) {
                while !readers[turn % readers.count].topics.contains(topic) { turn += 1 }
                assignment[readers[turn % readers.count].memberID, default: []].append(TopicPartition(topic, partition))
                turn += 1
            }
        }
        return assignment
    }
}
