import Bytes
import Reactor
import Records

/// Brings a partition's producers back: the newest snapshot that can be read, then the batches behind it.
struct ProducerLoading {
    let place: LogPlace
    let config: LogConfig

    /// The producers as of `endOffset`. Snapshots that can't be read are removed.
    ///
    /// - Complexity: O(batches behind the snapshot); of each only the header is read.
    func load(
        to endOffset: Int64, segments: [Segment], snapshots: inout [Int64]
    ) throws(LogError) -> ProducerStates {
        var states = ProducerStates()
        var from = segments.first?.baseOffset ?? endOffset
        var index = snapshots.count
        while index > 0 {
            index -= 1
            guard snapshots[index] <= endOffset else { continue }
            if let entries = try read(snapshots[index]) {
                from = snapshots[index]
                let now = place.core.wallClockMilliseconds()
                for entry in entries
                where !ProducerStates.isExpired(entry, now: now, after: config.producerIDExpirationMilliseconds) {
                    states.load(entry)
                }
                break
            }
            try place.remove(SegmentFileName(snapshots[index], .snapshot).text)
            snapshots.remove(at: index)
        }
        try replay(from: from, to: endOffset, segments, &states)
        states.settle()
        return states
    }

    private func read(_ offset: Int64) throws(LogError) -> [ProducerEntry]? {
        let path = place.path(SegmentFileName(offset, .snapshot))
        let bytes: ByteSlice
        do throws(Errno) { bytes = try place.files.readAll(path, limit: Limits.smallFileBytes) } catch {
            if error == .noEntry { return nil }
            throw .storage(error, path: path)
        }
        if let entries = try? ProducerSnapshotFile.decode(bytes) { return entries }
        place.health.tell(
            ofMended: path, "it isn't a snapshot of producers, or its checksum is wrong",
            outcome: "They are brought back from an older one and the log's batches")
        return nil
    }

    private func replay(
        from: Int64, to end: Int64, _ segments: [Segment], _ states: inout ProducerStates
    ) throws(LogError) {
        guard from < end else { return }
        for (index, segment) in segments.enumerated() where segment.baseOffset < end {
            if index + 1 < segments.count, segments[index + 1].baseOffset <= from { continue }
            let file = try segment.file(.log)
            var walk = try segment.batches(from: from)
            while let batch = try walk.next() {
                guard batch.lastOffset >= from else { continue }
                guard batch.baseOffset < end else { return }
                guard let header = batch.header else { continue }
                let append = try ProducerAppend(
                    header, firstOffset: batch.baseOffset, with: place.context.decompressor,
                    batch: { () throws(LogError) in try Self.whole(batch, in: file) })
                if let append { _ = try states.admit(append, origin: .replication) }
            }
            states.settle()
        }
    }

    /// A control batch's bytes; one that is too large to be a marker is none.
    private static func whole(_ batch: BatchPlace, in file: File) throws(LogError) -> ByteSlice {
        guard batch.size <= Limits.markerBytes else { return ByteSlice() }
        let block = Block(capacity: batch.size)
        let count = try at(file.path) { () throws(Errno) in
            try file.read(
                into: UnsafeMutableRawBufferPointer(start: block.base, count: batch.size), at: batch.position)
        }
        return block.slice(0..<count)
    }
}
