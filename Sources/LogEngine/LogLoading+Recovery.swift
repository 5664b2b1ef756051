import Reactor

/// The segments: which are believed, and what becomes of the others.
extension LogLoading {
    mutating func makeSegments(_ plan: RecoveryPlan) throws(LogError) {
        for planned in plan.segments {
            let name = SegmentFileName(planned.baseOffset, .log)
            segments.append(
                Segment(
                    planned.baseOffset, size: try place.size(name) ?? 0, place: place, config: opening.config,
                    isNew: false, hasTransactionIndex: planned.hasTransactionIndex))
        }
    }

    mutating func removeSegments(from index: Int) throws(LogError) {
        for segment in segments[index...].reversed() {
            place.context.forget(segment)
            for kind in [SegmentFileName.Kind.log, .index, .timeindex, .txnindex] {
                try place.remove(SegmentFileName(segment.baseOffset, kind).text)
            }
        }
        segments.removeLast(segments.count - index)
        place.hasUnsyncedEntries = true
    }

    /// A broker that didn't stop in order has left indexes longer than they should be: Apache Kafka makes them at full
    /// size. Closing cuts them.
    mutating func findLeftIndexes(_ baseOffset: Int64) throws(LogError) {
        for kind in [SegmentFileName.Kind.index, .timeindex] {
            if try place.size(SegmentFileName(baseOffset, kind)) ?? 0 > 0 { hasLeftIndexes = true }
        }
    }

    /// What a clean stop promises is looked at where it costs next to nothing; a segment that breaks the promise is
    /// recovered.
    mutating func checkClean(_ plan: inout RecoveryPlan) throws(LogError) {
        for (index, planned) in plan.segments.enumerated() where !planned.isRecovered {
            let segment = segments[index]
            if planned.hasTransactionIndex, let damage = try segment.transactionIndexDamage() {
                plan.segments[index].isRecovered = true
                damaged.append((segment.path(.txnindex), damage, Self.batches))
            } else if index + 1 == segments.count {
                do throws(LogError) { _ = try segment.readEndOffset(mayHaveHoles: mayHaveHoles) } catch {
                    guard case .corrupt = error else { throw error }
                    plan.segments[index].isRecovered = true
                }
            }
        }
    }

    mutating func recover(_ plan: RecoveryPlan) async throws(LogError) {
        guard let first = plan.segments.firstIndex(where: \.isRecovered) else { return }
        // From the first on all are walked: each one's producers follow from those before.
        var producers = try ProducerLoading(place: place, config: opening.config)
            .load(to: segments[first].baseOffset, segments: Array(segments[..<first]), snapshots: &snapshots)
        var endOffset = segments[first].baseOffset
        // Later snapshots may tell of batches that are lost, or that came at the same offsets before those.
        for snapshot in snapshots where snapshot > endOffset {
            try place.remove(SegmentFileName(snapshot, .snapshot).text)
        }
        snapshots.removeAll { $0 > endOffset }
        var cutFiles: [Segment] = []
        var index = first
        while index < segments.count {
            let segment = segments[index]
            if index > 0 { try writeSnapshot(producers, at: segment.baseOffset) }
            let damage = try await recover(segment, &producers, &endOffset)
            index += 1
            if let damage {
                try refuseDamage(damage, in: segment, at: endOffset)
                try segment.cutFile(to: damage.position)
            }
            try segment.finish()
            rebuilt.append(segment)
            if index < segments.count, damage != nil || isTorn(between: endOffset, and: segments[index].baseOffset) {
                try removeSegments(from: index)
                cutFiles.append(segment)
            } else if damage != nil {
                cutFiles.append(segment)
            } else if index < segments.count {
                endOffset = segments[index].baseOffset
            }
        }
        try await syncCuts(cutFiles)
        for snapshot in snapshots where snapshot > endOffset {
            try place.remove(SegmentFileName(snapshot, .snapshot).text)
        }
        snapshots.removeAll { $0 > endOffset }
        try writeSnapshot(producers, at: endOffset)
        recovered = (producers, endOffset)
    }

