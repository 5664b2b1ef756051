import Bytes
package import KafkaProtocol

/// A change on its way to the log.
struct PendingChange {
    /// By id: one, but for ids that expire together.
    var changes: [(transaction: Transaction, next: TransactionMetadata?)]
    var outcome: ChangeOutcome
}

/// What is to be done when a change is in the log.
enum ChangeOutcome {
    case initialized(UInt64)
    case added(UInt64)
    case ended(UInt64)
    case fenced(FenceReason)
    case completed
    case expired
}

/// Why the coordinator aborts by itself.
enum FenceReason {
    /// Another producer begins under the same id; the token of its request.
    case initialization(UInt64)
    case timeout
}

extension TransactionMachine {
    /// Sends a change off.
    func change(_ transaction: Transaction, to next: TransactionMetadata, _ outcome: ChangeOutcome) {
        let version: Int16 = transactionVersion >= 1 ? 1 : 0
        var writer = RecordWriter()
        do {
            try writer.add(
                TransactionLogKey { $0.transactionalID = transaction.id }, next.value(version: version),
                version: version)
        } catch {
            // A name of the client's that doesn't fit a record.
            if transaction.metadata.producerEpoch == -1 { transactions[transaction.id] = nil }
            return fail(outcome, .unknownServerError)
        }
        transaction.pending = next.state
        send(writer.finish(), PendingChange(changes: [(transaction, next)], outcome: outcome))
    }

    func send(_ records: [CoordinatorRecord], _ change: PendingChange) {
        lastAppend += 1
        appends[lastAppend] = change
        outbox.append(.append(id: lastAppend, records: records))
    }

    /// The append is in the log for good.
    package func appended(_ id: UInt64, at moment: Moment, _ effects: inout [TransactionEffect]) {
        self.moment = moment
        guard let change = appends.removeValue(forKey: id) else { return }
        for (transaction, next) in change.changes {
            transaction.pending = nil
            if let next {
                transaction.metadata = next
            } else {
                transactions[transaction.id] = nil
            }
        }
        if let transaction = change.changes.first?.transaction { settle(change.outcome, transaction) }
        release(into: &effects)
    }

    /// The append is not in the log and never will be.
    package func appendFailed(
        _ id: UInt64, _ error: KafkaError, at moment: Moment, _ effects: inout [TransactionEffect]
    ) {
        self.moment = moment
        guard let change = appends.removeValue(forKey: id) else { return }
        for (transaction, next) in change.changes {
            if case .completed = change.outcome {
                // The partitions know: only this is missing, and is tried until it succeeds.
                timers.schedule(.completion(transaction.id), at: after(Limits.completionRetryMilliseconds))
                continue
            }
            transaction.pending = nil
            if case .fenced = change.outcome, let next {
                transaction.hasFailedFence = true
                transaction.metadata.producerEpoch = next.fence
                transaction.metadata.lastProducerEpoch = -1
            }
            // A newcomer whose first record wasn't written.
            if transaction.metadata.producerEpoch == -1 { transactions[transaction.id] = nil }
        }
        fail(change.outcome, GroupMachine.answer(toAppendFailure: error))
        release(into: &effects)
    }

    private func settle(_ outcome: ChangeOutcome, _ transaction: Transaction) {
        let metadata = transaction.metadata
        switch outcome {
        case .initialized(let token):
            reply(token, .producer(.noError, id: metadata.producerID, epoch: metadata.producerEpoch))
        case .added(let token):
            watchTimeouts()
            reply(token, .added(.noError, missing: []))
        case .ended(let token):
            let (id, epoch) = metadata.successor
            reply(token, .producer(.noError, id: id, epoch: epoch))
            beginMarkers(transaction)
        case .fenced(let reason):
            transaction.hasFailedFence = false
            if case .initialization(let token) = reason {
                reply(token, .producer(.concurrentTransactions, id: -1, epoch: -1))
            }
            beginMarkers(transaction)
        case .completed, .expired: break
        }
    }

    func fail(_ outcome: ChangeOutcome, _ error: KafkaError) {
        switch outcome {
        case .initialized(let token), .ended(let token), .fenced(.initialization(let token)):
            reply(token, .producer(error, id: -1, epoch: -1))
        case .added(let token): reply(token, .added(error, missing: []))
        case .fenced(.timeout): watchTimeouts()
        case .completed, .expired: break
        }
    }

    // MARK: Markers

    /// Has all partitions told how the transaction ended.
    func beginMarkers(_ transaction: Transaction) {
        let metadata = transaction.metadata
        transaction.pending = metadata.completed(at: wallClock).state
        guard !metadata.partitions.isEmpty else { return complete(transaction) }
        lastMarkers += 1
        transaction.markers = lastMarkers
        outbox.append(
            .writeMarkers(
                TransactionMarkers(
                    transactionalID: transaction.id, number: lastMarkers, producerID: metadata.producerID,
                    producerEpoch: metadata.producerEpoch, isCommit: metadata.state == .prepareCommit,
                    partitions: metadata.partitions.sorted())))
    }

    /// All partitions know, or are gone.
    package func markersWritten(_ markers: TransactionMarkers, at moment: Moment, _ effects: inout [TransactionEffect])
    {
        self.moment = moment
        guard !isGone, let transaction = transactions[markers.transactionalID], transaction.markers == markers.number
        else { return }
        transaction.markers = 0
        complete(transaction)
        release(into: &effects)
    }

    func complete(_ transaction: Transaction) {
        change(transaction, to: transaction.metadata.completed(at: wallClock), .completed)
    }
}

extension TransactionMetadata {
    /// The epoch that was to fence the producer, of metadata prepared with one.
    fileprivate var fence: Int16 { clientVersion >= 2 ? lastProducerEpoch : producerEpoch }
}
