package import Records

/// Follows transactions while compaction walks through a log from its beginning: data of aborted ones goes, and a
/// marker may go once nothing of its transaction is left.
package struct CleanedTransactions {
    private struct Aborted {
        var transaction: AbortedTransaction
        var hasData = false
    }

    /// Producers with data of a transaction whose marker is still to come.
    private var committed: Set<Int64> = []
    private var aborted: [Int64: Aborted] = [:]
    /// Aborted transactions that the walk hasn't reached, the next one last.
    private var waiting: [AbortedTransaction] = []

    package init() {}

    /// Whether data was seen of a transaction whose marker wasn't.
    package var hasUnended: Bool { !committed.isEmpty || !aborted.isEmpty }

    /// Takes in what the index says of the stretch that is walked next.
    package mutating func add(_ transactions: [AbortedTransaction]) {
        guard !transactions.isEmpty else { return }
        waiting += transactions
        waiting.sort { $0.firstOffset > $1.firstOffset }
    }

    /// Whether a data batch belongs to an aborted transaction.
    package mutating func data(_ header: RecordBatchHeader) -> Bool {
        reach(header.lastOffset)
        guard header.attributes.isTransactional else { return false }
        guard aborted[header.producerID] != nil else {
            committed.insert(header.producerID)
            return false
        }
        aborted[header.producerID]?.hasData = true
        return true
    }

    /// Whether a control batch may go, and the index entry that stays with it when it ends an aborted transaction whose
    /// data was seen.
    ///
    /// - Parameter kind: of its record; `nil` when it has none any more.
    package mutating func control(
        _ header: RecordBatchHeader, _ kind: ControlRecord?
    ) -> (isDisposable: Bool, entry: AbortedTransaction?) {
        reach(header.lastOffset)
        switch kind {
        case .abort:
            guard let ended = aborted.removeValue(forKey: header.producerID), ended.hasData else { return (true, nil) }
            return (false, ended.transaction)
        case .commit: return (committed.remove(header.producerID) == nil, nil)
        case nil: return (header.recordsCount == 0, nil)
        default: return (false, nil)
        }
    }

    private mutating func reach(_ offset: Int64) {
        while let next = waiting.last, next.firstOffset <= offset {
            waiting.removeLast()
            if aborted[next.producerID] == nil { aborted[next.producerID] = Aborted(transaction: next) }
        }
    }
}
