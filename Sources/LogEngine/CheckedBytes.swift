/// Which bytes of a `.log` file this process has written or found to be sound. What it doesn't know of is checked
/// before it is served; to forget costs no more than a second check.
///
/// 16 bytes for a file of which nothing or all is known; otherwise at most ``Limits/checkedRanges`` ranges.
struct CheckedBytes: Equatable {
    /// All from here on.
    private(set) var tail: Int
    /// Ascending, apart from each other and from the tail. Each begins and ends with a batch.
    private(set) var ranges: [Range<Int>] = []

    init(from tail: Int) { self.tail = tail }

    /// How many bytes at the beginning of `wanted` need no check.
    func count(of wanted: Range<Int>) -> Int {
        if wanted.lowerBound >= tail { return wanted.count }
        guard let known = ranges.first(where: { $0.contains(wanted.lowerBound) }) else { return 0 }
        return min(known.upperBound, wanted.upperBound) - wanted.lowerBound
    }

    mutating func add(_ range: Range<Int>) {
        guard range.lowerBound < min(tail, range.upperBound) else { return }
        var added = range.lowerBound..<min(range.upperBound, tail)
        ranges.removeAll { known in
            guard known.lowerBound <= added.upperBound, added.lowerBound <= known.upperBound else { return false }
            added = min(known.lowerBound, added.lowerBound)..<max(known.upperBound, added.upperBound)
            return true
        }
        if added.upperBound == tail {
            tail = added.lowerBound
            return
        }
        ranges.insert(added, at: ranges.firstIndex { $0.lowerBound > added.lowerBound } ?? ranges.count)
        guard ranges.count > Limits.checkedRanges else { return }
        let smallest = ranges.indices.min { ranges[$0].count < ranges[$1].count }
        if let smallest { ranges.remove(at: smallest) }
    }

    /// What lies behind `position` goes, and this process writes what comes there.
    mutating func cut(to position: Int) {
        guard position < tail else { return }
        tail = position
        let kept = ranges
        ranges = []
        for range in kept { add(range) }
    }
}
