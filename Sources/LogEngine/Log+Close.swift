import Bytes
import Reactor

extension Log {
    /// Writes and syncs all there is, so that the next start need not look into any file. Afterwards nothing can be
    /// done with the log; those who wait on its watermarks are told.
    public func close() async throws(LogError) {
        guard !isClosed else { return }
        cleaningBars += 1
        await withdrawCleaning()
        guard !isClosed else { return }
        defer { end() }
        try checkUsable()
        try writePending()
        await deletions?.close()
        guard isSyncedByClose else { return try noteClosed() }
        try writeEnd()
        try await flush()
        do throws(LogError) {
            try await active.syncIndexes()
            try await syncSnapshots()
            try await syncTopicID()
            try await saveEpochs()
            try await place.syncEntries()
        } catch {
            place.health.failUnlessPassing(error)
            throw error
        }
        try noteClosed()
    }

    /// ``close()`` would have to sync something: thousands of logs that nobody wrote to must not cost a sync each.
    public var isSyncedByClose: Bool {
        let isEmpty = nextOffset == segments[0].baseOffset
        return isTouched || durable.value != nextOffset || !unsyncedSeals.isEmpty
            || (isTopicIDUnsynced || areEpochsUnsaved || areEpochsUnsynced) && !isEmpty
    }

    /// Writes most of what ``close()`` writes, so that one sync of the file system makes it durable for many logs:
    /// their own then find nothing left to do, and are still what counts. The log stays usable.
    public func prepareToClose() throws(LogError) {
        guard !isClosed, !isTruncating, pending.isEmpty, isSyncedByClose else { return }
        try checkUsable()
        try writeEnd()
        try writeTopicID()
        try writeEpochs()
    }

    /// Has the log's file system make durable all that it holds in memory, of whoever's files. Proves nothing about
    /// this log; but a failure may mean that the kernel has dropped something of it that no later sync will tell of, so
    /// the directory is offline then.
    public func syncFileSystem() async throws(LogError) {
        let path = place.directory
        do throws(Errno) { try await place.files.syncFileSystem(of: path) } catch {
            guard error == .ioError || error.isFull else { throw .storage(error, path: path) }
            throw place.health.syncFailed(error, path: path)
        }
    }

    private func writeEnd() throws(LogError) {
        try active.finish()
        if nextOffset > (snapshots.last ?? -1), nextOffset > segments[0].baseOffset {
            try writeSnapshot(at: nextOffset)
        }
    }

    private func noteClosed() throws(LogError) {
        guard let topicID else { return }
        let idBytes = isTopicIDUnwritten ? 0 : try place.size(PartitionMetadataFile.name) ?? 0
        closed = ClosedLog(
            topicID: topicID, endOffset: nextOffset, baseOffset: active.baseOffset, bytes: active.fileBytes + [idBytes])
    }

    /// Lets go of everything without writing what is left: after a failure, or for a log whose files are to go. Returns
    /// when nothing of it is under way any more.
    public func abandon() async {
        guard !isClosed else { return }
        cleaningBars += 1
        await withdrawCleaning()
        guard !isClosed else { return }
        pending.removeAll()
        pendingPieces.removeAll()
        pendingBytes = 0
        turn?.end(.closed(path: place.directory))
        turn = nil
        end()
        await deletions?.close()
        while isSyncing || isSavingEpochs {
            await withUnsafeContinuation { syncWaiters.add($0, unless: !isSyncing) }
            await withUnsafeContinuation { epochWaiters.add($0, unless: !isSavingEpochs) }
        }
    }

    private func end() {
        isClosed = true
        written.close()
        durable.close()
        for segment in segments { place.context.forget(segment) }
    }

    /// Renames the directory (to one that ends in `-delete`, say). The log stays usable.
    public func renameDirectory(to path: String) async throws(LogError) {
        cleaningBars += 1
        defer { cleaningBars -= 1 }
        await withdrawCleaning()
        let old = place.directory
        try at(old) { () throws(Errno) in try place.files.rename(old, to: path) }
        place.directory = path
        for segment in segments { place.context.forget(segment) }
        place.isUnsyncedItself = true
        try await place.syncEntries()
    }

    /// Notes the topic's id when it becomes known; durable with the first batch's sync. What a power cut leaves of it
    /// before is made anew.
    func note(topicID: UUID) {
        self.topicID = topicID
        isTopicIDUnwritten = true
        try? writeTopicID()  // for want of room, say: the first sync tries again, and fails loudly
    }

    func writeTopicID() throws(LogError) {
        guard isTopicIDUnwritten, let topicID else { return }
        let path = place.path(PartitionMetadataFile.name)
        try at(path) { () throws(Errno) in
            try PartitionMetadataFile.write(topicID, inDirectory: place.directory, files: place.files)
        }
        place.hasUnsyncedEntries = true
        isTopicIDUnwritten = false
        isTopicIDUnsynced = true
    }

    /// Notes that this node leads with `epoch` from the log's end on; durable with the next batch's sync. For an epoch
    /// that no batch has yet nothing more is needed.
    public func noteEpoch(_ epoch: Int32) {
        if epochs.assign(epoch, startOffset: nextOffset) { isEpochNoted = true }
    }

    /// Notes that this node leads with `epoch` from the log's end on; durable before this returns. Before anything is
    /// served in that epoch.
    public func beginEpoch(_ epoch: Int32) async throws(LogError) {
        try checkUsable()
        if epochs.assign(epoch, startOffset: nextOffset) { areEpochsUnsaved = true }
        try await saveEpochs()
    }
}
