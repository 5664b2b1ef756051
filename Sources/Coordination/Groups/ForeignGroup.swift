import Bytes

/// A group of another kind whose records lie in the same log: kept so that its id is taken, it is listed and it can be
/// deleted.
struct ForeignGroup: Equatable {
    enum Kind: String {
        case consumer = "Consumer"
        case share = "Share"
        case streams = "Streams"

        /// What lists of groups say of them.
        var protocolType: String {
            switch self {
            case .consumer: "consumer"
            case .share: "share"
            case .streams: "streams"
            }
        }
    }

    let kind: Kind
    /// The keys of its records that aren't deleted, numbered as they came.
    private var numbers: [ByteSlice: Int] = [:]
    private var nextNumber = 0
    private var memberCount = 0

    init(kind: Kind) { self.kind = kind }

    /// Without members.
    var isEmpty: Bool { memberCount == 0 }

    /// Nothing is left of it in the log.
    var isGone: Bool { numbers.isEmpty }

    /// The keys of all its records, in the order they came. O(n log n)
    var keys: [ByteSlice] { numbers.sorted { $0.value < $1.value }.map(\.key) }

    mutating func replay(_ key: RecordKey.Foreign, isTombstone: Bool) {
        if isTombstone {
            guard numbers.removeValue(forKey: key.bytes) != nil else { return }
            if key.isMember { memberCount -= 1 }
        } else if numbers[key.bytes] == nil {
            numbers[key.bytes.copied()] = nextNumber
            nextNumber += 1
            if key.isMember { memberCount += 1 }
        }
    }
}
