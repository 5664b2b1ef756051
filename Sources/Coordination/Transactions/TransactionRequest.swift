package import KafkaProtocol

/// What a ``TransactionMachine`` is asked. The host has checked rights and that topics exist.
package enum TransactionRequest: Sendable {
    case initialize(TransactionInitialization)
    case add(TransactionAddition)
    case end(TransactionEnd)

    var transactionalID: String {
        switch self {
        case .initialize(let request): request.transactionalID
        case .add(let request): request.transactionalID
        case .end(let request): request.transactionalID
        }
    }

    /// The answer that says nothing but `error`.
    package func refusal(_ error: KafkaError) -> TransactionResponse {
        switch self {
        case .initialize, .end: .producer(error, id: -1, epoch: -1)
        case .add: .added(error, missing: [])
        }
    }
}

/// InitProducerId of a transactional producer.
package struct TransactionInitialization: Sendable {
    package var transactionalID: String
    package var timeoutMilliseconds: Int32
    /// The id and the epoch that the producer has and wants to go on from (KIP-360).
    package var expected: (producerID: Int64, producerEpoch: Int16)?

    package init(
        transactionalID: String, timeoutMilliseconds: Int32, expected: (producerID: Int64, producerEpoch: Int16)? = nil
    ) {
        self.transactionalID = transactionalID
        self.timeoutMilliseconds = timeoutMilliseconds
        self.expected = expected
    }
}

/// Partitions that join a transaction, or are asked whether they have.
package struct TransactionAddition: Sendable {
    package var transactionalID: String
    package var producerID: Int64
    package var producerEpoch: Int16
    package var partitions: [TransactionPartition]
    /// Only look whether they are in it.
    package var isVerification: Bool
    /// 2: the client speaks the protocol of KIP-890, and is added by those it writes to.
    package var clientVersion: Int16

    package init(
        transactionalID: String, producerID: Int64, producerEpoch: Int16, partitions: [TransactionPartition],
        isVerification: Bool = false, clientVersion: Int16 = 0
    ) {
        self.transactionalID = transactionalID
        self.producerID = producerID
        self.producerEpoch = producerEpoch
        self.partitions = partitions
        self.isVerification = isVerification
        self.clientVersion = clientVersion
    }
}

/// A producer commits or aborts.
package struct TransactionEnd: Sendable {
    package var transactionalID: String
    package var producerID: Int64
    package var producerEpoch: Int16
    package var isCommit: Bool
    /// 2: the epoch goes up with the transaction's end (KIP-890).
    package var clientVersion: Int16

    package init(
        transactionalID: String, producerID: Int64, producerEpoch: Int16, isCommit: Bool, clientVersion: Int16 = 0
    ) {
        self.transactionalID = transactionalID
        self.producerID = producerID
        self.producerEpoch = producerEpoch
        self.isCommit = isCommit
        self.clientVersion = clientVersion
    }
}

/// What a ``TransactionMachine`` answers. PRODUCER_FENCED has to be told to old versions as INVALID_PRODUCER_EPOCH.
package enum TransactionResponse: Equatable, Sendable {
    /// To who begins or ends: how the producer goes on; −1 where there is nothing to tell.
    case producer(KafkaError, id: Int64, epoch: Int16)
    /// To who adds: the error of all, and, of a verification, the partitions that aren't in the transaction.
    case added(KafkaError, missing: [TransactionPartition])

    package var error: KafkaError {
        switch self {
        case .producer(let error, _, _): error
        case .added(let error, _): error
        }
    }
}
