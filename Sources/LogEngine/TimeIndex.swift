import Bytes

/// An entry of a `.timeindex` file, 12 bytes: the largest timestamp of the segment up to an offset, and that offset
/// relative to the base: the last one of the batch in which the timestamp occurs.
package struct TimeIndexEntry: IndexEntry {
    package static let byteCount = 12
    package var timestamp: Int64
    package var relativeOffset: Int32

    package init(timestamp: Int64, relativeOffset: Int32) {
        self.timestamp = timestamp
        self.relativeOffset = relativeOffset
    }

    package init(reading bytes: UnsafeRawPointer) {
        timestamp = bytes.bigEndian(0)
        relativeOffset = bytes.bigEndian(8)
    }

    package func store(to bytes: UnsafeMutableRawPointer) {
        bytes.storeBigEndian(timestamp, at: 0)
        bytes.storeBigEndian(relativeOffset, at: 8)
    }
}

/// Where in a segment to begin looking for a time; its last entry, once the segment is closed, is the segment's largest
/// timestamp.
package struct TimeIndex {
    package let baseOffset: Int64
    private let maximumCount: Int
    private(set) var table: EntryTable<TimeIndexEntry>
    /// The last entry; −1 and the base offset when there is none.
    package private(set) var last: (timestamp: Int64, offset: Int64)

    package init(baseOffset: Int64, maximumBytes: Int) {
        self.baseOffset = baseOffset
        maximumCount = maximumBytes / TimeIndexEntry.byteCount
        table = EntryTable()
        last = (-1, baseOffset)
    }

    /// The index that a file of `fileBytes` holds. `nil` when it breaks a rule, so that it has to be rebuilt.
    package init?(baseOffset: Int64, maximumBytes: Int, fileBytes: Int, _ source: IndexSource) throws(LogError) {
        self.init(baseOffset: baseOffset, maximumBytes: maximumBytes)
        guard fileBytes % TimeIndexEntry.byteCount == 0 else { return nil }
        table = EntryTable(storedCount: fileBytes / TimeIndexEntry.byteCount)
        guard table.count > 0 else { return }
        let first = try table.entry(at: 0, source)
        let last = try table.entry(at: table.count - 1, source)
        guard last.timestamp >= first.timestamp, first.timestamp >= 0, last.relativeOffset >= 0,
            last.relativeOffset >= first.relativeOffset
        else { return nil }
        self.last = (last.timestamp, baseOffset + Int64(last.relativeOffset))
    }

    package var count: Int { table.count }
    /// One place is kept for the closing entry.
    package var isFull: Bool { table.count >= maximumCount - 1 }
    package var waitingCount: Int { table.tail.count }

    /// Adds the largest timestamp so far, if it grew. The closing entry may take the last place.
    package mutating func append(timestamp: Int64, offset: Int64, closing: Bool = false) {
        guard timestamp > last.timestamp, closing ? table.count < maximumCount : !isFull,
            let relativeOffset = Int32(exactly: offset - baseOffset), offset >= last.offset
        else { return }
        table.append(TimeIndexEntry(timestamp: timestamp, relativeOffset: relativeOffset))
        last = (timestamp, offset)
    }

    /// An offset such that all before it are older than `timestamp`; the base offset when nothing better is known.
    /// O(log n).
    package func offset(before timestamp: Int64, _ source: IndexSource) throws(LogError) -> Int64 {
        try entry(before: timestamp, source)?.offset ?? baseOffset
    }

    /// The last entry with a smaller timestamp. O(log n).
    package func entry(
        before timestamp: Int64, _ source: IndexSource
    ) throws(LogError) -> (timestamp: Int64, offset: Int64)? {
        // An entry of the very timestamp may name a later batch than the first that has it: only smaller ones count.
        let below = try table.prefixCount(source) { $0.timestamp < timestamp }
        guard below > 0 else { return nil }
        let entry = try table.entry(at: below - 1, source)
        return (entry.timestamp, baseOffset + Int64(entry.relativeOffset))
    }

    /// Drops the entries at or above `offset`.
    package mutating func truncate(to offset: Int64, _ source: IndexSource) throws(LogError) {
        let wanted = offset - baseOffset
        table.cut(to: try table.prefixCount(source) { Int64($0.relativeOffset) < wanted })
        last = (-1, baseOffset)
        guard table.count > 0 else { return }
        let entry = try table.entry(at: table.count - 1, source)
        last = (entry.timestamp, baseOffset + Int64(entry.relativeOffset))
    }

    @discardableResult
    package mutating func writeTail(to source: IndexSource, trimming: Bool = false) throws(LogError) -> Bool {
        try table.writeTail(to: source, trimming: trimming)
    }
}
