import Bytes
import Reactor
import Records

/// A record found by its time.
public struct TimestampedOffset: Equatable, Sendable {
    public var timestamp: Int64
    public var offset: Int64
    /// The leader epoch in which it was written, −1 when none is known.
    public var leaderEpoch: Int32

    public init(timestamp: Int64, offset: Int64, leaderEpoch: Int32) {
        self.timestamp = timestamp
        self.offset = offset
        self.leaderEpoch = leaderEpoch
    }
}

extension Log {
    /// The first record at or after the log's start whose timestamp is `timestamp` or later; `nil` when there is none.
    /// Reads the one batch that holds it.
    ///
    /// - Throws: ``LogError/corrupt(path:position:reason:)`` when that batch, or one of those looked at before it, is
    ///   damaged.
    public func offset(forTimestamp timestamp: Int64) async throws(LogError) -> TimestampedOffset? {
        do throws(LogError) { return try await find(timestamp) } catch {
            note(error)
            throw error
        }
    }

    private func find(_ timestamp: Int64) async throws(LogError) -> TimestampedOffset? {
        try checkUsable()
        let start = startOffset
        for segment in segments {
            // Retention or compaction took it while a record was read.
            if segment.isRemoved { return try await find(timestamp) }
            guard try segment.largestTimestamp().timestamp >= timestamp else { continue }
            var walk = try segment.batches(
                from: max(start, segment.offset(beforeTimestamp: timestamp)))
            var unchecked = walk
            while let batch = try walk.next() {
                guard batch.maxTimestamp >= timestamp, batch.lastOffset >= start else { continue }
                try await check(from: unchecked, to: batch, of: segment)
                unchecked = walk
                let found = try await record(in: batch, of: segment) {
                    $0.timestamp >= timestamp && $0.offset >= start
                }
                if let found { return found }
            }
        }
        return nil
    }

    /// The record with the log's largest timestamp; `nil` when no record has one.
    public func offsetOfMaxTimestamp() async throws(LogError) -> TimestampedOffset? {
        do throws(LogError) { return try await findMaxTimestamp() } catch {
            note(error)
            throw error
        }
    }

    private func findMaxTimestamp() async throws(LogError) -> TimestampedOffset? {
        try checkUsable()
        var best: (segment: Segment, timestamp: Int64, offset: Int64)?
        for segment in segments {
            let largest = try segment.largestTimestamp()
            if largest.timestamp >= 0, largest.timestamp > best?.timestamp ?? -1 {
                best = (segment, largest.timestamp, largest.offset)
            }
        }
        guard let best, let batch = try best.segment.findBatch(best.offset) else { return nil }
        try await check(batch, of: best.segment)
        return try await record(in: batch, of: best.segment) { $0.timestamp >= best.timestamp }
    }

    /// Checks `batch` and the batches from `walk` up to it, whose headers said that they are too old, as far as they
    /// aren't many.
    private func check(from walk: HeaderWalk, to batch: BatchPlace, of segment: Segment) async throws(LogError) {
        guard batch.position > walk.position, batch.position - walk.position <= Limits.checkedLookUpBytes else {
            return try await check(batch, of: segment)
        }
        let positions = walk.position..<batch.position + batch.size
        var sound = walk.position + segment.checked.count(of: positions)
        while sound < positions.upperBound {
            sound = try await check(
                sound..<positions.upperBound, of: segment, in: segment.file(.log),
                before: sound == walk.position ? walk.before : nil)
        }
    }

    private func check(_ batch: BatchPlace, of segment: Segment) async throws(LogError) {
        let positions = batch.position..<batch.position + batch.size
        guard segment.checked.count(of: positions) < batch.size else { return }
        try await check(positions, of: segment, in: segment.file(.log), before: batch.before)
    }

    private func record(
        in batch: BatchPlace, of segment: Segment, where isWanted: (TimestampedOffset) -> Bool
    ) async throws(LogError) -> TimestampedOffset? {
        let file = try segment.file(.log)
        guard batch.header != nil else {
            let found = TimestampedOffset(timestamp: batch.maxTimestamp, offset: batch.lastOffset, leaderEpoch: -1)
            return isWanted(found) ? found : nil
        }
        let bytes: ByteSlice
        do throws(Errno) { bytes = try await file.readAsync(batch.size, at: batch.position) } catch {
            throw .storage(error, path: file.path)
        }
        // It may have been truncated away while it was read.
        guard let whole = RecordBatch(bytes) else { return nil }
        do throws(RecordFailure) {
            var records = try RecordIterator(whole, with: place.context.decompressor)
            while let record = try records.next() {
                let found = TimestampedOffset(
                    timestamp: record.timestamp, offset: record.offset, leaderEpoch: batch.leaderEpoch)
                if isWanted(found) { return found }
            }
        } catch {
            throw .corrupt(path: file.path, position: batch.position, reason: "\(error)")
        }
        return nil
    }
}
