import Reactor

/// A consumer's place in its group.
struct Membership {
    var memberID = ""
    var generation: Int32 = -1
    /// The members are to be counted anew, with the next poll.
    var needsJoin = false
    var isJoining = false
    var isStable = false
    var hasHeartbeat = false
    /// Sizes of the topics as they were assigned, on the member that leads; nil on the others.
    var ledTopics: [String: Int32]?
    var nextTopicCheck = Instant(nanoseconds: 0)

    /// The coordinator doesn't know us any more.
    mutating func forget() {
        memberID = ""
        generation = -1
        isStable = false
        needsJoin = true
    }
}
