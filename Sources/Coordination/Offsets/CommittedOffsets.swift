import Bytes

/// Everything a coordinator knows about offsets: those that are committed, those of transactions that are still open,
/// and what is on its way to the log.
///
/// Readers see only what has been appended; whoever decides about writing also sees what will be.
struct CommittedOffsets {
    struct Change: Equatable {
        let key: OffsetKey
        /// Nil deletes.
        let offset: CommittedOffset?
    }

    private(set) var committed = OffsetTable()
    /// By producer id, until the transaction's marker.
    private(set) var pending: [Int64: OffsetTable] = [:]
    /// Producers with an open transaction that holds offsets of the group.
    private(set) var openTransactions: [String: Set<Int64>] = [:]
    /// The last change of a key that isn't appended yet, and the append it is in.
    private var inFlight: [OffsetKey: (append: UInt64, offset: CommittedOffset?)] = [:]

    // MARK: Appending

    mutating func sent(_ changes: [Change], in append: UInt64) {
        for change in changes { inFlight[change.key] = (append, change.offset) }
    }

    /// The append is over, well or badly.
    mutating func landed(_ changes: [Change], in append: UInt64) {
        for change in changes where inFlight[change.key]?.append == append { inFlight[change.key] = nil }
    }

    // MARK: Replaying

    /// `producerID` is −1 outside of a transaction.
    mutating func replay(_ change: Change, recordOffset: Int64, producerID: Int64) {
        let key = change.key
        guard var offset = change.offset else {
            committed.remove(key)
            for producer in openTransactions[key.groupID] ?? [] { pending[producer]?.remove(key) }
            return
        }
        offset.recordOffset = recordOffset
        if producerID < 0 {
            committed.set(offset, for: key)
        } else {
            pending[producerID, default: OffsetTable()].set(offset, for: key)
            openTransactions[key.groupID, default: []].insert(producerID)
        }
    }

    /// The end of a transaction. An offset that was committed plainly after the transaction's record stays.
    mutating func replayMarker(producerID: Int64, isCommit: Bool) {
        guard let table = pending.removeValue(forKey: producerID) else { return }
        for groupID in openTransactions.filter({ $0.value.contains(producerID) }).keys {
            openTransactions[groupID]?.remove(producerID)
            if openTransactions[groupID]?.isEmpty == true { openTransactions[groupID] = nil }
        }
        guard isCommit else { return }
        for groupID in table.groups.keys {
            for key in table.keys(ofGroup: groupID) {
                guard let offset = table[key], offset.recordOffset > committed[key]?.recordOffset ?? -1 else {
                    continue
                }
                committed.set(offset, for: key)
            }
        }
    }

    // MARK: Asking

    func hasPendingTransaction(_ key: OffsetKey) -> Bool {
        openTransactions[key.groupID]?.contains { pending[$0]?[key] != nil } ?? false
    }

    /// Whether there is anything to delete, counting what is on its way.
    func exists(_ key: OffsetKey) -> Bool {
        if let last = inFlight[key] { return last.offset != nil }
        return committed[key] != nil || hasPendingTransaction(key)
    }

    func isInFlight(_ key: OffsetKey) -> Bool { inFlight[key] != nil }

    var groupsInFlight: Set<String> { Set(inFlight.keys.map(\.groupID)) }

    /// All keys of a group that exist, in order. O(n log n + appends in flight)
    func existingKeys(ofGroup groupID: String) -> [OffsetKey] {
        var keys = Set(committed.keys(ofGroup: groupID))
        for producer in openTransactions[groupID] ?? [] {
            keys.formUnion(pending[producer]?.keys(ofGroup: groupID) ?? [])
        }
        keys.formUnion(inFlight.keys.filter { $0.groupID == groupID })
        return keys.filter(exists).sorted()
    }

    /// All keys with offsets that may be meant for the topic, in order. O(groups + n log n + appends in flight)
    func existingKeys(ofTopic topic: String, id: UUID) -> [OffsetKey] {
        var keys = Set(committed.keys(ofTopic: topic))
        for table in pending.values { keys.formUnion(table.keys(ofTopic: topic)) }
        keys.formUnion(inFlight.keys.filter { $0.topic == topic })
        return keys.filter { exists($0) && present($0).contains { $0.isMeant(for: id) } }.sorted()
    }

    /// What a key stands for: committed and in open transactions, or the last of what is on its way.
    private func present(_ key: OffsetKey) -> [CommittedOffset] {
        if let last = inFlight[key] { return last.offset.map { [$0] } ?? [] }
        let unfinished = (openTransactions[key.groupID] ?? []).compactMap { self.pending[$0]?[key] }
        return (committed[key].map { [$0] } ?? []) + unfinished
    }
}
