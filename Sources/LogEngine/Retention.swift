/// Which of the oldest segments may go.
package enum Retention {
    package struct Segment: Equatable {
        package var baseOffset: Int64
        package var bytes: Int
        /// Largest record timestamp, or the file's modification time when no record has one.
        package var largestTimestamp: Int64

        package init(baseOffset: Int64, bytes: Int, largestTimestamp: Int64) {
            self.baseOffset = baseOffset
            self.bytes = bytes
            self.largestTimestamp = largestTimestamp
        }
    }

    /// What a partition is judged by.
    package struct Bounds {
        package var logStartOffset: Int64
        package var logEndOffset: Int64
        package var highWatermark: Int64
        package var now: Int64

        package init(logStartOffset: Int64, logEndOffset: Int64, highWatermark: Int64, now: Int64) {
            self.logStartOffset = logStartOffset
            self.logEndOffset = logEndOffset
            self.highWatermark = highWatermark
            self.now = now
        }
    }

    /// How many segments at the front go, the active one included (then a new one has to be made first). A segment
    /// whose end is above the high watermark, and an empty active one, always stay.
    package static func expiredCount(_ segments: [Segment], _ bounds: Bounds, _ config: LogConfig) -> Int {
        expiredCount(segments, bounds, config) { segments[$0].largestTimestamp }
    }

    /// The same; a segment's timestamp is asked for when it decides, oldest first.
    static func expiredCount<Failure: Error>(
        _ segments: [Segment], _ bounds: Bounds, _ config: LogConfig,
        timestampOf: (Int) throws(Failure) -> Int64
    ) throws(Failure) -> Int {
        let removable = removableCount(segments, bounds)
        var count = 0
        while count < removable, count + 1 < segments.count,
            segments[count + 1].baseOffset <= bounds.logStartOffset
        {
            count += 1
        }
        guard config.cleanupPolicy.contains(.delete) else { return count }
        if config.retentionBytes >= 0 {
            var bytes = segments[count...].reduce(0) { $0 + Int64($1.bytes) } - config.retentionBytes
            while count < removable, bytes - Int64(segments[count].bytes) >= 0 {
                bytes -= Int64(segments[count].bytes)
                count += 1
            }
        }
        if config.retentionMilliseconds >= 0 {
            while count < removable,
                bounds.now.subtractingReportingOverflow(try timestampOf(count)).partialValue
                    > config.retentionMilliseconds
            {
                count += 1
            }
        }
        return count
    }

    private static func removableCount(_ segments: [Segment], _ bounds: Bounds) -> Int {
        var count = 0
        while count < segments.count {
            let isActive = count + 1 == segments.count
            let end = isActive ? bounds.logEndOffset : segments[count + 1].baseOffset
            guard bounds.highWatermark >= end, !(isActive && segments[count].bytes == 0) else { break }
            count += 1
        }
        return count
    }
}
