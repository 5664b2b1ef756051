/// Bounds of this module.
enum Limits {
    /// Bytes of a client or instance id that go into a member id. Real ones are far shorter; the member id is a string
    /// of at most 32767 bytes on the wire, so a longer prefix would make a member that no answer could name.
    static let memberIDPrefixBytes = 1_024

    /// Milliseconds that a join of a new member may stay parked before it is refused: the client has no id to send
    /// heartbeats with, so this is all that notices that it is gone. Kafka's own, not configurable.
    static let newMemberJoinMilliseconds: UInt64 = 300_000

    /// Outdated entries that a ``DeadlineQueue`` carries along, beyond as many as it has live ones.
    static let staleDeadlines = 64
}
