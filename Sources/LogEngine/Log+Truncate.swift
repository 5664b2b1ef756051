import Bytes
import Reactor

extension Log {
    /// Takes the log back to before the first batch that ends at or above `offset`. A batch is never split, so the log
    /// may end below `offset`. Beyond the end only leader epochs are cut.
    ///
    /// - Returns: whether the recovery point went down, so that its checkpoint has to be written before the region is
    ///   used again.
    @discardableResult
    public func truncate(to offset: Int64) async throws(LogError) -> Bool {
        try checkUsable()
        try? writePending()  // what could not be written is gone already
        guard offset < endOffset else {
            if epochs.truncate(to: endOffset) { try await saveEpochs() }
            return false
        }
        guard let first = segments.first, offset >= first.baseOffset else {
            return try await truncateFully(startingAt: offset)
        }
        let recoveryPointBefore = durable.value
        truncations += 1
        let kept = (segmentIndex(of: offset) ?? 0) + 1
        for segment in segments[kept...].reversed() { try remove(segment) }
        segments.removeLast(segments.count - kept)
        let end: Int64
        do throws(LogError) { end = try active.truncate(to: offset) } catch {
            place.health.fail(error)  // half done: nothing can be said about the log's end
            throw error
        }
        active.becomeActive(endOffset: end)
        setEnd(end)
        startOffset = min(startOffset, end)
        highWatermark = min(highWatermark, end)
        if epochs.truncate(to: end) { areEpochsUnsaved = true }
        try await reloadProducers()
        try await saveAfterTruncation()
        return durable.value < recoveryPointBefore
    }

    /// Empties the log; the next batch gets `offset`.
    ///
    /// - Returns: whether the recovery point went down.
    @discardableResult
    public func truncateFully(startingAt offset: Int64) async throws(LogError) -> Bool {
        try checkUsable()
        try? writePending()  // as above
        let recoveryPointBefore = durable.value
        truncations += 1
        do throws(LogError) {
            for segment in segments.reversed() { try remove(segment) }
            segments = [try Segment.create(offset, place: place, config: config)]
        } catch {
            place.health.fail(error)
            throw error
        }
        for snapshot in snapshots { try place.remove(SegmentFileName(snapshot, .snapshot).text) }
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
        return durable.value < recoveryPointBefore
    }

    private func setEnd(_ end: Int64) {
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

    private func reloadProducers() async throws(LogError) {
        for snapshot in snapshots where snapshot > nextOffset {
            try place.remove(SegmentFileName(snapshot, .snapshot).text)
        }
        snapshots.removeAll { $0 > nextOffset }
        unsyncedSnapshots.removeAll { $0 > nextOffset }
        producers = try ProducerLoading(place: place, config: config)
            .load(to: nextOffset, segments: segments, snapshots: &snapshots)
        producers.release(below: highWatermark)
    }

    /// Unlinks a segment's files, newest use first so that an interrupted removal leaves a log without holes.
    private func remove(_ segment: Segment) throws(LogError) {
        segment.isRemoved = true
        place.context.forget(segment)
        for kind in [SegmentFileName.Kind.log, .index, .timeindex, .txnindex] {
            try place.remove(SegmentFileName(segment.baseOffset, kind).text)
        }
    }
}
