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
        let inner = try unfolded(message)
        guard let last = inner.last else { throw failure(message, "wraps no messages") }
        // Format 1 counts the offsets inside from 0; some clients leave the outer one 0 as well.
        let base = message.magic == 1 && message.offset != 0 ? message.offset &- last.offset : 0
        guard base >= 0 else { throw failure(message, "wraps messages with offsets beyond its own") }
        var records: [DumpedRecord] = []
        for wrapped in inner {
            guard !wrapped.isCompressed else { throw failure(message, "wraps messages that are compressed again") }
            var record = try record(wrapped)
            record.offset = base &+ wrapped.offset
            if wrapped.magic == 1, message.attributes & 8 != 0 { record.timestamp = message.timestamp }
            records.append(DumpedRecord(record: record, legacy: wrapped))
        }
        return records
    }

    private func unfolded(_ message: LegacyMessage) throws(DumpFailure) -> [LegacyMessage] {
        guard let value = try record(message).value,
            let codec = Compression(rawValue: UInt8(bitPattern: message.attributes & 7)), codec != .zstd
        else { throw failure(message, "is compressed in a way that its format doesn't know") }
        do {
            let plain = try value.withUnsafeBytes { (raw) throws(CompressionFailure) -> ByteSlice in
                try decompressor.decompress(raw, codec, limit: RecordLimits.uncompressedBytes)
            }
            var iterator = BatchIterator(plain)
            var messages: [LegacyMessage] = []
            while let element = try iterator.next() {
                guard case .legacy(let wrapped) = element else { break }
                messages.append(wrapped)
            }
            return messages
        } catch { throw failure(message, "can't be unfolded: \(error)") }
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
