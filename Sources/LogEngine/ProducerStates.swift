import Records

/// The producers of a partition: duplicates and gaps are found here, and where the oldest undecided transaction begins.
///
/// Changes since the last ``settle()`` can be taken back, because a batch is admitted before it is written.
package struct ProducerStates {
    /// What became of a batch.
    package enum Admission: Equatable {
        case admitted(CompletedTransaction?)
        /// It is here already, as this batch.
        case duplicate(ProducerBatch)
    }

    private struct Change {
        var producerID: Int64
        var previous: ProducerEntry?
        var completedATransaction: Bool
    }

    private var entries: [Int64: ProducerEntry] = [:]
    /// Open transactions by first offset.
    private var ongoing: [(firstOffset: Int64, producerID: Int64)] = []
    /// Transactions whose marker isn't known to be below the high watermark, in order of their markers.
    private var undecided: [CompletedTransaction] = []
    private var changes: [Change] = []

    package init() {}

    package var count: Int { entries.count }

    /// All producers by ascending id, as a snapshot has them.
    package var sorted: [ProducerEntry] { entries.values.sorted { $0.producerID < $1.producerID } }

    package subscript(producerID: Int64) -> ProducerEntry? { entries[producerID] }

    /// Where a producer's last data batch ends, −1 when none is known, and its epoch.
    struct LastOffset {
        var offset: Int64
        var epoch: Int16
    }

    /// What compaction has to keep of each producer.
    var lastOffsets: [Int64: LastOffset] {
        entries.mapValues { LastOffset(offset: $0.lastOffset, epoch: $0.epoch) }
    }

    /// The first offset that a read-committed reader can't have yet: of the oldest transaction that is open, or whose
    /// marker isn't below the high watermark. O(ongoing completed ones).
    package var firstUnstableOffset: Int64? {
        let completed = undecided.lazy.map(\.firstOffset).min()
        guard let open = ongoing.first?.firstOffset else { return completed }
        return completed.map { min($0, open) } ?? open
    }

    // MARK: Batches

    /// Checks a batch and, if it may be appended, takes it in.
    package mutating func admit(_ append: ProducerAppend, origin: AppendOrigin) throws(LogError) -> Admission {
        let previous = entries[append.producerID]
        var entry = previous ?? ProducerEntry(producerID: append.producerID)
        switch append.content {
        case .data(let firstSequence, let isTransactional):
            if origin == .client, let duplicate = duplicate(append, firstSequence, of: entry) {
                return .duplicate(duplicate)
            }
            try check(append, firstSequence, isTransactional, against: entry, origin)
            entry.add(
                ProducerBatch(
                    lastSequence: append.lastSequence(from: firstSequence),
                    offsetDelta: append.lastOffsetDelta, lastOffset: append.lastOffset,
                    timestamp: append.maxTimestamp),
                epoch: append.epoch)
            if isTransactional, entry.currentTransactionFirstOffset < 0 {
                entry.currentTransactionFirstOffset = append.firstOffset
                open(append.firstOffset, append.producerID)
            }
            changes.append(Change(producerID: append.producerID, previous: previous, completedATransaction: false))
            entries[append.producerID] = entry
            return .admitted(nil)
        case .marker(let marker):
            try checkEpoch(append, against: entry, origin)
            if marker.coordinatorEpoch < entry.coordinatorEpoch, origin != .replication {
                throw .transactionCoordinatorFenced(
                    producerID: append.producerID, stored: entry.coordinatorEpoch, found: marker.coordinatorEpoch)
            }
            return .admitted(complete(append, marker, entry, previous))
        }
    }

    private mutating func complete(
        _ append: ProducerAppend, _ marker: ProducerAppend.Marker, _ current: ProducerEntry, _ previous: ProducerEntry?
    ) -> CompletedTransaction? {
        var entry = current
        var completed: CompletedTransaction?
        if entry.currentTransactionFirstOffset >= 0 {
            let transaction = CompletedTransaction(
                producerID: append.producerID, firstOffset: entry.currentTransactionFirstOffset,
                lastOffset: append.lastOffset, isAbort: marker.isAbort)
            close(transaction.firstOffset)
            undecided.append(transaction)
            completed = transaction
        }
        entry.adopt(epoch: append.epoch)
        entry.coordinatorEpoch = marker.coordinatorEpoch
        entry.lastTimestamp = append.maxTimestamp
        entry.currentTransactionFirstOffset = -1
        changes.append(
            Change(producerID: append.producerID, previous: previous, completedATransaction: completed != nil))
        entries[append.producerID] = entry
        return completed
    }

    private func duplicate(
        _ append: ProducerAppend, _ firstSequence: Int32, of entry: ProducerEntry
    ) -> ProducerBatch? {
        guard append.epoch == entry.epoch, firstSequence >= 0 else { return nil }
        return entry.duplicate(
            firstSequence: firstSequence, lastSequence: append.lastSequence(from: firstSequence))
    }

    private func check(
        _ append: ProducerAppend, _ firstSequence: Int32, _ isTransactional: Bool, against entry: ProducerEntry,
        _ origin: AppendOrigin
    ) throws(LogError) {
        try checkEpoch(append, against: entry, origin)
        if origin == .client, entry.epoch != -1 {
            let expected = append.epoch == entry.epoch ? SequenceNumber.increment(entry.lastSequence, by: 1) : 0
            guard firstSequence == expected else {
                throw .outOfOrderSequence(producerID: append.producerID, expected: expected, found: firstSequence)
            }
        }
        if entry.currentTransactionFirstOffset >= 0, !isTransactional, origin != .replication {
            throw .invalidTransactionState(producerID: append.producerID)
        }
    }

    private func checkEpoch(
        _ append: ProducerAppend, against entry: ProducerEntry, _ origin: AppendOrigin
    ) throws(LogError) {
        guard append.epoch < entry.epoch, origin != .replication else { return }
        throw .invalidProducerEpoch(producerID: append.producerID, stored: entry.epoch, found: append.epoch)
    }

    /// Where read-committed readers stand once `completed` is decided.
    package func lastStableOffset(after completed: CompletedTransaction) -> Int64 {
        ongoing.first { $0.producerID != completed.producerID }?.firstOffset ?? completed.lastOffset + 1
    }

    /// Forgets the transactions whose markers are below the high watermark.
    package mutating func release(below highWatermark: Int64) {
        guard let first = undecided.first, first.lastOffset < highWatermark else { return }
        undecided.removeAll { $0.lastOffset < highWatermark }
    }

    // MARK: Taking back

    /// What was admitted so far is written.
    package mutating func settle() { changes.removeAll(keepingCapacity: true) }

    /// Takes back what was admitted since the last ``settle()``.
    package mutating func rollBack() {
        while let change = changes.popLast() {
            if change.completedATransaction { undecided.removeLast() }
            let now = entries[change.producerID]?.currentTransactionFirstOffset ?? -1
            let before = change.previous?.currentTransactionFirstOffset ?? -1
            if now != before {
                if now >= 0 { close(now) }
                if before >= 0 { open(before, change.producerID) }
            }
            entries[change.producerID] = change.previous
        }
    }

    // MARK: Loading and forgetting

    /// Takes in an entry of a snapshot.
    package mutating func load(_ entry: ProducerEntry) {
        entries[entry.producerID] = entry
        if entry.currentTransactionFirstOffset >= 0 { open(entry.currentTransactionFirstOffset, entry.producerID) }
    }

    package static func isExpired(_ entry: ProducerEntry, now: Int64, after milliseconds: Int64) -> Bool {
        entry.currentTransactionFirstOffset < 0
            && now.subtractingReportingOverflow(entry.lastTimestamp).partialValue
                >= milliseconds
    }

    /// Forgets producers that wrote nothing for `milliseconds` and have no transaction open.
    package mutating func expire(now: Int64, after milliseconds: Int64) {
        settle()
        for entry in entries.values where Self.isExpired(entry, now: now, after: milliseconds) {
            entries[entry.producerID] = nil
        }
    }

    private mutating func open(_ firstOffset: Int64, _ producerID: Int64) {
        let index = ongoing.lastIndex { $0.firstOffset < firstOffset }.map { $0 + 1 } ?? 0
        ongoing.insert((firstOffset, producerID), at: index)
    }

    private mutating func close(_ firstOffset: Int64) {
        if let index = ongoing.firstIndex(where: { $0.firstOffset == firstOffset }) { ongoing.remove(at: index) }
    }
}