    /// Walks the segment; what it holds is noted in its indexes, in `producers` and in the epochs.
    mutating func recover(
        _ segment: Segment, _ producers: inout ProducerStates, _ endOffset: inout Int64
    ) async throws(LogError) -> CheckedWalk.Damage? {
        let file = try segment.file(.log)
        let fileBytes = try at(file.path) { () throws(Errno) in try file.size() }
        segment.startOver()
        isCompacted = false
        var next = segment.baseOffset
        var walk = CheckedWalk(
            file, baseOffset: segment.baseOffset, fileBytes: fileBytes,
            mayEndBehindHole: mayHaveHoles || segment !== segments.last, evidence: epochEvidence)
        while let (batch, control) = try await walk.next() {
            var aborted: AbortedTransaction?
            if let header = batch.header {
                let append = try ProducerAppend(
                    header, firstOffset: batch.baseOffset, with: place.context.decompressor,
                    batch: { () throws(LogError) in control })
                if let append { aborted = try admit(append, &producers) }
            }
            if batch.leaderEpoch > epochs.latest?.epoch ?? -1 {
                epochs.assign(batch.leaderEpoch, startOffset: batch.baseOffset)
            }
            segment.grew(
                by: batch.size, lastOffset: batch.lastOffset, maxTimestamp: batch.maxTimestamp, aborted: aborted)
            if batch.baseOffset > next || batch.lacksRecords { isCompacted = true }
            next = batch.lastOffset + 1
            endOffset = next
            place.context.recoveredBytes += batch.size
        }
        segment.noteChecked()
        producers.settle()
        if fileBytes == 0 { endOffset = max(endOffset, segment.baseOffset) }
        return walk.damage
    }

    /// Compaction may have been here.
    private var mayHaveHoles: Bool { opening.config.cleanupPolicy.contains(.compact) || opening.cleanedUpTo > 0 }

    private func admit(
        _ append: ProducerAppend, _ producers: inout ProducerStates
    ) throws(LogError) -> AbortedTransaction? {
        guard case .admitted(let completed?) = try producers.admit(append, origin: .replication), completed.isAbort
        else { return nil }
        return AbortedTransaction(
            producerID: completed.producerID, firstOffset: completed.firstOffset, lastOffset: completed.lastOffset,
            lastStableOffset: producers.lastStableOffset(after: completed))
    }

    /// A torn tail is what was never synced. Damage below the recovery point is something else: cutting there would
    /// throw away what was promised to be kept.
    private func refuseDamage(
        _ damage: CheckedWalk.Damage, in segment: Segment, at endOffset: Int64
    ) throws(LogError) {
        guard endOffset < opening.recoveryPoint else { return }
        throw .corrupt(
            path: segment.path(.log), position: damage.position,
            reason: "\(damage.reason); all below offset \(opening.recoveryPoint) was synced, so this is no torn tail")
    }

    /// Whether the log ended at `end` although a later segment begins at `next`: what was between them was never synced
    /// and is lost, and a log has no holes but those that compaction left (by Apache Kafka; ours leaves none between
    /// segments). A segment that begins below the end is one that was removed before, come back with a power cut.
    private func isTorn(between end: Int64, and next: Int64) -> Bool {
        if next < end { return true }
        return next > end && end >= opening.recoveryPoint && end >= opening.cleanedUpTo && !isCompacted
    }

    /// What was cut must not come back with the next power cut, in front of or behind what is written next.
    private func syncCuts(_ segments: [Segment]) async throws(LogError) {
        guard !segments.isEmpty else { return }
        for segment in segments {
            let file = try segment.file(.log)
            do throws(Errno) { try await file.sync() } catch { throw .storage(error, path: file.path) }
        }
        place.hasUnsyncedEntries = true
        try await place.syncEntries()
    }
}
