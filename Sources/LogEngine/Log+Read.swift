public import Bytes
public import Reactor

/// Whole batches (but perhaps for the last) that lie back to back in one file.
public struct LogRange {
    public let file: File
    public let positions: Range<Int>
    /// No reader is given more than what lies below this offset.
    public let upTo: Int64
    /// The bytes were written a moment ago: they are in the page cache.
    let isHot: Bool
    let segment: Segment
    /// What lies in front, where it is known.
    let before: BatchBefore?

    public var count: Int { positions.count }

    func prefix(_ count: Int) -> LogRange {
        LogRange(
            file: file, positions: positions.prefix(count), upTo: upTo, isHot: isHot, segment: segment, before: before)
    }
}

extension Log {
    /// Where the batches from `offset` on lie, without reading them: from the one that contains it, at most `maxBytes`,
    /// below `bound`, within one segment. `nil` when there is nothing.
    ///
    /// - Parameters:
    ///   - bound: the first offset that the reader must not have: high watermark, last stable offset, or log end.
    ///   - wholeBatch: the first batch comes whole even if it is larger than `maxBytes`. Otherwise it comes only if it
    ///     fits.
    /// - Complexity: O(log n) near the log's end, without touching a file; elsewhere an index look-up and a few
    ///   headers.
    public func locate(
        _ offset: Int64, maxBytes: Int, upTo bound: Int64, wholeBatch: Bool
    ) throws(LogError) -> LogRange? {
        try checkUsable()
        do throws(LogError) {
            return try find(offset, maxBytes: maxBytes, upTo: bound, wholeBatch: wholeBatch)
        } catch {
            note(error)
            throw error
        }
    }

    private func find(
        _ offset: Int64, maxBytes: Int, upTo bound: Int64, wholeBatch: Bool
    ) throws(LogError) -> LogRange? {
        let end = endOffset
        guard offset >= startOffset, offset <= end else {
            throw .offsetOutOfRange(offset: offset, start: startOffset, end: end)
        }
        let bound = min(bound, end)
        guard offset < bound, var index = segmentIndex(of: offset) else { return nil }
        while index < segments.count {
            let segment = segments[index]
            if let first = try segment.find(offset) {
                return try range(segment, index, first, maxBytes: maxBytes, upTo: bound, wholeBatch: wholeBatch)
            }
            // Compaction has emptied the segment's end.
            index += 1
            if index < segments.count, segments[index].baseOffset >= bound { return nil }
        }
        return nil
    }

    private func range(
        _ segment: Segment, _ index: Int, _ first: (position: Int, size: Int, before: BatchBefore?), maxBytes: Int,
        upTo bound: Int64, wholeBatch: Bool
    ) throws(LogError) -> LogRange? {
        let isActive = index + 1 == segments.count
        let segmentEnd = isActive ? endOffset : segments[index + 1].baseOffset
        let limit = bound >= segmentEnd ? segment.size : try segment.find(bound)?.position ?? segment.size
        let available = limit - first.position
        guard available > 0 else { return nil }
        var count = min(available, max(maxBytes, 0))
        if count < first.size {
            guard wholeBatch else { return nil }
            count = min(first.size, available)
        }
        return LogRange(
            file: try segment.file(.log), positions: first.position..<first.position + count,
            upTo: min(bound, segmentEnd),
            isHot: isActive && segment.size - first.position <= Limits.hotBytes, segment: segment,
            before: first.before)
    }

    /// The bytes of `range`: large ones as they lie in the page cache, for the kernel to send; what isn't there is
    /// brought in without stalling the core. What this process has neither written nor checked is checked before, and
    /// ends before the first damage.
    ///
    /// - Throws: ``LogError/corrupt(path:position:reason:)`` when the first batch is damaged.
    public func bytes(of range: LogRange) async throws(LogError) -> [ByteSlice] {
        if let bytes = try bytesAtOnce(of: range) { return bytes }
        do throws(LogError) {
            let range = try await checked(range)
            if let bytes = try bytesAtOnce(of: range) { return bytes }
            do throws(Errno) {
                return [try await range.file.readAsync(range.count, at: range.positions.lowerBound)]
            } catch { throw .storage(error, path: range.file.path) }
        } catch {
            note(error)
            throw error
        }
    }

    /// The same, or `nil` where that takes a device or a check.
    public func bytesAtOnce(of range: LogRange) throws(LogError) -> [ByteSlice]? {
        let sound = range.segment.checked.count(of: range.positions)
        guard sound > 0 else { return nil }
        let range = sound < range.count ? range.prefix(sound) : range
        let file = range.file
        guard range.isHot || file.isResident(range.positions) else { return nil }
        do throws(Errno) {
            if range.count > Limits.copiedReadBytes { return try file.view(range.positions) }
            let block = place.core.pool.take(range.count)
            let count = try file.read(
                into: UnsafeMutableRawBufferPointer(start: block.base, count: range.count),
                at: range.positions.lowerBound)
            return [block.slice(0..<count)]
        } catch {
            let failure = LogError.storage(error, path: file.path)
            note(failure)
            throw failure
        }
    }

    /// ``locate(_:maxBytes:upTo:wholeBatch:)`` and ``bytes(of:)`` in one; empty when there is nothing.
    public func read(
        from offset: Int64, maxBytes: Int, upTo bound: Int64, wholeBatch: Bool = true
    ) async throws(LogError) -> [ByteSlice] {
        let range = try locate(offset, maxBytes: maxBytes, upTo: bound, wholeBatch: wholeBatch)
        guard let range else { return [] }
        return try await bytes(of: range)
    }

    /// The aborted transactions that a read-committed reader of `range` from `offset` on has to know. May name some
    /// that lie behind the range.
    public func abortedTransactions(in range: LogRange, from offset: Int64) throws(LogError) -> [AbortedTransaction] {
        guard segments.contains(where: \.hasTransactionIndex) else { return [] }
        var upTo = range.upTo
        // Of a segment that is gone the index may be another's.
        if !range.segment.isRemoved, let above = try range.segment.offset(above: range.positions.upperBound) {
            upTo = min(upTo, above)
        }
        return try abortedTransactions(from: offset, upTo: upTo)
    }

    /// The aborted transactions with data in `offset..<upTo`.
    public func abortedTransactions(from offset: Int64, upTo: Int64) throws(LogError) -> [AbortedTransaction] {
        var found: [AbortedTransaction] = []
        guard let first = segmentIndex(of: offset) else { return found }
        do throws(LogError) {
            for segment in segments[first...] {
                if try segment.collectAborted(from: offset, upTo: upTo, into: &found) { break }
            }
        } catch {
            note(error)
            throw error
        }
        return found
    }

    /// The last segment that begins at or below `offset`. O(log n).
    func segmentIndex(of offset: Int64) -> Int? {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].baseOffset <= offset { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }
}
