public import Bytes

/// The records of control batches, which consumers never see: the key says which kind.
public enum ControlRecord: Int16, Sendable, CaseIterable {
    /// A transaction's end on a partition; the value is an ``EndTransactionMarker``'s.
    case abort = 0
    case commit = 1
    /// The first record of a Raft leader's epoch.
    case leaderChange = 2
    case snapshotHeader = 3
    case snapshotFooter = 4
    case kraftVersion = 5
    case kraftVoters = 6

    /// Reads the key: int16 version, int16 type. `nil` for a kind unknown here, which is to be ignored, and for a key
    /// that isn't one.
    public init?(key: ByteSlice?) {
        guard let key else { return nil }
        let number = key.withUnsafeBytes { raw -> Int16? in
            guard let base = raw.baseAddress, raw.count >= 4, base.bigEndian(0, as: Int16.self) >= 0 else { return nil }
            return base.bigEndian(2)
        }
        guard let number else { return nil }
        self.init(rawValue: number)
    }

    /// The key of such a record.
    public var key: ByteSlice {
        var writer = ByteWriter(capacity: 4)
        writer.integer(Int16(0))
        writer.integer(rawValue)
        return writer.finish()
    }

    /// A batch with this record alone, as Raft writes them: no producer.
    public func batch(
        value: ByteSlice, timestamp: Int64, baseOffset: Int64 = 0, leaderEpoch: Int32 = -1
    ) -> RecordBatch {
        var fields = BatchBuilder.Fields()
        fields.baseOffset = baseOffset
        fields.partitionLeaderEpoch = leaderEpoch
        fields.isControl = true
        let builder = BatchBuilder(fields, capacity: 128)
        builder.append(timestamp: timestamp, key: key, value: value)
        return builder.finish()
    }
}
