import Bytes
import Reactor
import Records

/// A replica on its way to another data directory: a second log, in a `-future` directory there, copies the first until
/// both are level, then takes its place under the same offsets.
extension Log {
    /// Where a copy begins: the base offset of the first segment, which may lie below ``startOffset``.
    public var firstBaseOffset: Int64 { segments[0].baseOffset }

    /// Ends a compaction and has none begin before ``endMove()``: the copy would get the segments of two histories.
    public func beginMove() async {
        cleaningBars += 1
        await withdrawCleaning()
    }

    public func endMove() { cleaningBars -= 1 }

    /// Appends what `source` has behind this log's end: whole batches, about `maxBytes` of them, each checked.
    ///
    /// - Returns: how many bytes were copied; 0 when this log has all.
    public func copy(from source: Log, maxBytes: Int) async throws(LogError) -> Int {
        if nextOffset < source.firstBaseOffset {
            // Retention in the source was faster.
            try await truncateFully(startingAt: source.firstBaseOffset)
        }
        guard let (file, positions) = try source.stored(from: nextOffset, maxBytes: maxBytes) else { return 0 }
        let bytes: ByteSlice
        do throws(Errno) { bytes = try await file.readAsync(positions.count, at: positions.lowerBound) } catch {
            throw .storage(error, path: file.path)
        }
        var position = 0
        var last: AppendResult?
        while position < bytes.count {
            let rest = bytes[position..<bytes.count]
            let size: Int
            switch rest.withUnsafeBytes({ BatchFrame.read($0) }) {
            case .partial: size = 0
            case .whole(let whole, _): size = whole
            case .invalid(let failure):
                throw .corrupt(path: file.path, position: positions.lowerBound + position, reason: "\(failure)")
            }
            guard size > 0 else { break }
            let checked: CheckedBatch
            do throws(BatchError) { checked = try BatchCheck.replica(rest[0..<size]) } catch {
                throw .corrupt(path: file.path, position: positions.lowerBound + position, reason: error.message)
            }
            position += size
            // Of a batch that holds the first offset a part may lie below it.
            if checked.header.baseOffset >= nextOffset { last = try appendAsFollower(checked) }
        }
        try await last?.written()
        return position
    }

    /// Bytes of the batches from the one that contains `offset` on, within one segment.
    private func stored(from offset: Int64, maxBytes: Int) throws(LogError) -> (File, Range<Int>)? {
        try checkUsable()
        guard var index = segmentIndex(of: offset) else { return nil }
        while index < segments.count {
            let segment = segments[index]
            if let first = try segment.find(offset) {
                let count = min(segment.size - first.position, max(maxBytes, first.size))
                guard count > 0 else { return nil }
                return (try segment.file(.log), first.position..<first.position + count)
            }
            index += 1
        }
        return nil
    }

    /// Whether ``takePlace(of:movedTo:)`` may be called: this log has all that `source` has, nobody waits for a write
    /// or a sync there, and what was promised to be durable is so here.
    public func isLevel(with source: Log) -> Bool {
        source.pending.isEmpty && pending.isEmpty && !source.isTruncating && nextOffset == source.nextOffset
            && durable.value >= source.durable.value
            && (source.nextOffset - source.durable.value < source.config.flushMessages
                || source.nextOffset == source.durable.value)
    }

    /// Becomes the partition's log in place of `source`, whose directory is renamed. Call it when they are level; there
    /// is no suspension in it, so nothing can come between. The caller then uses this log, and abandons `source`.
    ///
    /// After a crash that one of the two renamings has survived, there is one replica: `source` under its old name, or
    /// this one as `-future` alone. Nothing is promised to be durable here before the first renaming is.
    public func takePlace(of source: Log, movedTo path: String) throws(LogError) {
        let old = source.place.directory
        try at(old) { () throws(Errno) in try place.files.rename(old, to: path) }
        source.place.directory = path
        place.formerParent = old.lastIndex(of: "/").map { String(old[..<$0]) } ?? "."
        place.isUnsyncedItself = true
        config = source.config
        cleanedUpTo = source.cleanedUpTo
        followStart(source.startOffset)
        if source.epochs != epochs {
            epochs = source.epochs
            areEpochsUnsaved = true
        }
        updateHighWatermark(to: source.highWatermark)
        onReadable = source.onReadable
        source.onReadable = nil
    }

    /// Ends what ``takePlace(of:movedTo:)`` has begun: once the other directory's name has durably changed, this one
    /// gets its own.
    public func settle(as path: String) async throws(LogError) {
        try await place.syncEntries()
        try await renameDirectory(to: path)
        try await saveEpochs()
    }
}
