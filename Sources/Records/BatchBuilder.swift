public import Bytes

/// Builds one record batch, byte for byte as Kafka does when it isn't compressed.
///
/// Offsets go up from the base offset unless given (compaction leaves holes). Used once: ``finish(with:)`` ends it.
public final class BatchBuilder {
    /// What the batch says apart from its records.
    public struct Fields: Sendable {
        public var baseOffset: Int64 = 0
        public var partitionLeaderEpoch: Int32 = -1
        public var compression = Compression.none
        /// Within ``Compression/levels``; `nil` is the codec's default.
        public var compressionLevel: Int32?
        /// Milliseconds; set, the batch has LogAppendTime and this is every record's timestamp.
        public var logAppendTime: Int64?
        /// Milliseconds; set, it takes the place of the base timestamp.
        public var deleteHorizon: Int64?
        public var producerID: Int64 = -1
        public var producerEpoch: Int16 = -1
        public var baseSequence = SequenceNumber.none
        public var isTransactional = false
        public var isControl = false
        /// The batch's last offset if that isn't its last record's (which compaction took away).
        public var lastOffset: Int64?

        public init() {}
    }

    public let fields: Fields
    public private(set) var recordsCount: Int32 = 0
    /// Milliseconds; −1 as long as no record has one.
    public private(set) var maxTimestamp: Int64 = -1
    private(set) var indexOfMaxTimestamp: Int32 = 0
    private var baseTimestamp: Int64?
    private var lastOffsetDelta: Int32 = -1
    private var writer: ByteWriter

    /// - Parameter capacity: bytes to make room for at first.
    public init(_ fields: Fields = Fields(), capacity: Int = 1024) {
        self.fields = fields
        baseTimestamp = fields.deleteHorizon
        writer = ByteWriter(capacity: max(capacity, RecordBatchHeader.size))
        writer.fill(RecordBatchHeader.size) { _ in RecordBatchHeader.size }
    }

    public var isEmpty: Bool { recordsCount == 0 }

    /// Bytes of the batch so far if it isn't compressed.
    public var uncompressedSize: Int { writer.count }

    /// Bytes that the batch will have if its records shrink to `ratio` of their size.
    public func estimatedSize(ratio: Double = 1) -> Int {
        guard fields.compression != .none else { return uncompressedSize }
        return RecordBatchHeader.size + Int(Double(writer.count - RecordBatchHeader.size) * ratio)
    }

    /// Bytes, uncompressed, that the batch would have with one more record at the next offset.
    public func uncompressedSize(
        adding key: ByteSlice?, _ value: ByteSlice?, headers: [RecordHeader] = [], timestamp: Int64
    ) -> Int {
        let timestampDelta = timestamp &- (baseTimestamp ?? timestamp)
        let body = Self.bodySize(timestampDelta, lastOffsetDelta &+ 1, key, value, headers)
        return writer.count + Varint.size(zigzag: Int64(body)) + body
    }

    /// Appends a record at the next offset. Its parts have to fit 2 GiB together with the batch.
    ///
    /// - Parameter timestamp: milliseconds; −1 for none.
    public func append(timestamp: Int64, key: ByteSlice?, value: ByteSlice?, headers: [RecordHeader] = []) {
        append(lastOffsetDelta + 1, timestamp: timestamp, key: key, value: value, headers: headers)
    }

    /// Appends `record` at its own offset, which lies behind the last one's.
    public func append(_ record: Record) {
        let delta = record.offset - fields.baseOffset
        precondition(delta > Int64(lastOffsetDelta) && delta <= Int64(Int32.max), "Offsets of a batch go up.")
        append(
            Int32(delta), timestamp: record.timestamp, key: record.key, value: record.value, headers: record.headers)
    }

    /// The batch, for fields without compression. The builder is empty afterwards and not to be used again.
    public func finish() -> RecordBatch {
        precondition(fields.compression == .none, "A compressed batch needs a compressor.")
        var header = header()
        return RecordBatch(measured: RecordBatch.seal(&header, takeWriter()))
    }

    /// The batch. The builder is empty afterwards and not to be used again.
    public func finish(with compressor: Compressor) throws(CompressionFailure) -> RecordBatch {
        guard fields.compression != .none, !isEmpty else {
            var header = header()
            header.attributes = header.attributes.compressed(.none)
            return RecordBatch(measured: RecordBatch.seal(&header, takeWriter()))
        }
        var header = header()
        let all = takeWriter().finish()
        let bytes = try RecordBatch.assemble(
            &header, all[RecordBatchHeader.size..<all.count], fields.compression, level: fields.compressionLevel,
            with: compressor)
        return RecordBatch(measured: bytes)
    }

    private func append(
        _ offsetDelta: Int32, timestamp: Int64, key: ByteSlice?, value: ByteSlice?, headers: [RecordHeader]
    ) {
        let base = baseTimestamp ?? timestamp
        baseTimestamp = base
        let timestampDelta = timestamp &- base
        writer.zigzag(Int64(Self.bodySize(timestampDelta, offsetDelta, key, value, headers)))
        writer.integer(UInt8(0))
        writer.zigzag(timestampDelta)
        writer.zigzag(Int64(offsetDelta))
        write(key)
        write(value)
        writer.zigzag(Int64(headers.count))
        for header in headers {
            write(header.keyBytes)
            write(header.value)
        }
        if timestamp > maxTimestamp {
            maxTimestamp = timestamp
            indexOfMaxTimestamp = recordsCount
        }
        lastOffsetDelta = offsetDelta
        recordsCount += 1
    }

    private func write(_ bytes: ByteSlice?) {
        guard let bytes else { return writer.zigzag(-1) }
        writer.zigzag(Int64(bytes.count))
        writer.bytes(bytes)
    }

    private static func bodySize(
        _ timestampDelta: Int64, _ offsetDelta: Int32, _ key: ByteSlice?, _ value: ByteSlice?, _ headers: [RecordHeader]
    ) -> Int {
        var size = 1 + Varint.size(zigzag: timestampDelta) + Varint.size(zigzag: Int64(offsetDelta))
        size += Self.size(key) + Self.size(value) + Varint.size(zigzag: Int64(headers.count))
        for header in headers { size += Self.size(header.keyBytes) + Self.size(header.value) }
        return size
    }

    private static func size(_ bytes: ByteSlice?) -> Int {
        guard let bytes else { return 1 }
        return Varint.size(zigzag: Int64(bytes.count)) + bytes.count
    }

    private func header() -> RecordBatchHeader {
        var header = RecordBatchHeader()
        header.baseOffset = fields.baseOffset
        header.partitionLeaderEpoch = fields.partitionLeaderEpoch
        header.attributes = BatchAttributes(
            compression: fields.compression, timestampType: fields.logAppendTime == nil ? .createTime : .logAppendTime,
            isTransactional: fields.isTransactional, isControl: fields.isControl,
            hasDeleteHorizon: fields.deleteHorizon != nil)
        header.lastOffsetDelta = fields.lastOffset.map { Int32($0 - fields.baseOffset) } ?? lastOffsetDelta
        header.baseTimestamp = baseTimestamp ?? -1
        header.maxTimestamp = fields.logAppendTime ?? maxTimestamp
        header.producerID = fields.producerID
        header.producerEpoch = fields.producerEpoch
        header.baseSequence = fields.baseSequence
        header.recordsCount = recordsCount
        return header
    }

    private func takeWriter() -> ByteWriter {
        var taken = ByteWriter(capacity: 0)
        swap(&taken, &writer)
        return taken
    }
}
