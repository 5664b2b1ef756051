/// Why a transactional batch may be appended.
enum TransactionPass: Sendable, Equatable {
    /// It may not: its request names no transactional id.
    case none
    /// Its transaction is known to be open on the partition.
    case open
    /// Its coordinator was asked. Holds until a marker comes.
    case verified(UInt64)
    /// Nobody wants to know.
    case unchecked
}

/// Producers of one partition about which their coordinator is being asked: when the answer is there, the transaction
/// may have ended, and its marker been written. Then the answer counts no more, or the batch would be in a transaction
/// that nobody ends.
struct TransactionPasses {
    private var tokens: [Int64: Set<UInt64>] = [:]
    private var last: UInt64 = 0

    /// Before the coordinator is asked.
    mutating func begin(_ producerID: Int64) -> UInt64 {
        last += 1
        tokens[producerID, default: []].insert(last)
        return last
    }

    /// The batch is appended, or won't be.
    mutating func end(_ producerID: Int64, _ token: UInt64) {
        tokens[producerID]?.remove(token)
        if tokens[producerID]?.isEmpty == true { tokens[producerID] = nil }
    }

    /// A marker is written.
    mutating func revoke(_ producerID: Int64) { tokens[producerID] = nil }

    func holds(_ producerID: Int64, _ token: UInt64) -> Bool { tokens[producerID]?.contains(token) ?? false }
}
