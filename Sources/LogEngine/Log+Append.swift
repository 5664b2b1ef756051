import Bytes
public import Records
import Reactor

extension Log {
    /// Appends a batch as the partition's leader: it takes the next offsets and `leaderEpoch`. Its bytes are patched in
    /// place and kept until the turn ends; readers see them after that.
    ///
    /// - Throws: ``LogError`` for batches that can't be appended, and for a roll that the disk refuses; the log is as
    ///   before.
    /// - Complexity: O(1), but for a roll.
    public func append(
        _ batch: CheckedBatch, leaderEpoch: Int32, origin: AppendOrigin = .client
    ) throws(LogError) -> AppendResult {
        try append(batch, at: nextOffset, leaderEpoch: leaderEpoch, origin)
    }

    /// Appends a batch that the partition's leader has placed: its offsets and its epoch stay.
    ///
    /// - Throws: ``LogError/unexpectedOffset(expectedAtLeast:found:)`` when it lies before the log's end.
    public func appendAsFollower(_ batch: CheckedBatch) throws(LogError) -> AppendResult {
        let baseOffset = batch.header.baseOffset
        guard baseOffset >= nextOffset else {
            throw .unexpectedOffset(expectedAtLeast: nextOffset, found: baseOffset)
        }
        return try append(batch, at: baseOffset, leaderEpoch: nil, .replication)
    }

    private func append(
        _ batch: CheckedBatch, at baseOffset: Int64, leaderEpoch: Int32?, _ origin: AppendOrigin
    ) throws(LogError) -> AppendResult {
        try checkUsable()
        if isTruncating { throw .truncating(path: place.directory) }
        let header = batch.header
        let bytes = batch.bytes
        guard bytes.count <= config.segmentBytes else {
            throw .batchTooLarge(bytes: bytes.count, limit: config.segmentBytes)
        }
        let (lastOffset, overflow) = baseOffset.addingReportingOverflow(Int64(header.lastOffsetDelta))
        guard !overflow, lastOffset < .max, header.lastOffsetDelta >= 0 else {
            throw .offsetOutOfRange(offset: baseOffset, start: startOffset, end: endOffset)
        }
        let rolls = RollDecision.rolls(
            try active.active(pendingBytes: pendingBytes, pendingTimestamp: pending.first?.maxTimestamp),
            batchBytes: bytes.count, lastOffset: lastOffset, maxTimestamp: header.maxTimestamp,
            now: place.core.wallClockMilliseconds(), config: config)
        if rolls { try roll(to: max(baseOffset, nextOffset)) }

        var aborted: AbortedTransaction?
        let producer = try ProducerAppend(
            header, firstOffset: baseOffset, with: place.context.decompressor, batch: { () throws(LogError) in bytes })
        if let producer {
            switch try producers.admit(producer, origin: origin) {
            case .duplicate(let original): return duplicate(original)
            case .admitted(let completed): aborted = self.aborted(completed)
            }
        }
        let epoch = leaderEpoch ?? header.partitionLeaderEpoch
        if let leaderEpoch { batch.place(at: baseOffset, leaderEpoch: leaderEpoch) }
        note(epoch, startOffset: baseOffset)
        pending.append(
            PendingBatch(size: bytes.count, lastOffset: lastOffset, maxTimestamp: header.maxTimestamp, aborted: aborted)
        )
        pendingPieces.append(bytes)
        pendingBytes += bytes.count
        nextOffset = lastOffset + 1
        let turn = turn ?? WriteTurn()
        self.turn = turn
        queue()
        return AppendResult(
            baseOffset: baseOffset, lastOffset: lastOffset, maxTimestamp: header.maxTimestamp, isDuplicate: false,
            turn: turn)
    }

    private func duplicate(_ original: ProducerBatch) -> AppendResult {
        var waited = original.lastOffset >= endOffset ? turn : nil
        // Written, and its first answer waits for a sync: so does this one.
        if waited == nil, original.lastOffset >= durable.value, endOffset - durable.value >= config.flushMessages {
            let synced = WriteTurn()
            endWhenSynced(synced)
            waited = synced
        }
        return AppendResult(
            baseOffset: original.firstOffset, lastOffset: original.lastOffset, maxTimestamp: original.timestamp,
            isDuplicate: true, turn: waited)
    }

    func aborted(_ completed: CompletedTransaction?) -> AbortedTransaction? {
        guard let completed, completed.isAbort else { return nil }
        return AbortedTransaction(
            producerID: completed.producerID, firstOffset: completed.firstOffset, lastOffset: completed.lastOffset,
            lastStableOffset: producers.lastStableOffset(after: completed))
    }

