/// What the coordinator of transactions is told by the broker's configuration. Times are milliseconds.
package struct TransactionConfig: Equatable, Sendable {
    /// transaction.max.timeout.ms
    package var maximumTimeoutMilliseconds: Int32 = 900_000
    /// transaction.abort.timed.out.transaction.cleanup.interval.ms
    package var abortIntervalMilliseconds: UInt64 = 10_000
    /// transactional.id.expiration.ms
    package var expirationMilliseconds: Int64 = 604_800_000
    /// transaction.remove.expired.transaction.cleanup.interval.ms
    package var expirationIntervalMilliseconds: UInt64 = 3_600_000

    package init() {}
}
