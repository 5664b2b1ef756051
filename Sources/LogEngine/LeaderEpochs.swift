/// Since which offset each leader epoch writes: both ascend strictly. Decides where a follower's log left the leader's.
public struct LeaderEpochs: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public var epoch: Int32
        public var startOffset: Int64

        public init(epoch: Int32, startOffset: Int64) {
            self.epoch = epoch
            self.startOffset = startOffset
        }
    }

    public private(set) var entries: [Entry] = []

    public init() {}

    public init(_ entries: [Entry]) {
        for entry in entries { assign(entry.epoch, startOffset: entry.startOffset) }
    }

    public var latest: Entry? { entries.last }

    /// Notes that `epoch` begins at `startOffset`; entries that contradict it go. Says whether anything changed.
    @discardableResult
    public mutating func assign(_ epoch: Int32, startOffset: Int64) -> Bool {
        guard epoch >= 0, startOffset >= 0 else { return false }
        if let last = entries.last, last.epoch == epoch, startOffset >= last.startOffset { return false }
        while let last = entries.last, last.epoch >= epoch || last.startOffset >= startOffset { entries.removeLast() }
        entries.append(Entry(epoch: epoch, startOffset: startOffset))
        return true
    }

    /// Drops epochs that begin at or above `offset`. Says whether anything changed.
    @discardableResult
    public mutating func truncate(to offset: Int64) -> Bool {
        let kept = entries.prefix { $0.startOffset < offset }.count
        guard kept < entries.count else { return false }
        entries.removeLast(entries.count - kept)
        return true
    }

    /// Drops what lies wholly below `offset`; the epoch of that offset now begins there. Says whether anything changed.
    @discardableResult
    public mutating func trim(below offset: Int64) -> Bool {
        let below = entries.prefix { $0.startOffset <= offset }.count
        guard below > 0, below > 1 || entries[0].startOffset < offset else { return false }
        let epoch = entries[below - 1].epoch
        entries.replaceSubrange(0..<below, with: [Entry(epoch: epoch, startOffset: offset)])
        return true
    }

    /// The end of `epoch` as this log knows it, with the epoch that it belongs to; `nil` for an epoch that is newer
    /// than all, or −1 (KIP-101, KIP-279).
    public func endOffset(for epoch: Int32, logEndOffset: Int64) -> (epoch: Int32, endOffset: Int64)? {
        guard epoch >= 0, let last = entries.last, epoch <= last.epoch else { return nil }
        if epoch == last.epoch { return (epoch, logEndOffset) }
        let above = index(above: epoch)
        return (above == 0 ? epoch : entries[above - 1].epoch, entries[above].startOffset)
    }

    /// The epoch in which `offset` was written, if it is known. O(log n).
    public func epoch(of offset: Int64) -> Int32? {
        index(of: offset).map { entries[$0].epoch }
    }

    /// The entry to which `offset` belongs. O(log n).
    func index(of offset: Int64) -> Int? {
        var range = 0..<entries.count
        while !range.isEmpty {
            let middle = (range.lowerBound + range.upperBound) / 2
            if entries[middle].startOffset <= offset {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound > 0 ? range.lowerBound - 1 : nil
    }

    private func index(above epoch: Int32) -> Int {
        entries.firstIndex { $0.epoch > epoch } ?? entries.count
    }
}
