/// Offsets of a stretch of a log: a bit each, so that it stays in the cache where ``OffsetMap`` doesn't.
package final class OffsetSet {
    private let first: Int64
    private let end: Int64
    private let words: UnsafeMutablePointer<UInt64>

    /// `nil` when the stretch is too long for a table that is made at once.
    package init?(_ first: Int64, upTo end: Int64) {
        let (count, overflow) = end.subtractingReportingOverflow(first)
        guard !overflow, count > 0, count <= Int64(Limits.cleaningSetBytes) * 8 else { return nil }
        self.first = first
        self.end = end
        let words = Int(count) / 64 + 1
        self.words = .allocate(capacity: words)
        self.words.initialize(repeating: 0, count: words)
    }

    deinit { words.deallocate() }

    /// Whether all of `offsets` belong to the stretch.
    package func covers(_ offsets: ClosedRange<Int64>) -> Bool {
        offsets.lowerBound >= first && offsets.upperBound < end
    }

    /// Takes `offset` in; one outside the stretch isn't.
    @inline(__always)
    package func insert(_ offset: Int64) {
        guard offset >= first, offset < end else { return }
        let bit = Int(offset &- first)
        words[bit >> 6] |= 1 << UInt64(bit & 63)
    }

    @inline(__always)
    package func contains(_ offset: Int64) -> Bool {
        guard offset >= first, offset < end else { return false }
        let bit = Int(offset &- first)
        return words[bit >> 6] >> UInt64(bit & 63) & 1 == 1
    }

    /// How many of `offsets`, which the stretch has to cover, are in. O(offsets ÷ 64).
    package func count(in offsets: ClosedRange<Int64>) -> Int {
        precondition(covers(offsets))
        let (low, high) = (Int(offsets.lowerBound - first), Int(offsets.upperBound - first))
        var count = 0
        for index in low >> 6...high >> 6 {
            var word = words[index]
            if index == low >> 6 { word &= ~0 << UInt64(low & 63) }
            if index == high >> 6 { word &= ~0 >> UInt64(63 - high & 63) }
            count += word.nonzeroBitCount
        }
        return count
    }
}
