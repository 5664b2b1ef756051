import KafkaProtocol

/// InitProducerId: a producer begins under its transactional id, and shuts out whoever had it before.
extension TransactionMachine {
    func initialize(_ request: TransactionInitialization, _ token: UInt64, _ freshID: Int64?) -> TransactionDecision {
        let timeout = request.timeoutMilliseconds
        guard timeout > 0, timeout <= config.maximumTimeoutMilliseconds else {
            return .refuse(.invalidTransactionTimeout)
        }
        guard let transaction = transactions[request.transactionalID] else {
            guard let freshID else { return .needsProducerID }
            let created = Transaction(
                request.transactionalID,
                TransactionMetadata(producerID: freshID, timeoutMilliseconds: timeout, lastUpdateTimestamp: wallClock))
            transactions[request.transactionalID] = created
            watchExpiry()
            return begin(created, request, token, nil)
        }
        return begin(transaction, request, token, freshID)
    }

    private func begin(
        _ transaction: Transaction, _ request: TransactionInitialization, _ token: UInt64, _ freshID: Int64?
    ) -> TransactionDecision {
        let metadata = transaction.metadata
        if transaction.pending != nil { return .refuse(.concurrentTransactions) }
        if let expected = request.expected, !metadata.mayBe(expected) { return .refuse(.producerFenced) }
        switch metadata.state {
        case .prepareCommit, .prepareAbort, .dead, .prepareEpochFence:
            return .refuse(.concurrentTransactions)
        case .ongoing:
            // Told to come back: then nothing is open, and the epoch goes up once more.
            return fence(transaction, .initialization(token))
        case .empty, .completeCommit, .completeAbort:
            let timeout = request.timeoutMilliseconds
            let expected = request.expected
            if metadata.isEpochExhausted, expected == nil || expected?.producerEpoch == metadata.producerEpoch {
                guard let freshID else { return .needsProducerID }
                let next = metadata.rotated(
                    to: freshID, timeout: timeout, remembersEpoch: expected != nil, at: wallClock)
                return .change(transaction, to: next, .initialized(token))
            }
            guard
                let next = metadata.incremented(
                    timeout: timeout, expectedEpoch: expected?.producerEpoch, at: wallClock)
            else { return .refuse(.producerFenced) }
            return .change(transaction, to: next, .initialized(token))
        }
    }

    /// Aborts what is open, with an epoch that its producer doesn't have.
    func fence(_ transaction: Transaction, _ reason: FenceReason) -> TransactionDecision {
        let epoch = transaction.metadata.producerEpoch
        let fence = transaction.hasFailedFence || epoch == .max ? epoch : epoch + 1
        let next = transaction.metadata.prepared(
            isCommit: false, fence: fence, clientVersion: transactionVersion, nextProducerID: -1, at: wallClock)
        return .change(transaction, to: next, .fenced(reason))
    }
}

extension TransactionMetadata {
    /// Whether a producer of this id and epoch may go on: the present one, or the one before whose epochs are used up
    /// (a retry of the request that gave it a new id). The epoch is looked at later.
    fileprivate func mayBe(_ producer: (producerID: Int64, producerEpoch: Int16)) -> Bool {
        producerEpoch == -1 || producer.producerID == producerID
            || producer.producerID == previousProducerID && Self.isExhausted(producer.producerEpoch)
    }
}
