public import Bytes

/// How a transaction ended on a partition.
public struct EndTransactionMarker: Equatable, Sendable {
    /// Bytes of the batch that holds one.
    public static let batchSize = 78

    public var isCommit: Bool
    public var coordinatorEpoch: Int32

    public init(isCommit: Bool, coordinatorEpoch: Int32) {
        self.isCommit = isCommit
        self.coordinatorEpoch = coordinatorEpoch
    }

    /// Reads a record of a control batch; `nil` for another kind of record or a value too short to be one.
    public init?(_ record: Record) {
        let kind = ControlRecord(key: record.key)
        guard kind == .commit || kind == .abort, let value = record.value else { return nil }
        let epoch = value.withUnsafeBytes { raw -> Int32? in
            guard let base = raw.baseAddress, raw.count >= 6, base.bigEndian(0, as: Int16.self) >= 0 else { return nil }
            return base.bigEndian(2)
        }
        guard let epoch else { return nil }
        self.init(isCommit: kind == .commit, coordinatorEpoch: epoch)
    }

    /// int16 version 0, int32 coordinator epoch.
    public var value: ByteSlice {
        var writer = ByteWriter(capacity: 6)
        writer.integer(Int16(0))
        writer.integer(coordinatorEpoch)
        return writer.finish()
    }

    /// The batch that ends the transaction of that producer.
    public func batch(
        producerID: Int64, producerEpoch: Int16, timestamp: Int64, baseOffset: Int64 = 0, leaderEpoch: Int32 = -1
    ) -> RecordBatch {
        var fields = BatchBuilder.Fields()
        fields.baseOffset = baseOffset
        fields.partitionLeaderEpoch = leaderEpoch
        fields.producerID = producerID
        fields.producerEpoch = producerEpoch
        fields.isTransactional = true
        fields.isControl = true
        let builder = BatchBuilder(fields, capacity: Self.batchSize)
        let kind: ControlRecord = isCommit ? .commit : .abort
        builder.append(timestamp: timestamp, key: kind.key, value: value)
        return builder.finish()
    }
}
