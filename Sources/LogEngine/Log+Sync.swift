import Bytes
import Reactor

extension Log {
    /// Makes all that was written durable: log, epochs, producer snapshots, indexes of sealed segments, and the names
    /// of the files. One sync is in flight at a time; those who come meanwhile share the next.
    ///
    /// - Throws: the error of the sync. It isn't tried again: the directory is offline from then on, because the kernel
    ///   may have dropped what it could not write.
    public func flush() async throws(LogError) { try await sync(upTo: endOffset) }

    /// The same for what lies below `target`.
    public func sync(upTo target: Int64) async throws(LogError) {
        while durable.value < min(target, endOffset) || hasUnsyncedSeal(below: target) {
            try checkUsable()
            if isSyncing || isTruncating {
                await withUnsafeContinuation { syncWaiters.add($0, unless: !isSyncing && !isTruncating) }
                continue
            }
            isSyncing = true
            defer {
                isSyncing = false
                syncWaiters.wake()
            }
            do throws(LogError) { try await syncOnce() } catch {
                place.health.failUnlessPassing(error)
                throw error
            }
        }
    }

    private func syncOnce() async throws(LogError) {
        let end = endOffset
        let truncations = truncations
        lastFlush = place.core.now()
        let first = segmentIndex(of: durable.value) ?? 0
        let dirty = Array(segments[first...])
        let seals = unsyncedSeals
        for segment in dirty { try await sync(segment) }
        for segment in seals {
            if isClosed { throw .closed(path: place.directory) }
            try await segment.syncIndexes()
        }
        try await syncSnapshots()
        try await syncTopicID()
        try await saveEpochs()
        try await place.syncEntries()
        // After a truncation a segment may have grown again and have been sealed a second time.
        guard truncations == self.truncations else { return }
        unsyncedSeals.removeAll { segment in segment.isRemoved || seals.contains { $0 === segment } }
        durable.advance(to: end)
    }

    private func hasUnsyncedSeal(below offset: Int64) -> Bool {
        unsyncedSeals.contains { !$0.isRemoved && $0.baseOffset < offset }
    }

    private func sync(_ segment: Segment) async throws(LogError) {
        if isClosed { throw .closed(path: place.directory) }
        guard !segment.isRemoved else { return }
        let file = try segment.file(.log)
        do throws(Errno) { try await file.sync() } catch { throw place.health.syncFailed(error, path: file.path) }
    }

    func syncTopicID() async throws(LogError) {
        try writeTopicID()
        guard isTopicIDUnsynced else { return }
        isTopicIDUnsynced = false
        let path = place.path(PartitionMetadataFile.name)
        do throws(Errno) { try await place.files.open(path, .read).sync() } catch {
            isTopicIDUnsynced = true
            throw place.health.syncFailed(error, path: path)
        }
    }

    func syncSnapshots() async throws(LogError) {
        let offsets = unsyncedSnapshots  // those that come meanwhile are the next sync's
        unsyncedSnapshots.removeAll()
        for (index, offset) in offsets.enumerated() {
            let path = place.path(SegmentFileName(offset, .snapshot))
            do throws(Errno) {
                try await place.files.open(path, .read).sync()
            } catch {
                if error == .noEntry { continue }  // it went with its segment
                unsyncedSnapshots += offsets[index...]
                throw .storage(error, path: path)
            }
        }
    }

    /// Writes the leader epochs, so that a crash leaves the old or the new ones. One write at a time; returns when the
    /// latest are on the device.
    func saveEpochs() async throws(LogError) {
        while areEpochsUnsaved || areEpochsUnsynced || isSavingEpochs, !isClosed {
            if isSavingEpochs {
                await withUnsafeContinuation { epochWaiters.add($0, unless: !isSavingEpochs) }
                continue
            }
            isSavingEpochs = true
            defer {
                isSavingEpochs = false
                epochWaiters.wake()
            }
            do throws(LogError) {
                if areEpochsUnsaved { try await replaceEpochs() } else { try await syncEpochs() }
            } catch {
                // A deleted partition's directory is renamed while this is under way.
                if case .storage(.noEntry, _) = error, !place.files.exists(place.directory) { return }
                throw error
            }
        }
    }

    private func replaceEpochs() async throws(LogError) {
        areEpochsUnsaved = false
        areEpochsUnsynced = false
        let path = place.path(LeaderEpochFile.name)
        let bytes = LeaderEpochFile.encode(epochs)
        do throws(Errno) { try await place.files.replaceSealed(path, with: bytes) } catch {
            areEpochsUnsaved = true
            throw .storage(error, path: path)
        }
    }

    private func syncEpochs() async throws(LogError) {
        areEpochsUnsynced = false
        let path = place.path(LeaderEpochFile.name)
        do throws(LogError) {
            do throws(Errno) { try await place.files.open(path, .read).sync() } catch {
                if error == .noEntry { throw .storage(error, path: path) }
                throw place.health.syncFailed(error, path: path)
            }
            try await place.syncEntries()
        } catch {
            areEpochsUnsynced = true
            throw error
        }
    }

    /// Writes the leader epochs without a sync, unless that is under way. What a power cut leaves of the file before
    /// one is found by its seal, and made anew from the batches.
    func writeEpochs() throws(LogError) {
        guard areEpochsUnsaved, !isSavingEpochs else { return }
        let path = place.path(LeaderEpochFile.name)
        let bytes = LeaderEpochFile.encode(epochs)
        try at(path) { () throws(Errno) in try place.files.replaceSealedUnsynced(path, with: bytes) }
        place.hasUnsyncedEntries = true
        areEpochsUnsaved = false
        areEpochsUnsynced = true
    }

    // MARK: In the background

    func syncInBackground(upTo target: Int64) {
        nonisolated(unsafe) let log = self  // the task runs on this log's core, as all that touches the log does
        place.core.spawn { try? await log.sync(upTo: target) }  // a failure takes the directory offline
    }

    func endWhenSynced(_ turn: WriteTurn?) {
        let target = nextOffset
        nonisolated(unsafe) let log = self  // as above
        nonisolated(unsafe) let turn = turn  // as above
        place.core.spawn {
            do throws(LogError) {
                try await log.sync(upTo: target)
                log.onReadable?(min(target, log.endOffset))
                turn?.end()
            } catch {
                turn?.end(error)
            }
        }
    }

    func saveEpochsInBackground() {
        nonisolated(unsafe) let log = self  // as above
        place.core.spawn {
            guard log.areEpochsUnsaved, !log.isClosed else { return }
            try? await log.saveEpochs()  // the next sync tries again, and fails loudly
        }
    }

    /// Syncs when `flush.ms` have passed since the last time. To be called now and then.
    public func flushIfDue() async throws(LogError) {
        guard config.flushMilliseconds < .max, durable.value < endOffset,
            place.core.now().milliseconds(since: lastFlush) >= config.flushMilliseconds
        else { return }
        try await flush()
    }
}
