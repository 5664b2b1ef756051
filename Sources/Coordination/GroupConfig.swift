/// What the coordinator of groups is told by the broker's configuration. Times are milliseconds.
package struct GroupConfig: Equatable, Sendable {
    /// group.min.session.timeout.ms and group.max.session.timeout.ms
    package var sessionTimeoutMilliseconds: ClosedRange<Int32> = 6_000...1_800_000
    /// group.max.size
    package var maximumSize = Int(Int32.max)
    /// group.initial.rebalance.delay.ms
    package var initialRebalanceDelayMilliseconds: UInt64 = 3_000
    /// offset.metadata.max.bytes; counted, as Kafka does, in UTF-16 units.
    package var offsetMetadataMaximumSize = 4_096
    /// offsets.retention.minutes
    package var offsetsRetentionMilliseconds: Int64 = 604_800_000
    /// offsets.retention.check.interval.ms
    package var offsetsRetentionCheckMilliseconds: UInt64 = 600_000

    package init() {}
}
