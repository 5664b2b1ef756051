import Bytes
import Records

/// The records of a message of the formats before 0.11: itself, or those it wraps compressed.
struct LegacyRecords {
    private let decompressor: Decompressor
    private let path: String

    init(_ decompressor: Decompressor, _ path: String) {
        self.decompressor = decompressor
        self.path = path
    }

    func records(_ message: LegacyMessage) throws(DumpFailure) -> [DumpedRecord] {
        guard message.isCompressed else { return [DumpedRecord(record: try record(message), legacy: message)] }
        let inner: [(message: LegacyMessage, offset: Int64)]
        do { inner = try message.unfolded(with: decompressor) } catch { throw failure(message, "\(error)") }
        var records: [DumpedRecord] = []
        for (wrapped, offset) in inner {
            var record = try record(wrapped)
            record.offset = offset
            if wrapped.magic == 1, message.attributes & 8 != 0 { record.timestamp = message.timestamp }
            records.append(DumpedRecord(record: record, legacy: wrapped))
        }
        return records
    }

    private func record(_ message: LegacyMessage) throws(DumpFailure) -> Record {
        do {
            return try message.bytes.withUnsafeBytes { (raw) throws(ReadFailure) -> Record in
                var reader = ByteReader(raw)
                try reader.skip(message.magic == 0 ? 18 : 26)
                let key = try field(&reader, message.bytes)
                let value = try field(&reader, message.bytes)
                return Record(offset: message.offset, timestamp: message.timestamp, key: key, value: value)
            }
        } catch { throw failure(message, "contradicts its own lengths") }
    }

    private func field(_ reader: inout ByteReader, _ bytes: ByteSlice) throws(ReadFailure) -> ByteSlice? {
        let count = Int(try reader.integer(as: Int32.self))
        guard count >= 0 else { return nil }
        let start = reader.position
        try reader.skip(count)
        return bytes[start..<start + count]
    }

    private func failure(_ message: LegacyMessage, _ what: String) -> DumpFailure {
        DumpFailure("\(path): the message at offset \(message.offset) \(what)")
    }
}

extension LegacyMessage {
    /// The CRC-32 that it carries.
    var crc: UInt32 { bytes.bigEndian(12) }
}
