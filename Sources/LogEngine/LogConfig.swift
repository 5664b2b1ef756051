/// The topic settings that matter to storage, with Kafka's names (units spelled out) and defaults.
public struct LogConfig: Sendable, Equatable {
    /// What happens to old data; both may apply (`cleanup.policy`).
    public struct CleanupPolicy: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public static let delete = CleanupPolicy(rawValue: 1)
        public static let compact = CleanupPolicy(rawValue: 2)
    }

    /// Bytes of a `.log` file at which a new segment begins (`segment.bytes`).
    public var segmentBytes = 1 << 30
    /// Age in record time at which a new segment begins (`segment.ms`).
    public var segmentMilliseconds: Int64 = 7 * 24 * 3_600_000
    /// A random part of the age is taken off, at most this much (`segment.jitter.ms`).
    public var segmentJitterMilliseconds: Int64 = 0
    /// Bytes of an index file at which a new segment begins (`segment.index.bytes`).
    public var segmentIndexBytes = 10 << 20
    /// Log bytes between two index entries (`index.interval.bytes`).
    public var indexIntervalBytes = 4096
    /// Age at which a segment goes, −1 never (`retention.ms`).
    public var retentionMilliseconds: Int64 = 7 * 24 * 3_600_000
    /// Bytes that the partition keeps at least once it has them, −1 all (`retention.bytes`).
    public var retentionBytes: Int64 = -1
    /// How long a deleted segment's files stay on disk, renamed (`file.delete.delay.ms`).
    public var fileDeleteDelayMilliseconds: Int64 = 60_000
    /// Records after which the log is synced (`flush.messages`).
    public var flushMessages: Int64 = .max
    /// Time after which the log is synced (`flush.ms`).
    public var flushMilliseconds: Int64 = .max
    /// `cleanup.policy`
    public var cleanupPolicy: CleanupPolicy = .delete
    /// Time for which a record can't be compacted away (`min.compaction.lag.ms`).
    public var minCompactionLagMilliseconds: Int64 = 0
    /// Time after which a record must have been offered to compaction (`max.compaction.lag.ms`).
    public var maxCompactionLagMilliseconds: Int64 = .max
    /// Share of uncompacted bytes from which compaction pays (`min.cleanable.dirty.ratio`).
    public var minCleanableDirtyRatio = 0.5
    /// How long a tombstone stays readable (`delete.retention.ms`).
    public var deleteRetentionMilliseconds: Int64 = 24 * 3_600_000
    /// Whether a segment's file gets its full size at once (`preallocate`).
    public var preallocate = false
    /// Idle time after which a producer's sequences are forgotten (`producer.id.expiration.ms`).
    public var producerIDExpirationMilliseconds: Int64 = 24 * 3_600_000

    public init() {}

    /// A compacted topic's segments must end early enough for compaction to reach them in time.
    var effectiveSegmentMilliseconds: Int64 {
        cleanupPolicy.contains(.compact) ? min(segmentMilliseconds, maxCompactionLagMilliseconds) : segmentMilliseconds
    }
}
