import KafkaProtocol

/// EndTxn. Its answer comes when the decision is stored, before any partition knows of it.
extension TransactionMachine {
    func end(_ request: TransactionEnd, _ token: UInt64, _ freshID: Int64?) -> TransactionDecision {
        guard let transaction = transactions[request.transactionalID] else { return .refuse(.invalidProducerIDMapping) }
        let metadata = transaction.metadata
        let bumps = request.clientVersion >= 2
        let isRetry = bumps && metadata.isAfter(request)
        guard metadata.producerID == request.producerID || isRetry && metadata.hasRotated(from: request) else {
            return .refuse(.invalidProducerIDMapping)
        }
        guard bumps ? metadata.fits(request, isRetry: isRetry) : metadata.producerEpoch == request.producerEpoch else {
            return .refuse(.producerFenced)
        }
        if transaction.pending != nil { return .refuse(.concurrentTransactions) }
        switch metadata.state {
        case .ongoing:
            return prepare(transaction, request, token, freshID)
        case .prepareCommit, .prepareAbort:
            let isSame = (metadata.state == .prepareCommit) == request.isCommit
            return .refuse(isSame ? .concurrentTransactions : .invalidTxnState)
        case .completeCommit, .completeAbort, .empty:
            if !bumps || isRetry {
                guard metadata.state == (request.isCommit ? .completeCommit : .completeAbort) else {
                    return .refuse(.invalidTxnState)
                }
                return .answer(.producer(.noError, id: metadata.producerID, epoch: metadata.producerEpoch))
            }
            // Nothing is open as far as we know, but a write may be on its way that the client never heard of.
            return request.isCommit ? .refuse(.invalidTxnState) : prepare(transaction, request, token, freshID)
        case .dead, .prepareEpochFence:
            return .refuse(.concurrentTransactions)
        }
    }

    private func prepare(
        _ transaction: Transaction, _ request: TransactionEnd, _ token: UInt64, _ freshID: Int64?
    ) -> TransactionDecision {
        var nextID: Int64 = -1
        if request.clientVersion >= 2, transaction.metadata.isEpochExhausted {
            guard let freshID else { return .needsProducerID }
            nextID = freshID
        }
        let next = transaction.metadata.prepared(
            isCommit: request.isCommit, fence: nil, clientVersion: request.clientVersion, nextProducerID: nextID,
            at: wallClock)
        return .change(transaction, to: next, .ended(token))
    }
}

extension TransactionMetadata {
    /// Whether the transaction that the request ends has ended already, with the next epoch, or the next producer id.
    fileprivate func isAfter(_ request: TransactionEnd) -> Bool {
        request.producerEpoch < .max && producerEpoch == request.producerEpoch + 1 || hasRotated(from: request)
    }

    fileprivate func hasRotated(from request: TransactionEnd) -> Bool {
        previousProducerID == request.producerID && request.producerEpoch == Self.lastUsableEpoch && producerEpoch == 0
    }

    /// With an epoch for each transaction, the same epoch means the next end, not the last one's again.
    fileprivate func fits(_ request: TransactionEnd, isRetry: Bool) -> Bool {
        switch state {
        case .ongoing, .empty, .dead, .prepareEpochFence: producerEpoch == request.producerEpoch
        case .prepareCommit, .prepareAbort: isRetry
        case .completeCommit, .completeAbort: isRetry || producerEpoch == request.producerEpoch
        }
    }
}
