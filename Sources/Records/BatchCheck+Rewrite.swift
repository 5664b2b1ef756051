import Bytes

/// The slow ways: batches whose bytes can't stay.
extension BatchCheck {
    /// Compresses the records anew, byte for byte the same records, as the topic wants it.
    func recompress(
        _ batch: RecordBatch, _ header: RecordBatchHeader, _ codec: Compression, to target: Compression,
        _ scan: RecordScan, _ rules: BatchRules, now: Int64
    ) throws(BatchError) -> CheckedBatch {
        var header = header
        header.attributes = header.attributes.compressed(target)
        header.attributes.timestampType = rules.timestampType
        header.maxTimestamp = rules.timestampType == .logAppendTime ? now : scan.maxTimestamp
        let payload = batch.payload
        let bytes: ByteSlice
        do {
            let plain = try payload.withUnsafeBytes { (raw) throws(CompressionFailure) -> ByteSlice in
                codec == .none ? payload : try decompressor.decompress(raw, codec, limit: rules.uncompressedLimit)
            }
            bytes = try RecordBatch.assemble(&header, plain, target, level: rules.compressionLevel, with: compressor)
        } catch { throw BatchError(.compression(error)) }
        guard bytes.count <= rules.maxMessageBytes else { throw .tooLarge(bytes.count, limit: rules.maxMessageBytes) }
        return Self.stamp(RecordBatch(measured: bytes), header, scan, rules, now: now, isRewritten: true)
    }

    /// Builds the batch anew because its offset deltas aren't 0, 1, 2, …
    func rebuild(
        _ batch: RecordBatch, _ header: RecordBatchHeader, _ codec: Compression, _ rules: BatchRules, now: Int64
    ) throws(BatchError) -> CheckedBatch {
        let builder = BatchBuilder(Self.fields(header, codec, rules, now: now), capacity: batch.totalSize)
        do {
            var iterator = try RecordIterator(batch, with: decompressor, limit: rules.uncompressedLimit)
            while let record = try iterator.next() {
                builder.append(
                    timestamp: record.timestamp, key: record.key, value: record.value, headers: record.headers)
            }
        } catch { throw BatchError(error) }
        let rebuilt: RecordBatch
        do { rebuilt = try builder.finish(with: compressor) } catch { throw BatchError(.compression(error)) }
        guard rebuilt.totalSize <= rules.maxMessageBytes else {
            throw .tooLarge(rebuilt.totalSize, limit: rules.maxMessageBytes)
        }
        let rebuiltHeader = rebuilt.header
        return CheckedBatch(
            batch: rebuilt, header: rebuiltHeader,
            offsetDeltaOfMaxTimestamp: rules.timestampType == .logAppendTime
                ? rebuiltHeader.lastOffsetDelta : builder.indexOfMaxTimestamp,
            isRewritten: true)
    }

    private static func fields(
        _ header: RecordBatchHeader, _ codec: Compression, _ rules: BatchRules, now: Int64
    ) -> BatchBuilder.Fields {
        var fields = BatchBuilder.Fields()
        fields.baseOffset = header.baseOffset
        fields.partitionLeaderEpoch = header.partitionLeaderEpoch
        fields.compression = rules.compression ?? codec
        fields.compressionLevel = rules.compressionLevel
        fields.producerID = header.producerID
        fields.producerEpoch = header.producerEpoch
        fields.baseSequence = header.baseSequence
        fields.isTransactional = header.attributes.isTransactional
        fields.isControl = header.attributes.isControl
        if rules.timestampType == .logAppendTime { fields.logAppendTime = now }
        return fields
    }
}
