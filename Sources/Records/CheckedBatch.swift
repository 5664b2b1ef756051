public import Bytes

/// A batch that passed ``BatchCheck``, which alone makes them, and what the log has to know of it.
///
/// Its bytes are final but for base offset and leader epoch, which the log sets by ``place(at:leaderEpoch:)``.
public struct CheckedBatch: Sendable {
    public let batch: RecordBatch
    /// The header's fields as they were when the check ended.
    public let header: RecordBatchHeader
    /// Where the first record with the greatest timestamp lies, relative to the base offset. For LogAppendTime, and for
    /// replicated batches, whose records aren't read: the last offset.
    public let offsetDeltaOfMaxTimestamp: Int32
    /// Whether the bytes are new, not those that were received.
    public let isRewritten: Bool

    init(batch: RecordBatch, header: RecordBatchHeader, offsetDeltaOfMaxTimestamp: Int32, isRewritten: Bool) {
        self.batch = batch
        self.header = header
        self.offsetDeltaOfMaxTimestamp = offsetDeltaOfMaxTimestamp
        self.isRewritten = isRewritten
    }

    public var bytes: ByteSlice { batch.bytes }
    public var totalSize: Int { batch.totalSize }
    public var recordsCount: Int32 { header.recordsCount }
    public var lastOffsetDelta: Int32 { header.lastOffsetDelta }
    /// Milliseconds.
    public var maxTimestamp: Int64 { header.maxTimestamp }
    public var producerID: Int64 { header.producerID }
    public var producerEpoch: Int16 { header.producerEpoch }
    public var hasProducerID: Bool { header.hasProducerID }
    /// −1 for none.
    public var firstSequence: Int32 { header.baseSequence }
    public var lastSequence: Int32 { header.lastSequence }
    public var isTransactional: Bool { header.attributes.isTransactional }
    public var isControl: Bool { header.attributes.isControl }
    public var timestampType: TimestampType { header.attributes.timestampType }

    /// What a Produce response says: the time that the broker set, −1 with the producer's times.
    public var logAppendTime: Int64 { timestampType == .logAppendTime ? maxTimestamp : -1 }

    /// Gives the batch its place in the log, in the bytes themselves. O(1); outside the CRC.
    public func place(at baseOffset: Int64, leaderEpoch: Int32) {
        batch.patch(baseOffset: baseOffset, partitionLeaderEpoch: leaderEpoch)
    }
}
