import Bytes
import Reactor

extension Log {
    /// Takes the log back to before the first batch that ends at or above `offset`. A batch is never split, so the log
    /// may end below `offset`. Beyond the end only leader epochs are cut. Until it is done nothing can be appended.
    ///
    /// - Parameter saveRecoveryPoint: writes the checkpoints; called when this log's recovery point went down or
    ///   compaction's, before its files are touched: what is half cut after a crash must not be taken for what was
    ///   synced, nor what comes later for what was compacted. Only a log that is always recovered from 0 (the metadata
    ///   log) can do without.
    public func truncate(
        to offset: Int64, saveRecoveryPoint: () async throws(LogError) -> Void = {}
    ) async throws(LogError) {
        cleaningBars += 1
        defer { cleaningBars -= 1 }
        await withdrawCleaning()
        try beginTruncation()
        defer { endTruncation() }
        guard offset < endOffset else {
            if epochs.truncate(to: endOffset) {
                areEpochsUnsaved = true
                try await saveEpochs()
            }
            return
        }
        // The batch that contains the offset goes as a whole.
        let first = segments[0].baseOffset
        let shortened = offset >= first ? segments[segmentIndex(of: offset) ?? 0] : nil
        let batch = try shortened?.findBatch(offset)
        _ = try shortened?.transactions(before: offset)
        try await lowerRecoveryPoint(to: min(offset, batch?.baseOffset ?? offset), saveRecoveryPoint)
        if offset >= first { try await cut(to: offset) } else { try await empty(startingAt: offset) }
    }

    /// Empties the log; the next batch gets `offset`. `saveRecoveryPoint` as in
    /// ``truncate(to:saveRecoveryPoint:)``.
    public func truncateFully(
        startingAt offset: Int64, saveRecoveryPoint: () async throws(LogError) -> Void = {}
    ) async throws(LogError) {
        cleaningBars += 1
        defer { cleaningBars -= 1 }
        await withdrawCleaning()
        try beginTruncation()
        defer { endTruncation() }
        try await lowerRecoveryPoint(to: min(offset, segments[0].baseOffset), saveRecoveryPoint)
        try await empty(startingAt: offset)
    }

    private func beginTruncation() throws(LogError) {
        try checkUsable()
        if isTruncating { throw .truncating(path: place.directory) }
        try? writePending()  // what could not be written is gone already
        isTouched = true
        isTruncating = true
    }

    private func endTruncation() {
        isTruncating = false
        syncWaiters.wake()
    }

    private func lowerRecoveryPoint(
        to offset: Int64, _ save: () async throws(LogError) -> Void
    ) async throws(LogError) {
        truncations += 1
        let before = durable.value
        durable.retreat(to: min(before, offset))
        let wasCleaned = cleanedUpTo > offset
        cleanedUpTo = min(cleanedUpTo, offset)
        if durable.value < before || wasCleaned { try await save() }
    }

    private func cut(to offset: Int64) async throws(LogError) {
        let kept = (segmentIndex(of: offset) ?? 0) + 1
        let dropped = Array(segments[kept...])
        segments.removeLast(dropped.count)
        setEnd(dropped.first?.baseOffset ?? nextOffset)
        try await remove(dropped)
        // It is written to again: a sync that is under way when it is sealed again must not take that for done.
        unsyncedSeals.removeAll { $0 === active }
        let end: Int64
        do throws(LogError) { end = try active.truncate(to: offset) } catch {
            place.health.fail(error)  // half done: nothing can be said about the log's end
            throw error
        }
        setEnd(end)
        startOffset = min(startOffset, end)
        highWatermark = min(highWatermark, end)
        if epochs.truncate(to: end) { areEpochsUnsaved = true }
        try reloadProducers()
        try await saveAfterTruncation()
    }

    private func empty(startingAt offset: Int64) async throws(LogError) {
        try await remove(segments)
        for snapshot in snapshots { try place.remove(SegmentFileName(snapshot, .snapshot).text) }
        do throws(LogError) {
            segments = [try Segment.create(offset, place: place, config: config)]
        } catch {
            place.health.fail(error)
            throw error
        }
        snapshots.removeAll()
        unsyncedSnapshots.removeAll()
        producers = ProducerStates()
        epochs = LeaderEpochs()
        areEpochsUnsaved = true
        setEnd(offset)
        durable.advance(to: offset)
        startOffset = offset
        highWatermark = offset
        try await saveAfterTruncation()
    }

    private func setEnd(_ end: Int64) {
        truncations += 1
        nextOffset = end
        written.retreat(to: end)
        written.advance(to: end)
        durable.retreat(to: min(durable.value, end))
    }

    /// What was cut must not come back after a power cut, in front of or behind what is written next.
    private func saveAfterTruncation() async throws(LogError) {
        let segment = active
        do throws(LogError) {
            let file = try segment.file(.log)
            do throws(Errno) { try await file.sync() } catch { throw .storage(error, path: file.path) }
            place.hasUnsyncedEntries = true
            try await place.syncEntries()
            try await saveEpochs()
        } catch {
            place.health.fail(error)
            throw error
        }
    }

    private func reloadProducers() throws(LogError) {
        for snapshot in snapshots where snapshot > nextOffset {
            try place.remove(SegmentFileName(snapshot, .snapshot).text)
        }
        snapshots.removeAll { $0 > nextOffset }
        unsyncedSnapshots.removeAll { $0 > nextOffset }
        producers = try ProducerLoading(place: place, config: config)
            .load(to: nextOffset, segments: segments, snapshots: &snapshots)
        producers.release(below: highWatermark)
    }

    /// Newest first, each durably before the next, so that a power cut leaves a log without holes.
    private func remove(_ dropped: [Segment]) async throws(LogError) {
        for segment in dropped { place.context.retire(segment) }
        unsyncedSeals.removeAll(where: \.isRemoved)
        do throws(LogError) {
            for segment in dropped.reversed() {
                try unlink(segment)
                place.hasUnsyncedEntries = true
                try await place.syncEntries()
            }
        } catch {
            place.health.fail(error)
            throw error
        }
    }

    private func unlink(_ segment: Segment) throws(LogError) {
        for kind in [SegmentFileName.Kind.log, .index, .timeindex, .txnindex] {
            try place.remove(SegmentFileName(segment.baseOffset, kind).text)
        }
    }
}
