import Bytes
import Reactor

extension Log {
    /// Removes the segments that the topic's settings let go, and moves the log's start behind them. Their files are
    /// renamed in the background and unlinked after `file.delete.delay.ms`, so that reads under way can end.
    ///
    /// - Returns: how many segments went; none while compaction exchanges some.
    @discardableResult
    public func applyRetention() throws(LogError) -> Int {
        try checkUsable()
        if cleaning?.isSwapping == true { return 0 }
        try writePending()
        let summaries = segments.map {
            Retention.Segment(baseOffset: $0.baseOffset, bytes: $0.size, largestTimestamp: 0)
        }
        let bounds = Retention.Bounds(
            logStartOffset: startOffset, logEndOffset: endOffset, highWatermark: highWatermark,
            now: place.core.wallClockMilliseconds())
        let count = try Retention.expiredCount(summaries, bounds, config) { index throws(LogError) in
            let segment = segments[index]
            let wasOpen = segment.openIndex != nil
            defer { if !wasOpen { place.context.forget(segment) } }
            return try segment.retentionTimestamp()
        }
        guard count > 0 else { return 0 }
        if count == segments.count { try roll(to: endOffset) }
        let expired = Array(segments[..<count])
        segments.removeFirst(count)
        raiseStart(to: segments[0].baseOffset)
        deleteInBackground(expired)
        return count
    }

    /// Forgets what lies below `offset` (DeleteRecords). Segments that lie wholly below go with the next retention.
    public func deleteRecords(before offset: Int64) throws(LogError) {
        try checkUsable()
        guard offset <= highWatermark, offset >= 0 else {
            throw .offsetOutOfRange(offset: offset, start: startOffset, end: highWatermark)
        }
        raiseStart(to: offset)
    }

    /// Follows the start of the leader's log, which may lie above what this replica knows to be replicated.
    public func followStart(_ offset: Int64) { raiseStart(to: min(offset, endOffset)) }

    private func raiseStart(to offset: Int64) {
        guard offset > startOffset else { return }
        startOffset = offset
        if highWatermark < offset { updateHighWatermark(to: offset) }
        producers.release(below: offset)
        if epochs.trim(below: offset) {
            areEpochsUnsaved = true
            saveEpochsInBackground()
        }
    }

    private func deleteInBackground(_ expired: [Segment]) {
        for segment in expired { place.context.retire(segment) }
        unsyncedSeals.removeAll(where: \.isRemoved)
        let isWorking = !doomedSegments.isEmpty
        doomedSegments += expired
        let deletions = deletions ?? Gate()
        self.deletions = deletions
        guard !isWorking, deletions.enter() else { return }
        nonisolated(unsafe) let log = self  // the task runs on this log's core, as all that touches the log does
        place.core.spawn {
            do throws(LogError) { try await log.deleteDoomed() } catch {
                log.place.health.failUnlessPassing(error)
            }
            log.doomedSegments.removeAll()
            log.deletions?.leave()
        }
    }

    /// Oldest first, each durably before the next, so that a power cut can't bring one back and leave a hole behind it.
    private func deleteDoomed() async throws(LogError) {
        while let segment = doomedSegments.first {
            try await place.syncEntries()
            var doomed: [String] = []
            for kind in SegmentFileName.Kind.allCases {
                let name = SegmentFileName(segment.baseOffset, kind)
                let from = place.path(name)
                let to = place.path(name.with(.deleted))
                do throws(Errno) {
                    try place.files.rename(from, to: to)
                    doomed.append(name.with(.deleted).text)
                } catch {
                    // A full disk may lack the room for a longer name; what shall make room has to go all the same.
                    if error.isFull {
                        try place.remove(name.text)
                    } else if error != .noEntry {
                        throw .storage(error, path: from)
                    }
                }
            }
            place.hasUnsyncedEntries = true
            snapshots.removeAll { $0 == segment.baseOffset }
            unsyncedSnapshots.removeAll { $0 == segment.baseOffset }
            unlink(doomed, afterMilliseconds: config.fileDeleteDelayMilliseconds)
            doomedSegments.removeFirst()
        }
    }

    func unlink(_ names: [String], afterMilliseconds delay: Int64) {
        let place = place
        place.core.schedule(at: place.core.now().adding(milliseconds: delay)) {
            for name in names { try? place.remove(name) }  // what is left goes at the next start
        }
    }

    /// Forgets producers that wrote nothing for `producer.id.expiration.ms`. To be called every ten minutes or so.
    public func expireProducers() {
        guard pending.isEmpty else { return }
        producers.expire(
            now: place.core.wallClockMilliseconds(), after: config.producerIDExpirationMilliseconds)
    }
}
