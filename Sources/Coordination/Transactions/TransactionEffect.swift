/// What a ``TransactionMachine`` wants done.
package enum TransactionEffect: Sendable {
    /// The answer to the request that came with this token; exactly one for each.
    case reply(token: UInt64, TransactionResponse)
    /// Records that want to be in the log as one batch, in this order. Once they are behind the high watermark the host
    /// says `appended`, else `appendFailed`.
    case append(id: UInt64, records: [CoordinatorRecord])
    /// A transaction's end has to be told to its partitions; the host says `markersWritten` when all have it, or are
    /// gone.
    case writeMarkers(TransactionMarkers)
    /// A fresh producer id for the request of this token: the host says `producerID`.
    case allocateProducerID(token: UInt64)
}

/// How a transaction ended, for all of its partitions.
package struct TransactionMarkers: Equatable, Sendable {
    package let transactionalID: String
    /// Which of the id's endings: the answer has to name it.
    package let number: UInt64
    package let producerID: Int64
    package let producerEpoch: Int16
    package let isCommit: Bool
    /// In order.
    package let partitions: [TransactionPartition]
}