    private func note(_ epoch: Int32, startOffset: Int64) {
        guard epoch >= 0, epoch != epochs.latest?.epoch else { return }
        let before = epochs
        guard epochs.assign(epoch, startOffset: startOffset) else { return }
        if epochsBeforeTurn == nil { epochsBeforeTurn = before }
        areEpochsUnsaved = true
    }

    // MARK: The turn's end

    /// Writes what waits, with one call. On failure none of it is in the log, and those who wait for it are told.
    func writePending() throws(LogError) {
        guard !pending.isEmpty else { return }
        let segment = active
        do throws(LogError) {
            let file = try segment.file(.log)
            try at(file.path) { () throws(Errno) in try file.write(pendingPieces, at: segment.size) }
        } catch {
            takeBack(error)
            throw error
        }
        for batch in pending {
            segment.grew(
                by: batch.size, lastOffset: batch.lastOffset, maxTimestamp: batch.maxTimestamp,
                aborted: batch.aborted)
        }
        producers.settle()
        isTouched = true
        try? writeTopicID()  // a sync that can't do without tries again
        epochsBeforeTurn = nil
        let turn = endPending()
        written.advance(to: nextOffset)
        if nextOffset - durable.value >= config.flushMessages {
            endWhenSynced(turn)
        } else {
            onReadable?(nextOffset)
            turn?.end()
        }
        // Entries that can't be written now stay in memory and are tried again; the log itself is written.
        try? segment.writeFullIndexTails()
        if isEpochNoted {
            isEpochNoted = false
            areEpochsUnsaved = true
        }
        if areEpochsUnsaved { saveEpochsInBackground() }
    }

    private func endPending() -> WriteTurn? {
        // A burst's memory isn't kept: a node has thousands of logs.
        let keepsCapacity = pending.count <= 16
        pending.removeAll(keepingCapacity: keepsCapacity)
        pendingPieces.removeAll(keepingCapacity: keepsCapacity)
        pendingBytes = 0
        defer { turn = nil }
        return turn
    }

    /// A write failed: memory and file go back to where they were before the turn.
    private func takeBack(_ error: LogError) {
        producers.rollBack()
        if let before = epochsBeforeTurn {
            epochs = before
            areEpochsUnsaved = true  // a sync may have saved them meanwhile
        }
        epochsBeforeTurn = nil
        nextOffset = written.value
        // One that was noted behind the turn begins where the log ends now.
        if let latest = epochs.latest, latest.startOffset > nextOffset {
            areEpochsUnsaved = epochs.assign(latest.epoch, startOffset: nextOffset)
        }
        let turn = endPending()
        do throws(LogError) {
            try active.cutFile(to: active.size)
        } catch {
            // A part of the batches may lie behind the end now: nothing may be appended there.
            place.health.fail(error)
        }
        place.health.failUnlessPassing(error)
        turn?.end(error)
    }

    // MARK: Rolling

    /// Begins a new segment. The old one is synced later; nothing here waits for a device.
    func roll(to baseOffset: Int64) throws(LogError) {
        try writePending()
        let old = active
        if old.size == 0, old.baseOffset == baseOffset { return }
        isTouched = true
        try old.finish()
        try writeSnapshot(at: baseOffset)
        let segment = try Segment.create(baseOffset, place: place, config: config)
        old.seal()
        unsyncedSeals.append(old)
        segments.append(segment)
        syncInBackground(upTo: baseOffset)
    }

    /// Writes the producers as of `offset`, which is the log's end.
    func writeSnapshot(at offset: Int64) throws(LogError) {
        try place.writeSnapshot(producers, at: offset)
        unsyncedSnapshots.append(offset)
        if !snapshots.contains(offset) {
            snapshots.append(offset)
            snapshots.sort()
        }
    }
}

extension Segment {
    /// A new segment: an empty `.log` file. What other files of that name held belongs to nothing and goes.
    static func create(_ baseOffset: Int64, place: LogPlace, config: LogConfig) throws(LogError) -> Segment {
        for kind in [SegmentFileName.Kind.index, .timeindex, .txnindex] {
            try place.remove(SegmentFileName(baseOffset, kind).text)
        }
        let path = place.path(SegmentFileName(baseOffset, .log))
        try at(path) { () throws(Errno) in
            let file = try place.files.open(path, .create)
            try file.empty()
            if config.preallocate { try file.allocate(from: 0, count: config.segmentBytes) }
        }
        place.hasUnsyncedEntries = true
        return Segment(
            baseOffset, size: 0, place: place, config: config, isNew: true, hasTransactionIndex: false)
    }
}
