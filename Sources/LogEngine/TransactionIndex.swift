import Bytes
package import Reactor

/// An entry of a `.txnindex` file, 34 bytes: a transaction that had data and was aborted. It stands in the segment that
/// holds the marker.
public struct AbortedTransaction: Equatable, Sendable, Hashable {
    private(set) var version: Int16 = 0
    public var producerID: Int64
    public var firstOffset: Int64
    /// The offset of the ABORT marker.
    public var lastOffset: Int64
    /// Where read-committed readers stood when the marker was written.
    public var lastStableOffset: Int64

    public init(producerID: Int64, firstOffset: Int64, lastOffset: Int64, lastStableOffset: Int64) {
        self.producerID = producerID
        self.firstOffset = firstOffset
        self.lastOffset = lastOffset
        self.lastStableOffset = lastStableOffset
    }
}

extension AbortedTransaction: IndexEntry {
    package static var byteCount: Int { 34 }

    package init(reading bytes: UnsafeRawPointer) {
        self.init(
            producerID: bytes.bigEndian(2), firstOffset: bytes.bigEndian(10), lastOffset: bytes.bigEndian(18),
            lastStableOffset: bytes.bigEndian(26))
        version = bytes.bigEndian(0)
    }

    package func store(to bytes: UnsafeMutableRawPointer) {
        bytes.storeBigEndian(version, at: 0)
        bytes.storeBigEndian(producerID, at: 2)
        bytes.storeBigEndian(firstOffset, at: 10)
        bytes.storeBigEndian(lastOffset, at: 18)
        bytes.storeBigEndian(lastStableOffset, at: 26)
    }

    /// The checksum of its bytes behind those with the checksum `previous`.
    func checksum(after previous: UInt32) -> UInt32 {
        withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { buffer in
            guard let bytes = buffer.baseAddress else { return previous }
            store(to: bytes)
            return CRC32C.checksum(UnsafeRawBufferPointer(buffer), after: previous)
        }
    }
}

/// The aborted transactions whose markers a segment holds, by ascending marker offset.
package struct TransactionIndex {
    private(set) var table: EntryTable<AbortedTransaction>
    /// Of all entries, as a file holds them.
    private(set) var checksum: UInt32 = 0

    package init() { table = EntryTable() }

    /// The index that a file of `fileBytes` holds. `nil` when it breaks a rule, so that it has to be rebuilt.
    package init?(baseOffset: Int64, fileBytes: Int, _ source: IndexSource) throws(LogError) {
        guard fileBytes % AbortedTransaction.byteCount == 0 else { return nil }
        table = EntryTable(storedCount: fileBytes / AbortedTransaction.byteCount)
        var previous = Int64.min
        for entry in try table.entries(0..<table.count, source) {
            guard entry.version == 0, entry.lastOffset >= baseOffset, entry.lastOffset > previous,
                entry.firstOffset <= entry.lastOffset, entry.firstOffset >= 0
            else { return nil }
            previous = entry.lastOffset
            checksum = entry.checksum(after: checksum)
        }
    }

    package var count: Int { table.count }
    package var waitingCount: Int { table.tail.count }

    package mutating func append(_ transaction: AbortedTransaction) {
        table.append(transaction)
        checksum = transaction.checksum(after: checksum)
    }

    /// Adds to `found` those that overlap `from..<upTo`; says whether no later segment can have more.
    package func collect(
        from: Int64, upTo: Int64, into found: inout [AbortedTransaction], _ source: IndexSource
    ) throws(LogError) -> Bool {
        // Of an index of this size all is read in any case: it may have been damaged since it was looked at.
        let isSmall = table.count <= Limits.indexTailEntries
        let first = isSmall ? 0 : try table.prefixCount(source) { $0.lastOffset < from }
        let entries = try table.entries(first..<table.count, source)
        if isSmall, entries.reduce(0, { $1.checksum(after: $0) }) != checksum {
            throw .corrupt(
                path: try source().path, position: 0, reason: "its entries aren't those that were read before")
        }
        for entry in entries where entry.lastOffset >= from {
            if entry.firstOffset < upTo { found.append(entry) }
            if entry.lastStableOffset >= upTo { return true }
        }
        return false
    }

    /// Drops the transactions whose marker is at or above `offset`.
    package mutating func truncate(to offset: Int64, _ source: IndexSource) throws(LogError) {
        let kept = try table.prefixCount(source) { $0.lastOffset < offset }
        checksum = try table.entries(0..<kept, source).reduce(0) { $1.checksum(after: $0) }
        table.cut(to: kept)
    }

    /// - Parameter prepare: called with the file before it is changed.
    @discardableResult
    package mutating func writeTail(
        to source: IndexSource, trimming: Bool = false,
        prepare: (File) throws(Errno) -> Void = { (_) throws(Errno) in }
    ) throws(LogError) -> Bool {
        try table.writeTail(to: source, trimming: trimming, prepare: prepare)
    }
}
