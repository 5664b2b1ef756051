/// How far a transactional id's transaction has come. The numbers are stored, the names are what tools show.
package enum TransactionState: Int8, Sendable, CaseIterable {
    /// No transaction since the producer began.
    case empty = 0
    case ongoing = 1
    /// Decided, and markers are being written.
    case prepareCommit = 2
    case prepareAbort = 3
    /// Markers are in all partitions.
    case completeCommit = 4
    case completeAbort = 5
    /// Being forgotten. Never stored.
    case dead = 6
    /// About to be aborted by the coordinator, with a new epoch. Never stored.
    case prepareEpochFence = 7

    package var name: String {
        switch self {
        case .empty: "Empty"
        case .ongoing: "Ongoing"
        case .prepareCommit: "PrepareCommit"
        case .prepareAbort: "PrepareAbort"
        case .completeCommit: "CompleteCommit"
        case .completeAbort: "CompleteAbort"
        case .dead: "Dead"
        case .prepareEpochFence: "PrepareEpochFence"
        }
    }

    package init?(name: String) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }

    /// Decided, and not yet told to all partitions.
    var isPrepared: Bool { self == .prepareCommit || self == .prepareAbort }

    /// Nothing is open: the id may be forgotten.
    var isAtRest: Bool { self == .empty || self == .completeCommit || self == .completeAbort }
}
