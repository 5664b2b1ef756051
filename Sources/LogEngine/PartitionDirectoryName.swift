/// The name of a replica's directory: `topic-partition`, or that with 32 hex digits and a suffix while it is moved
/// or on its way out.
public struct PartitionDirectoryName: Hashable, Sendable {
    public enum State: String, Sendable {
        /// A replica.
        case current = ""
        /// Deleted; its files go after `file.delete.delay.ms`.
        case delete
        /// Not assigned to this node as far as the metadata knows.
        case stray
        /// A copy that catches up before it replaces the replica in another directory.
        case future
    }

    /// For `delete` and `stray` perhaps with a shortened topic.
    public let partition: TopicPartition
    public let state: State
    /// 32 hex digits; empty for a current replica.
    public let unique: String

    public init(_ partition: TopicPartition) {
        self.partition = partition
        state = .current
        unique = ""
    }

    /// Names a directory for another state. The topic is cut where the name would be longer than 255 bytes.
    ///
    /// - Parameter random: 128 random bits that make the name unique.
    public init(_ partition: TopicPartition, _ state: State, random: (UInt64, UInt64)) {
        let unique = Self.hex(random.0) + Self.hex(random.1)
        self.state = state
        self.unique = unique
        let others = "-\(partition.partition).\(unique)-\(state.rawValue)".utf8.count
        let topic = String(decoding: partition.topic.utf8.prefix(255 - others), as: UTF8.self)
        self.partition = state == .future ? partition : TopicPartition(topic, partition.partition)
    }

    /// `nil` when no broker gives a directory such a name.
    public init?(_ name: String) {
        var rest = Substring(name)
        var state = State.current
        var unique = ""
        for candidate in [State.delete, .stray, .future] where rest.hasSuffix("-" + candidate.rawValue) {
            let cut = rest.dropLast(candidate.rawValue.utf8.count + 1)
            guard let dot = cut.lastIndex(of: ".") else { continue }
            let digits = cut[cut.index(after: dot)...]
            guard digits.utf8.count == 32, digits.allSatisfy(\.isHexDigit) else { continue }
            (state, unique, rest) = (candidate, String(digits), cut[..<dot])
            break
        }
        guard let dash = rest.lastIndex(of: "-"), dash != rest.startIndex else { return nil }
        let digits = rest[rest.index(after: dash)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let partition = Int32(digits)
        else { return nil }
        self.partition = TopicPartition(String(rest[..<dash]), partition)
        self.state = state
        self.unique = unique
    }

    public var text: String {
        state == .current ? "\(partition)" : "\(partition).\(unique)-\(state.rawValue)"
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
