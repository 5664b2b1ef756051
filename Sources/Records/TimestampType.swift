/// Whose clock a batch's timestamps come from.
public enum TimestampType: UInt8, Sendable {
    /// The producer's, record by record.
    case createTime = 0
    /// The broker's: every record has the batch's `maxTimestamp`.
    case logAppendTime = 1
}
