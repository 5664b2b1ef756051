/// Whether a batch begins a new segment.
package struct RollDecision {
    /// The active segment as it stands.
    package struct Active {
        package var baseOffset: Int64
        package var bytes: Int
        /// Largest timestamp of its first batch, −1 when that has none, `nil` without a batch.
        package var firstTimestamp: Int64?
        /// Wall clock when it was made.
        package var createdMilliseconds: Int64
        package var areIndexesFull: Bool
        /// Taken off the allowed age, drawn when it was made.
        package var jitterMilliseconds: Int64

        package init(
            baseOffset: Int64, bytes: Int, firstTimestamp: Int64?, createdMilliseconds: Int64, areIndexesFull: Bool,
            jitterMilliseconds: Int64
        ) {
            self.baseOffset = baseOffset
            self.bytes = bytes
            self.firstTimestamp = firstTimestamp
            self.createdMilliseconds = createdMilliseconds
            self.areIndexesFull = areIndexesFull
            self.jitterMilliseconds = jitterMilliseconds
        }
    }

    package static func rolls(
        _ active: Active, batchBytes: Int, lastOffset: Int64, maxTimestamp: Int64, now: Int64, config: LogConfig
    ) -> Bool {
        if active.bytes > config.segmentBytes - batchBytes { return true }
        if active.areIndexesFull { return true }
        if lastOffset - active.baseOffset > Limits.relativeOffset { return true }
        guard active.bytes > 0 else { return false }
        let age: Int64
        if let first = active.firstTimestamp, first >= 0 {
            age = maxTimestamp.subtractingReportingOverflow(first).partialValue
        } else {
            age = now - active.createdMilliseconds
        }
        return age > config.effectiveSegmentMilliseconds - active.jitterMilliseconds
    }

    /// A jitter for a new segment.
    package static func jitter(_ random: UInt64, config: LogConfig) -> Int64 {
        let most = min(config.segmentJitterMilliseconds, config.effectiveSegmentMilliseconds)
        return most <= 0 ? 0 : Int64(random % UInt64(most))
    }
}
