import Bytes
import KafkaProtocol

/// What is known of a transactional id: who its producer is, and its present or last transaction.
struct TransactionMetadata: Equatable {
    /// Epochs above are never given to a producer, so that there is always one left to fence it with.
    static let lastUsableEpoch = Int16.max - 1

    var producerID: Int64
    /// The one before the last change.
    var previousProducerID: Int64 = -1
    /// That which the producer goes on with once the transaction is complete: its epochs are used up. −1: the same.
    var nextProducerID: Int64 = -1
    /// −1 until the producer's first epoch is stored.
    var producerEpoch: Int16 = -1
    /// The epoch before the last bump, if the producer that bumped it had it: a retry is known by it. In memory only.
    var lastProducerEpoch: Int16 = -1
    var timeoutMilliseconds: Int32
    var state = TransactionState.empty
    var partitions: Set<TransactionPartition> = []
    /// Milliseconds since 1970; −1: no transaction yet.
    var startTimestamp: Int64 = -1
    var lastUpdateTimestamp: Int64
    /// The version of the transactions' protocol that the transaction's client speaks (KIP-890): 2 bumps the epoch with
    /// each transaction.
    var clientVersion: Int16 = 0

    var isEpochExhausted: Bool { Self.isExhausted(producerEpoch) }

    static func isExhausted(_ epoch: Int16) -> Bool { epoch >= lastUsableEpoch }

    /// The metadata as they begin to change.
    private func changing(to state: TransactionState, at timestamp: Int64) -> TransactionMetadata {
        var next = self
        next.state = state
        next.previousProducerID = producerID
        next.lastUpdateTimestamp = timestamp
        return next
    }

    // MARK: Changes

    /// A producer begins, or begins again: nil when the epoch it says it has is neither the present one nor the one
    /// before.
    func incremented(timeout: Int32, expectedEpoch: Int16?, at timestamp: Int64) -> TransactionMetadata? {
        var next = changing(to: .empty, at: timestamp)
        next.nextProducerID = -1
        next.timeoutMilliseconds = timeout
        next.partitions = []
        next.startTimestamp = -1
        guard let expectedEpoch else {
            next.producerEpoch = producerEpoch &+ 1
            next.lastProducerEpoch = -1
            return next
        }
        if producerEpoch == -1 || expectedEpoch == producerEpoch {
            next.producerEpoch = producerEpoch &+ 1
            next.lastProducerEpoch = producerEpoch
        } else if expectedEpoch != lastProducerEpoch {
            return nil
        }
        return next
    }

    /// A producer whose epochs are used up goes on under a new id.
    func rotated(to newID: Int64, timeout: Int32, remembersEpoch: Bool, at timestamp: Int64) -> TransactionMetadata {
        var next = changing(to: .empty, at: timestamp)
        next.producerID = newID
        next.nextProducerID = -1
        next.producerEpoch = 0
        next.lastProducerEpoch = remembersEpoch ? producerEpoch : -1
        next.timeoutMilliseconds = timeout
        next.partitions = []
        next.startTimestamp = -1
        return next
    }

    func adding(_ added: Set<TransactionPartition>, clientVersion: Int16, at timestamp: Int64) -> TransactionMetadata {
        var next = changing(to: .ongoing, at: timestamp)
        next.partitions.formUnion(added)
        if state != .ongoing { next.startTimestamp = timestamp }
        next.clientVersion = clientVersion
        return next
    }

    /// - Parameters:
    ///   - fence: the epoch that shuts the present producer out, when it is the coordinator that aborts.
    ///   - nextProducerID: −1 where the producer keeps its id.
    func prepared(
        isCommit: Bool, fence: Int16?, clientVersion: Int16, nextProducerID: Int64, at timestamp: Int64
    ) -> TransactionMetadata {
        var next = changing(to: isCommit ? .prepareCommit : .prepareAbort, at: timestamp)
        if let fence {
            next.producerEpoch = fence
            next.lastProducerEpoch = -1
        }
        if clientVersion >= 2 {
            next.lastProducerEpoch = next.producerEpoch
            // A fence may have taken the last one.
            if next.producerEpoch < .max { next.producerEpoch += 1 }
        }
        if state != .ongoing { next.startTimestamp = timestamp }  // an abort of nothing
        next.nextProducerID = nextProducerID
        next.clientVersion = clientVersion
        return next
    }

    func completed(at timestamp: Int64) -> TransactionMetadata {
        var next = changing(to: state == .prepareCommit ? .completeCommit : .completeAbort, at: timestamp)
        if clientVersion >= 2, nextProducerID != -1 {
            next.producerID = nextProducerID
            next.producerEpoch = 0
        }
        next.nextProducerID = -1
        next.partitions = []
        return next
    }

    /// What the producer goes on with after the transaction's end.
    var successor: (producerID: Int64, producerEpoch: Int16) {
        nextProducerID == -1 ? (producerID, producerEpoch) : (nextProducerID, 0)
    }
}

// MARK: - As it is stored

extension TransactionMetadata {
    /// Throws for a state that can't be stored.
    init(_ value: TransactionLogValue) throws(CodingError) {
        guard let state = TransactionState(rawValue: value.transactionStatus), state != .dead,
            state != .prepareEpochFence
        else { throw CodingError(position: 0, field: "transactionStatus", reason: .absentInVersion(1)) }
        self.init(
            producerID: value.producerID, previousProducerID: value.previousProducerID,
            nextProducerID: value.nextProducerID, producerEpoch: value.producerEpoch,
            timeoutMilliseconds: value.transactionTimeoutMilliseconds, state: state,
            startTimestamp: value.transactionStartTimestampMilliseconds,
            lastUpdateTimestamp: value.transactionLastUpdateTimestampMilliseconds,
            clientVersion: value.clientTransactionVersion)
        guard state != .empty else { return }
        for topic in value.transactionPartitions ?? [] {
            for partition in topic.partitionIDs { partitions.insert(TransactionPartition(topic.topic, partition)) }
        }
    }

    /// - Parameter version: of the record; 0 has no place for what transactions of version 2 need.
    func value(version: Int16) -> TransactionLogValue {
        TransactionLogValue {
            $0.producerID = producerID
            if version >= 1 {
                $0.previousProducerID = previousProducerID
                $0.nextProducerID = nextProducerID
                $0.clientTransactionVersion = clientVersion
            }
            $0.producerEpoch = producerEpoch
            $0.transactionTimeoutMilliseconds = timeoutMilliseconds
            $0.transactionStatus = state.rawValue
            $0.transactionPartitions = state == .empty ? nil : topics
            $0.transactionLastUpdateTimestampMilliseconds = lastUpdateTimestamp
            $0.transactionStartTimestampMilliseconds = startTimestamp
        }
    }

    private var topics: [TransactionLogValue.PartitionsSchema] {
        Dictionary(grouping: partitions, by: \.topic).sorted { $0.key < $1.key }.map { topic, partitions in
            TransactionLogValue.PartitionsSchema {
                $0.topic = topic
                $0.partitionIDs = partitions.map(\.partition).sorted()
            }
        }
    }
}
