public import Bytes

/// What stands between the network and the log: the only maker of ``CheckedBatch``.
///
/// A leader's check believes nothing that the header says of the records: one pass over them, as they lie or while they
/// unfold, without making objects. Holds the codecs' contexts; each core has its own.
public final class BatchCheck {
    let decompressor: Decompressor
    let compressor: Compressor

    public init(decompressor: Decompressor = Decompressor(), compressor: Compressor = Compressor()) {
        self.decompressor = decompressor
        self.compressor = compressor
    }

    /// Checks what a producer sent for one partition and makes it what the log stores, in Kafka's order of checks.
    /// May patch `records` in place: the caller owns them alone. O(bytes).
    ///
    /// - Parameters:
    ///   - produceVersion: of the request; zstd needs 7.
    ///   - now: wall clock, milliseconds.
    public func append(
        _ records: ByteSlice, _ rules: BatchRules, produceVersion: Int16 = 7, now: Int64
    ) throws(BatchError) -> CheckedBatch {
        let batch = try Self.onlyBatch(records, produceVersion: produceVersion)
        let header = batch.header
        try Self.check(batch, header, rules)
        let codec = try Self.codec(header)
        let scan = try scan(batch, header, codec, rules)
        let isLogAppendTime = header.attributes.timestampType == .logAppendTime
        if rules.requiresKeys && scan.lacksKeys || isLogAppendTime
            || rules.timestampType == .createTime && !rules.allow(scan.minTimestamp, scan.maxTimestamp, now: now)
        {
            try reject(batch, rules, now: now)
        }
        guard scan.isSequential else { return try rebuild(batch, header, codec, rules, now: now) }
        // A control batch that came uncompressed stays so.
        if let target = rules.compression, target != codec, !(codec == .none && header.attributes.isControl) {
            return try recompress(batch, header, codec, to: target, scan, rules, now: now)
        }
        return Self.stamp(batch, header, scan, rules, now: now, isRewritten: false)
    }

    /// Checks one batch that was checked by a leader: its frame and its CRC, nothing is changed. O(bytes).
    public static func replica(_ bytes: ByteSlice) throws(BatchError) -> CheckedBatch {
        let header = try bytes.withUnsafeBytes { (raw) throws(BatchError) in try Self.header(raw) }
        guard header.totalSize == bytes.count else {
            throw BatchError(.corruptMessage, "The bytes are more than one batch.")
        }
        return CheckedBatch(
            batch: RecordBatch(measured: bytes), header: header, offsetDeltaOfMaxTimestamp: header.lastOffsetDelta,
            isRewritten: false)
    }

    /// Checks the batch at the beginning of `bytes` (a mapped segment, say) as ``replica(_:)`` does, and reads its
    /// header. O(size of the batch).
    public static func header(_ bytes: UnsafeRawBufferPointer) throws(BatchError) -> RecordBatchHeader {
        switch BatchFrame.read(bytes) {
        case .partial: throw BatchError(.corruptMessage, "The batch is incomplete.")
        case .invalid(let failure): throw BatchError(failure)
        case .whole(let size, let magic):
            guard magic == 2, let header = RecordBatchHeader(bytes) else {
                throw BatchError(.corruptMessage, "Only message format 2 is written.")
            }
            guard RecordBatch.hasValidCRC(UnsafeRawBufferPointer(rebasing: bytes[..<size])) else {
                throw BatchError(.corruptMessage, "The batch's CRC is wrong.")
            }
            guard header.recordsCount >= 0, header.lastOffsetDelta >= 0 else {
                throw BatchError(.corruptMessage, "The batch has a negative count or span of offsets.")
            }
            return header
        }
    }

    /// The one batch of a request's records; a partial one behind it is dropped.
    private static func onlyBatch(_ records: ByteSlice, produceVersion: Int16) throws(BatchError) -> RecordBatch {
        var iterator = BatchIterator(records)
        guard let first = try next(&iterator) else {
            throw BatchError(.invalidRecord, "A produce request needs one record batch a partition; there is none.")
        }
        guard case .batch(let batch) = first else {
            throw BatchError(.invalidRecord, "A produce request needs message format 2.")
        }
        if produceVersion < 7, batch.header.attributes.compression == .zstd {
            throw BatchError(.unsupportedCompressionType, "Compression by zstd needs Produce version 7.")
        }
        guard try next(&iterator) == nil else {
            throw BatchError(.invalidRecord, "A produce request needs one record batch a partition; there are more.")
        }
        return batch
    }

    private static func next(_ iterator: inout BatchIterator) throws(BatchError) -> BatchIterator.Element? {
        do { return try iterator.next() } catch { throw BatchError(error) }
    }

    private static func check(
        _ batch: RecordBatch, _ header: RecordBatchHeader, _ rules: BatchRules
    ) throws(BatchError) {
        let isClient = rules.origin == .client
        if isClient, header.baseOffset != 0 {
            throw BatchError(.invalidRecord, "A producer's batch begins at offset 0, not \(header.baseOffset).")
        }
        guard batch.totalSize <= rules.maxMessageBytes else {
            throw .tooLarge(batch.totalSize, limit: rules.maxMessageBytes)
        }
        guard batch.hasValidCRC else { throw BatchError(.corruptMessage, "The batch's CRC is wrong.") }
        guard header.recordsCount > 0, header.lastOffsetDelta == header.recordsCount - 1 else {
            throw BatchError(
                .invalidRecord,
                "The batch declares \(header.recordsCount) records; its last offset delta is \(header.lastOffsetDelta)."
            )
        }
        guard isClient else { return }
        if header.attributes.isControl {
            throw BatchError(.invalidRecord, "Clients don't write control records.")
        }
        if header.hasProducerID, header.baseSequence < 0 {
            throw BatchError(
                .invalidRecord, "Producer \(header.producerID) sent the sequence number \(header.baseSequence).")
        }
    }

    private static func codec(_ header: RecordBatchHeader) throws(BatchError) -> Compression {
        guard let codec = header.attributes.compression else { throw BatchError(RecordFailure.unknownCodec) }
        return codec
    }

    private func scan(
        _ batch: RecordBatch, _ header: RecordBatchHeader, _ codec: Compression, _ rules: BatchRules
    ) throws(BatchError) -> RecordScan {
        var scan = RecordScan(header)
        do {
            let payload = batch.payload
            try payload.withUnsafeBytes { (raw) throws(RecordFailure) in
                if codec == .none {
                    try scan.walk(raw)
                } else {
                    try scan.walk(compressed: raw, codec, with: decompressor, limit: rules.uncompressedLimit)
                }
            }
        } catch { throw BatchError(error) }
        return scan
    }

    /// Writes what the records, or the broker's clock, say of the batch's time where the batch says otherwise.
    static func stamp(
        _ batch: RecordBatch, _ header: RecordBatchHeader, _ scan: RecordScan, _ rules: BatchRules, now: Int64,
        isRewritten: Bool
    ) -> CheckedBatch {
        var header = header
        let isLogAppendTime = rules.timestampType == .logAppendTime
        let maxTimestamp = isLogAppendTime ? now : scan.maxTimestamp
        if header.maxTimestamp != maxTimestamp || header.attributes.timestampType != rules.timestampType {
            batch.patch(timestampType: rules.timestampType, maxTimestamp: maxTimestamp)
            header = batch.header
        }
        return CheckedBatch(
            batch: batch, header: header,
            offsetDeltaOfMaxTimestamp: isLogAppendTime ? header.lastOffsetDelta : Int32(scan.indexOfMaxTimestamp),
            isRewritten: isRewritten)
    }
}
