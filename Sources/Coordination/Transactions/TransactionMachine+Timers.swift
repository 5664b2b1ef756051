import KafkaProtocol

/// What a ``TransactionMachine`` waits for by the clock.
enum TransactionTimer: Hashable {
    /// Transactions that are open for too long are looked for.
    case timeouts
    /// Ids that nobody uses any more are looked for.
    case expiry
    /// The last record of a transaction couldn't be written.
    case completion(String)
}

extension TransactionMachine {
    /// Does what is due.
    package func tick(at moment: Moment, _ effects: inout [TransactionEffect]) {
        guard !isGone else { return }
        self.moment = moment
        while let timer = timers.popDue(at: moment.monotonicMilliseconds) {
            switch timer {
            case .timeouts: abortTimedOut()
            case .expiry: expireIDs()
            case .completion(let id):
                if let transaction = transactions[id], transaction.metadata.state.isPrepared { complete(transaction) }
            }
        }
        release(into: &effects)
    }

    /// Never now: a timer that is due at once could otherwise be set for ever within one tick.
    func after(_ milliseconds: UInt64) -> UInt64 {
        let (due, overflow) = moment.monotonicMilliseconds.addingReportingOverflow(max(milliseconds, 1))
        return overflow ? .max : due
    }

    func watchTimeouts() {
        guard timers.deadline(of: .timeouts) == nil else { return }
        timers.schedule(.timeouts, at: after(config.abortIntervalMilliseconds))
    }

    func watchExpiry() {
        guard timers.deadline(of: .expiry) == nil else { return }
        timers.schedule(.expiry, at: after(config.expirationIntervalMilliseconds))
    }

    private func abortTimedOut() {
        let open = transactions.values.filter { $0.metadata.state == .ongoing }.sorted { $0.id < $1.id }
        if !open.isEmpty { watchTimeouts() }
        for transaction in open where transaction.pending == nil && transaction.metadata.isTimedOut(at: wallClock) {
            guard case .change(_, let next, let outcome) = fence(transaction, .timeout) else { continue }
            change(transaction, to: next, outcome)
        }
    }

    private func expireIDs() {
        if !transactions.isEmpty { watchExpiry() }
        let expired = transactions.values.filter {
            $0.pending == nil && $0.metadata.state.isAtRest
                && $0.metadata.lastUpdateTimestamp
                    <= wallClock.subtractingReportingOverflow(
                        config.expirationMilliseconds
                    ).partialValue
        }.sorted { $0.id < $1.id }
        var writer = RecordWriter()
        var changes: [(transaction: Transaction, next: TransactionMetadata?)] = []
        var bytes = 0
        for transaction in expired {
            guard (try? writer.add(TransactionLogKey { $0.transactionalID = transaction.id })) != nil else { continue }
            transaction.pending = .dead
            changes.append((transaction, nil))
            bytes += transaction.id.utf8.count
            guard bytes >= Limits.tombstoneBytes else { continue }
            send(writer.finish(), PendingChange(changes: changes, outcome: .expired))
            writer = RecordWriter()
            changes = []
            bytes = 0
        }
        if !changes.isEmpty { send(writer.finish(), PendingChange(changes: changes, outcome: .expired)) }
    }
}

extension TransactionMetadata {
    fileprivate func isTimedOut(at now: Int64) -> Bool {
        startTimestamp.addingReportingOverflow(Int64(timeoutMilliseconds)).partialValue < now
    }
}
