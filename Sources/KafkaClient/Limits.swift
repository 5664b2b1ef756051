/// Bounds of what a client takes from a broker or keeps for it.
enum Limits {
    /// Bytes of one response: beyond, the peer isn't a Kafka broker (the size is the first four bytes it sends).
    static let responseBytes = 1 << 30

    /// Bytes that one batch's records may unfold to.
    static let unfoldedBytes = 256 << 20

    /// Bytes of an encoded request's fixed parts to make room for at first; records are sent from where they lie.
    static let requestBytes = 1024

    /// Batches of a producer that a broker remembers of a partition: more in flight can't be told from duplicates.
    static let idempotentBatchesInFlight = 5
}
