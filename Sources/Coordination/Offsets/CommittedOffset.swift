import Bytes
import KafkaProtocol

/// What a group said about how far it has read a partition. Times are milliseconds since 1970.
struct CommittedOffset: Equatable, Sendable {
    /// The next record to be read.
    var offset: Int64
    /// −1 when not said.
    var leaderEpoch: Int32
    var metadata: String
    /// Of the topic that was meant; zero when the commit didn't say.
    var topicID: UUID
    var commitTimestamp: Int64
    /// Commits of old clients bring an expiry of their own.
    var expireTimestamp: Int64?
    /// Where the record lies in the log, which decides between a plain commit and one of a transaction.
    var recordOffset: Int64 = -1

    func isExpired(at now: Int64, retention: Int64, since base: Int64) -> Bool {
        if let expireTimestamp { return now >= expireTimestamp }
        return now.subtractingReportingOverflow(base).partialValue >= retention
    }
}

extension CommittedOffset {
    init(_ value: OffsetCommitValue) {
        self.init(
            offset: value.offset, leaderEpoch: value.leaderEpoch, metadata: value.metadata, topicID: value.topicID,
            commitTimestamp: value.commitTimestamp,
            expireTimestamp: value.expireTimestamp == -1 ? nil : value.expireTimestamp)
    }

    /// The record and its version: 1 is the only one that has room for an expiry, else 4 as Kafka since 4.1.
    var value: (record: OffsetCommitValue, version: Int16) {
        let record = OffsetCommitValue {
            $0.offset = offset
            $0.leaderEpoch = leaderEpoch
            $0.metadata = metadata
            $0.commitTimestamp = commitTimestamp
            $0.expireTimestamp = expireTimestamp ?? -1
            $0.topicID = topicID
        }
        return (record, expireTimestamp == nil ? 4 : 1)
    }

    /// Whether it may be meant for the topic of this id: one of the same name may have come and gone. Zero fits all.
    func isMeant(for id: UUID) -> Bool { topicID == .zero || id == .zero || topicID == id }
}
