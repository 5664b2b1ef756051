/// `__transaction_state`: where a transactional id lives.
package enum TransactionsTopic {
    package static let name = "__transaction_state"

    /// The partition whose leader coordinates the id. `partitionCount` is at least 1.
    package static func partition(of transactionalID: String, partitionCount: Int32) -> Int32 {
        OffsetsTopic.partition(of: transactionalID, partitionCount: partitionCount)
    }
}
