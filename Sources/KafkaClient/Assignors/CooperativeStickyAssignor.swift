public import Bytes

/// As even as the subscriptions allow, and with as few partitions moving as that allows. A partition that moves is
/// given
/// to nobody at first: its owner gives it up and joins again, and the next round gives it away (KIP-429).
public struct CooperativeStickyAssignor: Assignor {
    public init() {}

    public var name: String { "cooperative-sticky" }
    public var isCooperative: Bool { true }

    public func userData(generation: Int32) -> ByteSlice? {
        var writer = ByteWriter(capacity: 4)
        writer.integer(generation)
        return writer.finish()
    }

    public func assign(_ members: [AssignorMember], partitionCounts: [String: Int32]) -> [String: [TopicPartition]] {
        let owners = Self.owners(members, partitionCounts)
        var balance = StickyBalance(members, partitionCounts, owners)
        var assignment = balance.settle()
        for (member, partitions) in assignment {
            assignment[member] = partitions.filter { partition in
                guard let owner = owners[partition] else { return true }
                return owner == member
            }
        }
        return assignment
    }

    /// Who owns what by right: of several that claim a partition the one of the latest generation, nobody where two
    /// of the same generation do.
    static func owners(_ members: [AssignorMember], _ partitionCounts: [String: Int32]) -> [TopicPartition: String] {
        var claims: [TopicPartition: (member: String?, generation: Int32)] = [:]
        for member in members.sorted(by: AssignorMember.precedes) {
            for partition in member.ownedPartitions {
                guard partition.partition < partitionCounts[partition.topic] ?? 0 else { continue }
                guard let other = claims[partition] else {
                    claims[partition] = (member.memberID, member.generation)
                    continue
                }
                if member.generation > other.generation {
                    claims[partition] = (member.memberID, member.generation)
                } else if member.generation == other.generation {
                    claims[partition] = (nil, member.generation)
                }
            }
        }
        return claims.compactMapValues(\.member)
    }
}

/// Finds the sticky, even assignment.
private struct StickyBalance {
    private let readers: [String]
    private let topics: [String: Set<String>]
    private var load: [String: [TopicPartition]] = [:]
    private var free: [TopicPartition] = []

    init(_ members: [AssignorMember], _ partitionCounts: [String: Int32], _ owners: [TopicPartition: String]) {
        let members = members.sorted(by: AssignorMember.precedes)
        readers = members.map(\.memberID)
        topics = Dictionary(members.map { ($0.memberID, Set($0.topics)) }, uniquingKeysWith: { first, _ in first })
        for reader in readers { load[reader] = [] }
        let subscribed = Set(members.flatMap(\.topics))
        for (topic, count) in partitionCounts.sorted(by: { $0.key < $1.key }) where subscribed.contains(topic) {
            for index in 0..<max(count, 0) {
                let partition = TopicPartition(topic, index)
                if let owner = owners[partition], topics[owner]?.contains(topic) == true {
                    load[owner, default: []].append(partition)
                } else {
                    free.append(partition)
                }
            }
        }
    }

    mutating func settle() -> [String: [TopicPartition]] {
        // Partitions that few can read first: they leave the least choice.
        let choices = Dictionary(grouping: free, by: \.topic).mapValues { partitions in
            readers.filter { topics[$0]?.contains(partitions[0].topic) == true }.count
        }
        for partition in free.sorted(by: { (choices[$0.topic] ?? 0, $0) < (choices[$1.topic] ?? 0, $1) }) {
            guard let reader = least(of: partition.topic) else { continue }
            load[reader, default: []].append(partition)
        }
        while moveOne() {}
        return load.mapValues { $0.sorted() }
    }

    private func count(_ reader: String) -> Int { load[reader]?.count ?? 0 }

    private func least(of topic: String) -> String? {
        readers.filter { topics[$0]?.contains(topic) == true }.min { count($0) < count($1) }
    }

    /// Takes one partition from the fullest member that has one which a member with two fewer can read. Each move
    /// makes
    /// the sum of squares smaller, so that this ends.
    private mutating func moveOne() -> Bool {
        for giver in readers.sorted(by: { count($0) > count($1) }) {
            let held = load[giver] ?? []
            for (position, partition) in held.enumerated().reversed() {
                guard let taker = least(of: partition.topic), count(taker) + 1 < held.count else { continue }
                load[giver]?.remove(at: position)
                load[taker, default: []].append(partition)
                return true
            }
        }
        return false
    }
}
