/// What of a log compaction may rewrite, and whether it pays. Decided from sizes, offsets and, only where a setting
/// asks for them, times.
public struct CleaningRange: Equatable, Sendable {
    /// Everything below was compacted before.
    public var firstDirtyOffset: Int64
    /// Where the first segment begins that must stay as it is.
    public var firstUncleanableOffset: Int64
    public var cleanBytes: Int
    /// Bytes of the segments between the two offsets.
    public var cleanableBytes: Int
    /// A record waits for longer than `max.compaction.lag.ms`.
    public var isOverdue: Bool

    /// The share of what would be rewritten that wasn't compacted before; 0 in an empty log.
    public var dirtyRatio: Double {
        let total = Double(cleanBytes) + Double(cleanableBytes)
        return total > 0 ? Double(cleanableBytes) / total : 0
    }

    /// Whether it pays.
    public func isDue(_ config: LogConfig) -> Bool {
        cleanableBytes > 0 && (isOverdue || dirtyRatio > config.minCleanableDirtyRatio)
    }

    package struct Segment: Equatable {
        package var baseOffset: Int64
        package var bytes: Int

        package init(baseOffset: Int64, bytes: Int) {
            self.baseOffset = baseOffset
            self.bytes = bytes
        }
    }

    /// What a log is judged by.
    package struct Bounds {
        package var startOffset: Int64
        package var endOffset: Int64
        /// Records above may still be lost, or their transaction aborted.
        package var lastStableOffset: Int64
        package var cleanedUpTo: Int64
        package var now: Int64

        package init(
            startOffset: Int64, endOffset: Int64, lastStableOffset: Int64, cleanedUpTo: Int64, now: Int64
        ) {
            self.startOffset = startOffset
            self.endOffset = endOffset
            self.lastStableOffset = lastStableOffset
            self.cleanedUpTo = cleanedUpTo
            self.now = now
        }
    }

    /// - Parameters:
    ///   - segments: all of the log, the active one last.
    ///   - largestTimestamp: of the segment at an index.
    ///   - firstTimestamp: of the first batch in the segment at an index, its largest; −1 for none.
    package init<Failure: Error>(
        _ segments: [Segment], _ bounds: Bounds, _ config: LogConfig,
        largestTimestamp: (Int) throws(Failure) -> Int64, firstTimestamp: (Int) throws(Failure) -> Int64
    ) throws(Failure) {
        let active = segments.count - 1
        // A checkpoint that lies outside the log belongs to one that was cut since.
        let isSound = bounds.cleanedUpTo >= bounds.startOffset && bounds.cleanedUpTo <= bounds.endOffset
        let firstDirty = isSound ? bounds.cleanedUpTo : bounds.startOffset
        firstDirtyOffset = firstDirty
        let dirty = (segments.lastIndex { $0.baseOffset <= firstDirty } ?? 0)..<max(active, 0)
        var limit = min(bounds.lastStableOffset, segments.last?.baseOffset ?? 0)
        if config.minCompactionLagMilliseconds > 0 {
            let youngest = bounds.now.subtractingReportingOverflow(config.minCompactionLagMilliseconds).partialValue
            for index in dirty where try largestTimestamp(index) > youngest {
                limit = min(limit, segments[index].baseOffset)
                break
            }
        }
        limit = max(limit, firstDirty)
        let firstKept = segments.lastIndex { $0.baseOffset <= limit } ?? 0
        firstUncleanableOffset = segments.isEmpty ? limit : segments[firstKept].baseOffset
        cleanBytes = segments.filter { $0.baseOffset < firstDirty }.reduce(0) { $0 + $1.bytes }
        cleanableBytes =
            dirty.lowerBound < firstKept ? segments[dirty.lowerBound..<firstKept].reduce(0) { $0 + $1.bytes } : 0
        isOverdue = false
        if config.maxCompactionLagMilliseconds < .max {
            let deadline = bounds.now.subtractingReportingOverflow(config.maxCompactionLagMilliseconds).partialValue
            for index in dirty where !isOverdue {
                let timestamp = try firstTimestamp(index)
                isOverdue = timestamp > 0 && timestamp < deadline
            }
        }
    }
}
