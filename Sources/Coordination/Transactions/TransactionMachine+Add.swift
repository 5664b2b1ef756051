import KafkaProtocol

/// AddPartitionsToTxn, AddOffsetsToTxn, and what producers write without having said so.
extension TransactionMachine {
    func add(_ request: TransactionAddition, _ token: UInt64) -> TransactionDecision {
        guard let transaction = transactions[request.transactionalID] else { return .refuse(.invalidProducerIDMapping) }
        let metadata = transaction.metadata
        guard metadata.producerID == request.producerID else { return .refuse(.invalidProducerIDMapping) }
        guard metadata.producerEpoch == request.producerEpoch else { return .refuse(.producerFenced) }
        if request.isVerification {
            // What is pending doesn't count: the append that follows is checked once more.
            if metadata.state.isPrepared { return .refuse(.concurrentTransactions) }
            return .answer(
                .added(.noError, missing: request.partitions.filter { !metadata.partitions.contains($0) }))
        }
        if transaction.pending != nil || metadata.state.isPrepared { return .refuse(.concurrentTransactions) }
        if metadata.state == .ongoing, metadata.partitions.isSuperset(of: request.partitions) {
            return .answer(.added(.noError, missing: []))
        }
        let next = metadata.adding(
            Set(request.partitions), clientVersion: request.clientVersion, at: wallClock)
        return .change(transaction, to: next, .added(token))
    }
}
