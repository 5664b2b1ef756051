import Bytes
import LogEngine
import Reactor
import Records

/// A batch of keys with values, `nil` for a tombstone.
func keyed(
    _ rows: [(String?, String?)], _ codec: Compression = .none, timestamp: Int64 = 1000, producer: Int64? = nil,
    sequence: Int32 = 0, transactional: Bool = false
) throws -> CheckedBatch {
    var fields = BatchBuilder.Fields()
    fields.compression = codec
    if let producer {
        fields.producerID = producer
        fields.producerEpoch = 0
        fields.baseSequence = sequence
        fields.isTransactional = transactional
    }
    let builder = BatchBuilder(fields)
    for (index, row) in rows.enumerated() {
        builder.append(
            timestamp: timestamp + Int64(index), key: row.0.map { ByteSlice(utf8: $0) },
            value: row.1.map { ByteSlice(utf8: $0) })
    }
    return try BatchCheck.replica(builder.finish(with: Compressor()).bytes)
}

/// Settings of a small log that is compacted whenever there is anything to do.
func compacted(segmentBytes: Int = 600) -> LogConfig {
    var config = LogConfig()
    config.cleanupPolicy = .compact
    config.segmentBytes = segmentBytes
    config.indexIntervalBytes = 100
    config.minCleanableDirtyRatio = 0
    config.fileDeleteDelayMilliseconds = 1
    return config
}

extension Log {
    /// Everything appended so far counts as replicated.
    func settle() { updateHighWatermark(to: endOffset) }

    /// Begins a new segment with a record of its own key: what lies before it can be compacted.
    func roll(_ key: String = "roll", epoch: Int32 = 0) async throws {
        let before = config.segmentMilliseconds
        config.segmentMilliseconds = .min / 2
        try await add(keyed([(key, "active")], timestamp: 1_000_000), epoch: epoch)
        config.segmentMilliseconds = before
        settle()
    }

    @discardableResult
    func cleanAll(_ terms: CleaningTerms = CleaningTerms()) async throws -> CleaningReport {
        guard case .cleaned(let report) = try await clean(terms) else { return CleaningReport() }
        return report
    }

    /// Offset, key and value of every record.
    func rows() async throws -> [String] {
        try await records().map { "\($0.offset) \($0.key?.text ?? "-")=\($0.value?.text ?? "∅")" }
    }

    func allBatches() async throws -> [RecordBatchHeader] { try await batches().map(\.header) }
}
