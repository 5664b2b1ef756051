import Bytes

/// An entry of a `.index` file, 8 bytes: the last offset of a batch, relative to the segment's base, and the position
/// at which that batch begins.
package struct OffsetIndexEntry: IndexEntry {
    package static let byteCount = 8
    package var relativeOffset: Int32
    package var position: Int32

    package init(relativeOffset: Int32, position: Int32) {
        self.relativeOffset = relativeOffset
        self.position = position
    }

    package init(reading bytes: UnsafeRawPointer) {
        relativeOffset = bytes.bigEndian(0)
        position = bytes.bigEndian(4)
    }

    package func store(to bytes: UnsafeMutableRawPointer) {
        bytes.storeBigEndian(relativeOffset, at: 0)
        bytes.storeBigEndian(position, at: 4)
    }
}

/// Where in a segment's `.log` to begin looking for an offset. Derived from the log: rebuilt, never trusted, where the
/// log itself had to be recovered.
package struct OffsetIndex {
    package let baseOffset: Int64
    private let maximumCount: Int
    private(set) var table: EntryTable<OffsetIndexEntry>
    private var lastRelativeOffset: Int32

    /// An empty index.
    ///
    /// - Parameter maximumBytes: `segment.index.bytes`, rounded down to whole entries.
    package init(baseOffset: Int64, maximumBytes: Int) {
        self.baseOffset = baseOffset
        maximumCount = maximumBytes / OffsetIndexEntry.byteCount
        table = EntryTable()
        lastRelativeOffset = -1
    }

    /// The index that a file of `fileBytes` holds. `nil` when it breaks a rule, so that it has to be rebuilt.
    package init?(
        baseOffset: Int64, maximumBytes: Int, fileBytes: Int, logBytes: Int, _ source: IndexSource
    ) throws(LogError) {
        self.init(baseOffset: baseOffset, maximumBytes: maximumBytes)
        guard fileBytes % OffsetIndexEntry.byteCount == 0 else { return nil }
        table = EntryTable(storedCount: fileBytes / OffsetIndexEntry.byteCount)
        guard table.count > 0 else { return }
        let last = try table.entry(at: table.count - 1, source)
        // A tail of zeros (a preallocated file that was never trimmed) is as wrong as an offset below the base.
        guard last.relativeOffset > 0 || table.count == 1 && last.relativeOffset == 0, last.position >= 0,
            Int(last.position) < logBytes
        else { return nil }
        lastRelativeOffset = last.relativeOffset
    }

    package var count: Int { table.count }
    package var isFull: Bool { table.count >= maximumCount }
    package var waitingCount: Int { table.tail.count }

    /// Adds a batch. Ignored when its offset can't be written or isn't above the last: an index may be sparse but not
    /// wrong.
    package mutating func append(lastOffset: Int64, position: Int) {
        guard !isFull, let relativeOffset = Int32(exactly: lastOffset - baseOffset),
            relativeOffset > lastRelativeOffset,
            let position = Int32(exactly: position)
        else { return }
        table.append(OffsetIndexEntry(relativeOffset: relativeOffset, position: position))
        lastRelativeOffset = relativeOffset
    }

    /// The position of a batch at or before the one that holds `offset`; 0 when no entry is that low. O(log n).
    package func position(before offset: Int64, _ source: IndexSource) throws(LogError) -> Int {
        try entry(before: offset, source)?.position ?? 0
    }

    /// The last entry at or below `offset`: an offset, and the position from where on it is found. O(log n).
    package func entry(
        before offset: Int64, _ source: IndexSource
    ) throws(LogError) -> (offset: Int64, position: Int)? {
        let wanted = offset - baseOffset
        let below = try table.prefixCount(source) { Int64($0.relativeOffset) <= wanted }
        guard below > 0 else { return nil }
        let entry = try table.entry(at: below - 1, source)
        return (baseOffset + Int64(entry.relativeOffset), max(0, Int(entry.position)))
    }

    /// The highest offset that the index knows. O(1).
    package func lastOffset(_ source: IndexSource) throws(LogError) -> Int64? {
        guard table.count > 0 else { return nil }
        return baseOffset + Int64(try table.entry(at: table.count - 1, source).relativeOffset)
    }

    /// The last offset of the first indexed batch that begins at or above `position`. O(log n).
    package func offset(atOrAbove position: Int, _ source: IndexSource) throws(LogError) -> Int64? {
        let below = try table.prefixCount(source) { Int($0.position) < position }
        guard below < table.count else { return nil }
        return baseOffset + Int64(try table.entry(at: below, source).relativeOffset)
    }

    /// Drops the entries at or above `offset`.
    package mutating func truncate(to offset: Int64, _ source: IndexSource) throws(LogError) {
        let wanted = offset - baseOffset
        table.cut(to: try table.prefixCount(source) { Int64($0.relativeOffset) < wanted })
        lastRelativeOffset = table.count > 0 ? try table.entry(at: table.count - 1, source).relativeOffset : -1
    }

    @discardableResult
    package mutating func writeTail(to source: IndexSource, trimming: Bool = false) throws(LogError) -> Bool {
        try table.writeTail(to: source, trimming: trimming)
    }
}
