public import Bytes

/// The 61 fixed bytes of a record batch (magic 2) as values: all that a log scan, an index or a producer's state needs.
public struct RecordBatchHeader: Equatable, Sendable {
    /// Bytes of the header, and so of an empty batch.
    public static let size = 61
    /// Bytes before those that `batchLength` counts.
    public static let overhead = 12
    /// Where the bytes that the CRC covers begin.
    public static let attributesPosition = 21

    public var baseOffset: Int64 = 0
    /// Bytes behind this field: ``totalSize`` − 12.
    public var batchLength = Int32(size - overhead)
    public var partitionLeaderEpoch: Int32 = -1
    public var magic: Int8 = 2
    /// CRC-32C of all that follows it.
    public var crc: UInt32 = 0
    public var attributes = BatchAttributes()
    public var lastOffsetDelta: Int32 = -1
    /// Milliseconds; −1 in an empty batch; the delete horizon when the attributes say so.
    public var baseTimestamp: Int64 = -1
    /// Milliseconds.
    public var maxTimestamp: Int64 = -1
    public var producerID: Int64 = -1
    public var producerEpoch: Int16 = -1
    public var baseSequence: Int32 = -1
    /// May be smaller than the span of offsets, and 0, after compaction.
    public var recordsCount: Int32 = 0

    public init() {}

    /// Reads the first 61 bytes; `nil` when there are fewer. Nothing is checked: see ``BatchFrame`` for length and
    /// magic.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.size, let base = bytes.baseAddress else { return nil }
        self.init(unchecked: base)
    }

    /// Reads 61 bytes at `base`, which the caller knows to be there.
    public init(unchecked base: UnsafeRawPointer) {
        baseOffset = base.bigEndian(0)
        batchLength = base.bigEndian(8)
        partitionLeaderEpoch = base.bigEndian(12)
        magic = base.bigEndian(16)
        crc = base.bigEndian(17)
        attributes = BatchAttributes(rawValue: base.bigEndian(Self.attributesPosition))
        lastOffsetDelta = base.bigEndian(23)
        baseTimestamp = base.bigEndian(27)
        maxTimestamp = base.bigEndian(35)
        producerID = base.bigEndian(43)
        producerEpoch = base.bigEndian(51)
        baseSequence = base.bigEndian(53)
        recordsCount = base.bigEndian(57)
    }

    /// Writes the 61 bytes at `base`, which the caller knows to have room; the CRC as it stands here.
    public func store(at base: UnsafeMutableRawPointer) {
        base.storeBigEndian(baseOffset, at: 0)
        base.storeBigEndian(batchLength, at: 8)
        base.storeBigEndian(partitionLeaderEpoch, at: 12)
        base.storeBigEndian(magic, at: 16)
        base.storeBigEndian(crc, at: 17)
        base.storeBigEndian(attributes.rawValue, at: Self.attributesPosition)
        base.storeBigEndian(lastOffsetDelta, at: 23)
        base.storeBigEndian(baseTimestamp, at: 27)
        base.storeBigEndian(maxTimestamp, at: 35)
        base.storeBigEndian(producerID, at: 43)
        base.storeBigEndian(producerEpoch, at: 51)
        base.storeBigEndian(baseSequence, at: 53)
        base.storeBigEndian(recordsCount, at: 57)
    }

    /// Bytes of the whole batch.
    public var totalSize: Int { Self.overhead + Int(batchLength) }

    /// The batch's last offset, also when compaction took that record away.
    public var lastOffset: Int64 { baseOffset &+ Int64(lastOffsetDelta) }

    /// The offset behind the batch's last.
    public var endOffset: Int64 { lastOffset &+ 1 }

    public var hasProducerID: Bool { producerID > -1 }

    /// The last record's sequence; −1 without.
    public var lastSequence: Int32 {
        baseSequence == SequenceNumber.none
            ? SequenceNumber.none : SequenceNumber.increment(baseSequence, by: lastOffsetDelta)
    }

    /// Milliseconds from which compaction may drop the batch's tombstones or marker.
    public var deleteHorizon: Int64? { attributes.hasDeleteHorizon ? baseTimestamp : nil }

    /// This batch without its records, as compaction keeps it to remember the producer's last sequence and the offset.
    public var emptied: RecordBatchHeader {
        var empty = self
        empty.batchLength = Int32(Self.size - Self.overhead)
        empty.attributes = attributes.compressed(.none)
        empty.attributes.hasDeleteHorizon = false
        empty.baseTimestamp = -1
        empty.recordsCount = 0
        return empty
    }

    /// The bytes of this header alone as a batch, with its CRC: for ``emptied`` ones.
    public func encodedAlone() -> ByteSlice {
        let block = Block(capacity: Self.size)
        store(at: block.base)
        RecordBatch.storeCRC(at: block.base, size: Self.size)
        return block.slice(0..<Self.size)
    }
}
