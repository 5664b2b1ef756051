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

    /// Milliseconds until a transaction's last record is tried again when it couldn't be written: its producer waits.
    static let completionRetryMilliseconds: UInt64 = 1_000

    /// Bytes of transactional ids that are forgotten with one batch, as in Kafka: topics may have small batches.
    static let tombstoneBytes = 16_384
}
