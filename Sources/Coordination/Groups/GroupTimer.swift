/// What a ``GroupMachine`` waits for by the clock.
enum GroupTimer: Hashable {
    /// The member, or the one that was given this id, must be heard of.
    case session(groupID: String, memberID: String)
    /// Joining ends, or its initial delay does.
    case join(groupID: String)
    /// The members of a new generation must have asked for their assignments.
    case sync(groupID: String)
    case offsetsExpiry
}
