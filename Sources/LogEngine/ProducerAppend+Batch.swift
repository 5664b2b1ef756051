import Bytes
import Records

extension ProducerAppend {
    /// What `header` says of its producer; `nil` without one, and for control batches that end no transaction (among
    /// them those that compaction emptied).
    ///
    /// - Parameter batch: the whole batch; asked of control batches only.
    init?(
        _ header: RecordBatchHeader, firstOffset: Int64, with decompressor: Decompressor,
        batch: () throws(LogError) -> ByteSlice
    ) throws(LogError) {
        guard header.hasProducerID else { return nil }
        let content: Content
        if header.attributes.isControl {
            guard let batch = RecordBatch(try batch()), let marker = Self.marker(batch, decompressor) else {
                return nil
            }
            content = .marker(marker)
        } else {
            content = .data(firstSequence: header.baseSequence, isTransactional: header.attributes.isTransactional)
        }
        self.init(
            producerID: header.producerID, epoch: header.producerEpoch, firstOffset: firstOffset,
            lastOffsetDelta: header.lastOffsetDelta, maxTimestamp: header.maxTimestamp, content: content)
    }

    private static func marker(_ batch: RecordBatch, _ decompressor: Decompressor) -> Marker? {
        guard var records = try? RecordIterator(batch, with: decompressor), let record = try? records.next(),
            let marker = EndTransactionMarker(record)
        else { return nil }
        return Marker(isAbort: !marker.isCommit, coordinatorEpoch: marker.coordinatorEpoch)
    }
}
