import Bytes
import KafkaProtocol
import Records

/// How a producer's transaction ended, for one partition.
struct TransactionMarker: Sendable {
    var producerID: Int64
    var producerEpoch: Int16
    var isCommit: Bool
    /// Of the coordinator that says so: an older one's word counts no more.
    var coordinatorEpoch: Int32

    /// A control batch with the marker alone.
    func batch(timestamp: Int64) -> ByteSlice {
        var fields = BatchBuilder.Fields()
        fields.producerID = producerID
        fields.producerEpoch = producerEpoch
        fields.isTransactional = true
        fields.isControl = true
        let builder = BatchBuilder(fields, capacity: 128)
        var value = ByteWriter(capacity: 6)
        value.integer(Int16(0))
        value.integer(coordinatorEpoch)
        let kind = isCommit ? ControlRecord.commit : .abort
        builder.append(timestamp: timestamp, key: kind.key, value: value.finish())
        return builder.finish().bytes
    }
}
