import Bytes

/// Reads a batch's records one by one; keys and values stay where they are.
public struct RecordIterator {
    private let header: RecordBatchHeader
    private let payload: ByteSlice
    private var position = 0
    /// Records read so far.
    public private(set) var index = 0

    /// Unfolds the records when they are compressed. The CRC isn't looked at.
    ///
    /// - Parameter limit: bytes that compressed records may unfold to.
    public init(
        _ batch: RecordBatch, with decompressor: Decompressor, limit: Int = RecordLimits.uncompressedBytes
    ) throws(RecordFailure) {
        header = batch.header
        guard header.recordsCount >= 0 else { throw .count(declared: header.recordsCount) }
        guard let codec = header.attributes.compression else { throw .unknownCodec }
        if codec == .none || header.recordsCount == 0 {
            payload = batch.payload
            return
        }
        do {
            payload = try batch.payload.withUnsafeBytes { (raw) throws(CompressionFailure) -> ByteSlice in
                try decompressor.decompress(raw, codec, limit: limit)
            }
        } catch { throw .compression(error) }
    }

    /// The next record; `nil` behind the last. A batch that holds more or fewer than it declares ends in an error.
    public mutating func next() throws(RecordFailure) -> Record? {
        guard index < Int(header.recordsCount) else {
            guard position == payload.count else { throw .count(declared: header.recordsCount) }
            return nil
        }
        guard position < payload.count else { throw .count(declared: header.recordsCount) }
        do {
            let record = try payload.withUnsafeBytes { (raw) throws(ReadFailure) -> Record in
                var reader = ByteReader(UnsafeRawBufferPointer(rebasing: raw[position...]))
                let length = Int(try reader.zigzag32())
                guard length >= 0, length <= reader.remaining else { throw .truncated }
                let start = position + reader.position
                position = start + length
                return try body(UnsafeRawBufferPointer(rebasing: raw[start..<start + length]), at: start)
            }
            index += 1
            return record
        } catch { throw .malformed(index: index) }
    }

    /// All that are left.
    public mutating func remaining() throws(RecordFailure) -> [Record] {
        var records: [Record] = []
        while let record = try next() { records.append(record) }
        return records
    }

    private func body(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(ReadFailure) -> Record {
        var reader = ByteReader(bytes)
        try reader.skip(1)
        let timestampDelta = try reader.zigzag64()
        let offsetDelta = try reader.zigzag32()
        let key = try slice(&reader, at: start)
        let value = try slice(&reader, at: start)
        let headersCount = Int(try reader.zigzag32())
        guard headersCount >= 0, headersCount <= reader.remaining else { throw .truncated }
        var headers: [RecordHeader] = []
        for _ in 0..<headersCount {
            guard let name = try slice(&reader, at: start) else { throw .truncated }
            headers.append(RecordHeader(keyBytes: name, value: try slice(&reader, at: start)))
        }
        guard reader.remaining == 0 else { throw .truncated }
        return Record(
            offset: header.baseOffset &+ Int64(offsetDelta), timestamp: timestamp(timestampDelta),
            sequence: header.baseSequence == SequenceNumber.none
                ? SequenceNumber.none : SequenceNumber.increment(header.baseSequence, by: offsetDelta),
            key: key, value: value, headers: headers)
    }

    private func timestamp(_ delta: Int64) -> Int64 {
        header.attributes.timestampType == .logAppendTime ? header.maxTimestamp : header.baseTimestamp &+ delta
    }

    private func slice(_ reader: inout ByteReader, at start: Int) throws(ReadFailure) -> ByteSlice? {
        let count = Int(try reader.zigzag32())
        guard count >= 0 else { return nil }
        let from = start + reader.position
        try reader.skip(count)
        return payload[from..<from + count]
    }
}

extension RecordBatch {
    /// All records, for those who don't mind the array.
    public func records(
        with decompressor: Decompressor, limit: Int = RecordLimits.uncompressedBytes
    ) throws(RecordFailure) -> [Record] {
        var iterator = try RecordIterator(self, with: decompressor, limit: limit)
        return try iterator.remaining()
    }
}
