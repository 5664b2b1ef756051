/// What a ``GroupMachine`` wants done.
package enum GroupEffect: Sendable {
    /// The answer to the request that came with this token; exactly one for each.
    case reply(token: UInt64, GroupResponse)
    case append(GroupAppend)
}

/// Records that want to be in the log, in this order. Once they are as safe as they will be (behind the high watermark)
/// the host says `appended`, else `appendFailed`, in the order of the ids.
package struct GroupAppend: Sendable {
    package let id: UInt64
    package let records: [CoordinatorRecord]
    /// The records belong into a batch of this producer's transaction.
    package let producer: TransactionalProducer?
    /// All records in one batch. Others may be spread over as many as needed, if what is told as base offset is that of
    /// the first.
    package let isAtomic: Bool
}

/// The producer of a transaction that commits offsets.
package struct TransactionalProducer: Equatable, Sendable {
    package let transactionalID: String
    package let producerID: Int64
    package let producerEpoch: Int16
}
