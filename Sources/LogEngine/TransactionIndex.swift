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

    /// The checksum of the bytes of `entries` behind those with the checksum `previous`.
    static func checksum(_ entries: some Collection<Self>, after previous: UInt32) -> UInt32 {
        withUnsafeTemporaryAllocation(byteCount: entries.count * byteCount, alignment: 8) { buffer in
            guard let base = buffer.baseAddress else { return previous }
            for (index, entry) in entries.enumerated() { entry.store(to: base + index * byteCount) }
            return CRC32C.checksum(UnsafeRawBufferPointer(buffer), after: previous)
        }
    }
}

/// The aborted transactions whose markers a segment holds, by ascending marker offset.
///
/// Their file is read a block of ``Limits/transactionBlockEntries`` at a time, and none is believed whose bytes aren't
/// those that were written, or that were there when the index was loaded. Memory: 16 bytes for each block.
package struct TransactionIndex {
    /// Where a block begins.
    private struct Mark {
        /// The marker of the block's first transaction.
        var lastOffset: Int64
        /// Of all entries before the block.
        var checksum: UInt32
    }

    private(set) var table: EntryTable<AbortedTransaction>
    /// Of all entries, as a file holds them.
    package private(set) var checksum: UInt32 = 0
    private var marks: [Mark] = []
    /// The last transaction's marker; −1 when there is none.
    private var lastOffset: Int64 = -1

    package init() { table = EntryTable() }

    /// The index that a file of `fileBytes` holds. `nil` when it breaks a rule, so that it has to be rebuilt.
    package init?(baseOffset: Int64, fileBytes: Int, _ source: IndexSource) throws(LogError) {
        guard fileBytes % AbortedTransaction.byteCount == 0 else { return nil }
        table = EntryTable(storedCount: fileBytes / AbortedTransaction.byteCount)
        for start in stride(from: 0, to: table.count, by: Limits.transactionBlockEntries) {
            let entries = try table.entries(range(ofBlock: start / Limits.transactionBlockEntries), source)
            marks.append(Mark(lastOffset: entries[0].lastOffset, checksum: checksum))
            for entry in entries {
                guard entry.version == 0, entry.lastOffset >= baseOffset, entry.lastOffset > lastOffset,
                    entry.firstOffset <= entry.lastOffset, entry.firstOffset >= 0
                else { return nil }
                lastOffset = entry.lastOffset
            }
            checksum = AbortedTransaction.checksum(entries, after: checksum)
        }
    }

    package var count: Int { table.count }
    package var waitingCount: Int { table.tail.count }

    package mutating func append(_ transaction: AbortedTransaction) {
        if count % Limits.transactionBlockEntries == 0 {
            marks.append(Mark(lastOffset: transaction.lastOffset, checksum: checksum))
        }
        table.append(transaction)
        checksum = AbortedTransaction.checksum(CollectionOfOne(transaction), after: checksum)
        lastOffset = transaction.lastOffset
    }

    /// Adds to `found` those that overlap `from..<upTo`; says whether no later segment can have more. O(log n) and a
    /// read of each block that has some, as a rule of one; where no marker is as far as `from`, none.
    package func collect(
        from: Int64, upTo: Int64, into found: inout [AbortedTransaction], _ source: IndexSource
    ) throws(LogError) -> Bool {
        guard from <= lastOffset else { return false }
        for block in max(0, blocks(before: from) - 1)..<marks.count {
            for entry in try entries(ofBlock: block, source) where entry.lastOffset >= from {
                if entry.firstOffset < upTo { found.append(entry) }
                if entry.lastStableOffset >= upTo { return true }
            }
        }
        return false
    }

    /// Drops the transactions whose marker is at or above `offset`. Reads one block.
    package mutating func truncate(to offset: Int64, _ source: IndexSource) throws(LogError) {
        guard offset <= lastOffset else { return }
        let blocks = blocks(before: offset)
        let kept = blocks > 0 ? try entries(ofBlock: blocks - 1, source).prefix { $0.lastOffset < offset } : []
        table.cut(to: max(0, blocks - 1) * Limits.transactionBlockEntries + kept.count)
        checksum = blocks > 0 ? AbortedTransaction.checksum(kept, after: marks[blocks - 1].checksum) : 0
        marks.removeLast(marks.count - blocks)
        lastOffset = kept.last?.lastOffset ?? -1
    }

    /// How many blocks begin with a marker below `offset`. O(log n)
    private func blocks(before offset: Int64) -> Int {
        var low = 0
        var high = marks.count
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].lastOffset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func range(ofBlock block: Int) -> Range<Int> {
        let start = block * Limits.transactionBlockEntries
        return start..<min(start + Limits.transactionBlockEntries, table.count)
    }

    /// The block's entries, which are those that they were.
    private func entries(ofBlock block: Int, _ source: IndexSource) throws(LogError) -> [AbortedTransaction] {
        let range = range(ofBlock: block)
        let entries = try table.entries(range, source)
        let end = block + 1 < marks.count ? marks[block + 1].checksum : checksum
        guard AbortedTransaction.checksum(entries, after: marks[block].checksum) == end else {
            throw .corrupt(
                path: try source().path, position: range.lowerBound * AbortedTransaction.byteCount,
                reason: "its entries aren't those that were there before")
        }
        return entries
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
