import Bytes
import Records

/// A record in a message of the older formats: the message's own, or one of those that it wraps compressed.
struct LegacyRecord {
    let message: LegacyMessage
    let offset: Int64
    /// `nil` without a key.
    let key: KeyHash?
    let hasValue: Bool
}

extension Cleaner {
    /// The records of what lies at a place without a header of today's format.
    func legacy(
        _ batch: BatchPlace, _ bytes: ByteSlice, _ source: SegmentBatches
    ) throws(CleaningStop) -> [LegacyRecord] {
        guard let message = LegacyMessage(bytes), message.hasValidCRC else {
            throw .failed(source.corrupt(at: batch.position, "the message's CRC is wrong"))
        }
        guard message.isCompressed else { return [try record(message, message.offset, batch, source)] }
        let inner: [(message: LegacyMessage, offset: Int64)]
        do throws(LegacyFailure) { inner = try message.unfolded(with: place.context.decompressor) } catch {
            throw .failed(source.corrupt(at: batch.position, "the message \(error)"))
        }
        pace.unfolded(inner.reduce(0) { $0 + $1.message.bytes.count })
        var records: [LegacyRecord] = []
        var next: Int64 = 0
        for (wrapped, offset) in inner {
            guard offset >= next, offset <= batch.lastOffset else {
                throw .failed(source.corrupt(at: batch.position, "the message \(LegacyFailure.offsets)"))
            }
            records.append(try record(wrapped, offset, batch, source))
            next = offset + 1
        }
        return records
    }

    private func record(
        _ message: LegacyMessage, _ offset: Int64, _ batch: BatchPlace, _ source: SegmentBatches
    ) throws(CleaningStop) -> LegacyRecord {
        guard let parts = message.parts else {
            throw .failed(source.corrupt(at: batch.position, "the message contradicts its own lengths"))
        }
        let key = parts.key.map { key in
            message.bytes.withUnsafeBytes { map.hash(UnsafeRawBufferPointer(rebasing: $0[key])) }
        }
        return LegacyRecord(message: message, offset: offset, key: key, hasValue: parts.hasValue)
    }

    /// Puts what stays of a message into `output`: all of it as it lies, or the kept ones of those it wraps, each by
    /// itself.
    mutating func filterLegacy(
        _ batch: BatchPlace, _ chunk: ByteSlice, _ range: Range<Int>, _ source: Segment, _ batches: SegmentBatches,
        _ mustStay: Bool, into output: inout CleanedOutput
    ) throws(CleaningStop) {
        let records = try legacy(batch, chunk[range], batches)
        var kept: [LegacyRecord] = []
        for record in records where try keeps(record, source) { kept.append(record) }
        report.recordsBefore += records.count
        report.recordsAfter += kept.count
        if kept.count == records.count {
            output.copy(chunk, range, batch, aborted: nil)
        } else if let wrapper = LegacyMessage(chunk[range]) {
            for record in kept {
                let bytes = record.message.unwrapped(at: record.offset, from: wrapper)
                guard output.segment.size <= Int(Int32.max) - bytes.count else {
                    throw .failed(batches.corrupt(at: batch.position, "unfolded, the messages don't fit a segment"))
                }
                let timestamp = wrapper.magic == 1 ? LegacyMessage(bytes)?.timestamp ?? -1 : -1
                output.add(bytes, lastOffset: record.offset, maxTimestamp: timestamp)
            }
            if mustStay, kept.last?.offset != batch.lastOffset {
                var place = RecordBatchHeader()
                place.baseOffset = batch.lastOffset
                place.lastOffsetDelta = 0
                output.add(place.encodedAlone(), place, aborted: nil)
            }
        }
    }

    private mutating func keeps(_ record: LegacyRecord, _ source: Segment) throws(CleaningStop) -> Bool {
        if record.offset > map.latestOffset { return true }
        guard let key = record.key else {
            report.recordsWithoutKey += 1
            return false
        }
        guard record.offset >= map.offset(of: key) else { return false }
        if record.hasValue { return true }
        return try keepsLegacyTombstones(source)
    }
}
