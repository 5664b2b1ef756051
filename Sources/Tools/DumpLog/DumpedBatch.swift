import Bytes
import Records

/// A batch of a log of any format, as it is printed.
struct DumpedBatch {
    let frame: SegmentReader.Frame
    private let content: Content

    private enum Content {
        case current(RecordBatchHeader)
        case legacy(LegacyMessage)
    }

    init(_ frame: SegmentReader.Frame, _ reader: SegmentReader) throws(DumpFailure) {
        self.frame = frame
        if frame.magic >= 2 {
            content = .current(try reader.header(frame))
        } else {
            guard let message = LegacyMessage(try reader.whole(frame)) else {
                throw DumpFailure("\(reader.path): the message at position \(frame.position) contradicts itself")
            }
            content = .legacy(message)
        }
    }

    /// What the line begins with.
    var identity: String {
        switch content {
        case .legacy(let message): return "offset: \(message.offset)"
        case .current(let header):
            let horizon = header.deleteHorizon.map { "OptionalLong[\($0)]" } ?? "OptionalLong.empty"
            return "baseOffset: \(header.baseOffset) lastOffset: \(header.lastOffset) count: \(header.recordsCount) "
                + "baseSequence: \(header.baseSequence) lastSequence: \(header.lastSequence) "
                + "producerId: \(header.producerID) producerEpoch: \(header.producerEpoch) "
                + "partitionLeaderEpoch: \(header.partitionLeaderEpoch) "
                + "isTransactional: \(header.attributes.isTransactional) isControl: \(header.attributes.isControl) "
                + "deleteHorizonMs: \(horizon)"
        }
    }

    var lastOffset: Int64 {
        switch content {
        case .current(let header): header.lastOffset
        case .legacy(let message): message.offset
        }
    }

    var isControl: Bool {
        if case .current(let header) = content { header.attributes.isControl } else { false }
    }

    /// Kafka's name of it.
    var timestampType: String {
        switch content {
        case .current(let header):
            header.attributes.timestampType == .logAppendTime ? "LogAppendTime" : "CreateTime"
        case .legacy(let message):
            message.magic == 0 ? "NoTimestampType" : message.attributes & 8 == 0 ? "CreateTime" : "LogAppendTime"
        }
    }

    var maxTimestamp: Int64 {
        switch content {
        case .current(let header): header.maxTimestamp
        case .legacy(let message): message.timestamp
        }
    }

    var codec: Compression? {
        switch content {
        case .current(let header): header.attributes.compression
        case .legacy(let message): Compression(rawValue: UInt8(bitPattern: message.attributes & 7))
        }
    }

    var crc: UInt32 {
        switch content {
        case .current(let header): header.crc
        case .legacy(let message): message.crc
        }
    }

    func isValid(_ reader: SegmentReader) throws(DumpFailure) -> Bool {
        switch content {
        case .current(let header): try reader.hasValidCRC(frame, header)
        case .legacy(let message): message.hasValidCRC
        }
    }

    /// Hands out the records one after the other, up to the first that can't be read.
    func eachRecord(
        _ reader: SegmentReader, _ decompressor: Decompressor,
        _ body: (DumpedRecord) throws(DumpFailure) -> Void
    ) throws(DumpFailure) {
        switch content {
        case .legacy(let message):
            for record in try LegacyRecords(decompressor, reader.path).records(message) { try body(record) }
        case .current(let header):
            guard header.recordsCount != 0 else { return }
            var records = try iterator(reader, decompressor)
            if header.attributes.compression != Compression.none {
                // As Kafka: all records of a compressed batch, or none.
                var all: [Record] = []
                while let record = try next(&records, reader) { all.append(record) }
                for record in all { try body(DumpedRecord(record: record, legacy: nil)) }
                return
            }
            var current = try next(&records, reader)
            while let record = current {
                // As Kafka's iterator: bytes behind the last record cost that record.
                let isLast = records.index == Int(header.recordsCount)
                if isLast { current = try next(&records, reader) }
                try body(DumpedRecord(record: record, legacy: nil))
                if !isLast { current = try next(&records, reader) }
            }
        }
    }

    private func iterator(
        _ reader: SegmentReader, _ decompressor: Decompressor
    ) throws(DumpFailure) -> RecordIterator {
        let batch = try batch(reader)
        do { return try RecordIterator(batch, with: decompressor) } catch { throw unreadable(reader, error) }
    }

    private func next(_ records: inout RecordIterator, _ reader: SegmentReader) throws(DumpFailure) -> Record? {
        do {
            guard var record = try records.next() else { return nil }
            record.sequence = max(record.sequence, SequenceNumber.none)
            return record
        } catch { throw unreadable(reader, error) }
    }

    private func unreadable(_ reader: SegmentReader, _ failure: RecordFailure) -> DumpFailure {
        DumpFailure("\(reader.path), batch at position \(frame.position): \(failure)")
    }

    private func batch(_ reader: SegmentReader) throws(DumpFailure) -> RecordBatch {
        var bytes = try reader.whole(frame)
        if frame.magic != 2 {
            // A format of the future is read as the newest one known, as Kafka does.
            var copy = bytes.array
            copy[16] = 2
            bytes = ByteSlice(copy)
        }
        guard let batch = RecordBatch(bytes) else {
            throw DumpFailure("\(reader.path): the batch at position \(frame.position) is shorter than its header")
        }
        return batch
    }
}

/// A record, and the message of an old format that holds it.
struct DumpedRecord {
    let record: Record
    let legacy: LegacyMessage?
}
