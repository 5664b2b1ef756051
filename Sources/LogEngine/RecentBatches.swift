/// Where the newest batches of the active segment lie, so that a consumer near the end needs no index and no file.
///
/// A ring of at most ``Limits/recentBatches`` entries of 8 bytes, grown as batches come.
struct RecentBatches {
    private struct Entry {
        var relativeLastOffset: UInt32
        var position: UInt32
    }

    private let baseOffset: Int64
    private var entries: [Entry] = []
    /// Index of the oldest entry.
    private var first = 0
    /// All batches that end at or above this offset are here.
    private var coveredFrom: Int64

    /// - Parameters:
    ///   - baseOffset: of the segment.
    ///   - endOffset: the offset that the next batch has at least.
    init(baseOffset: Int64, endOffset: Int64) {
        self.baseOffset = baseOffset
        coveredFrom = endOffset
    }

    /// Notes a batch behind all others.
    mutating func append(lastOffset: Int64, position: Int) {
        guard let offset = UInt32(exactly: lastOffset - baseOffset), let position = UInt32(exactly: position) else {
            return clear(endOffset: lastOffset + 1)
        }
        let entry = Entry(relativeLastOffset: offset, position: position)
        if entries.count < Limits.recentBatches {
            entries.append(entry)
        } else {
            coveredFrom = baseOffset + Int64(entries[first].relativeLastOffset) + 1
            entries[first] = entry
            first = (first + 1) % entries.count
        }
    }

    /// The first batch that ends at or above `offset`; `nil` when it isn't known here. O(log n).
    ///
    /// - Parameter segmentBytes: where the last batch ends.
    func find(_ offset: Int64, segmentBytes: Int) -> (position: Int, size: Int)? {
        guard offset >= coveredFrom, !entries.isEmpty else { return nil }
        let wanted = offset - baseOffset
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if Int64(entry(middle).relativeLastOffset) < wanted { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count else { return nil }
        let position = Int(entry(low).position)
        let end = low + 1 < entries.count ? Int(entry(low + 1).position) : segmentBytes
        return (position, end - position)
    }

    mutating func clear(endOffset: Int64) {
        entries.removeAll()
        first = 0
        coveredFrom = endOffset
    }

    private func entry(_ index: Int) -> Entry { entries[(first + index) % entries.count] }
}
