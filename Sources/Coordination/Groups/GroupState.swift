/// Where a classic group is in its rebalance. The raw values are what descriptions show.
package enum GroupState: String, Sendable, CaseIterable {
    /// No members, maybe offsets.
    case empty = "Empty"
    /// Waiting for members to join.
    case preparingRebalance = "PreparingRebalance"
    /// A generation has begun, and its leader's assignment is awaited.
    case completingRebalance = "CompletingRebalance"
    case stable = "Stable"
    /// Gone; only descriptions of unknown groups say so.
    case dead = "Dead"

    /// Whether a rebalance may begin.
    var canRebalance: Bool { self == .empty || self == .stable || self == .completingRebalance }
}
