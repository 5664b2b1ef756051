import Bytes
import LogEngine
import Reactor
import Records
import Testing

/// Directories that brokers before 0.11 wrote, compressed messages among them.
@Suite struct LegacyCleaningTests {
    /// CRC-32 (IEEE), bit by bit.
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 0 ? 0 : 0xedb8_8320) }
        }
    }

    private static func message(
        _ offset: Int64, magic: Int8, attributes: Int8 = 0, timestamp: Int64 = 1000, key: String?, value: [UInt8]?
    ) -> [UInt8] {
        var body = ByteWriter()
        body.integer(magic)
        body.integer(attributes)
        if magic == 1 { body.integer(timestamp) }
        for field in [key.map { Array($0.utf8) }, value] {
            body.integer(field.map { Int32($0.count) } ?? -1)
            for byte in field ?? [] { body.integer(byte) }
        }
        let rest = body.finish().array
        var whole = ByteWriter()
        whole.integer(offset)
        whole.integer(Int32(rest.count + 4))
        whole.integer(crc32(rest))
        return whole.finish().array + rest
    }

    /// A message that wraps `rows` from `offset` on.
    private static func wrapper(
        _ offset: Int64, magic: Int8, _ codec: Compression, attributes: Int8 = 0, _ rows: [(String, String?)]
    ) throws -> [UInt8] {
        let inner = rows.enumerated().flatMap { index, row in
            message(
                magic == 1 ? Int64(index) : offset + Int64(index), magic: magic, timestamp: 500 + Int64(index),
                key: row.0,
                value: row.1.map { Array($0.utf8) })
        }
        var packed = ByteWriter()
        try inner.withUnsafeBytes { try Compressor().compress($0, codec, into: &packed) }
        return message(
            offset + Int64(rows.count) - 1, magic: magic, attributes: Int8(codec.rawValue) | attributes, key: nil,
            value: packed.finish().array)
    }

    /// Offset, timestamp, key and value of each record, whatever holds it.
    private static func rows(_ log: Log) async throws -> [String] {
        var found: [String] = []
        var next = log.startOffset
        while next < log.endOffset {
            var writer = ByteWriter()
            for piece in try await log.read(from: next, maxBytes: 1 << 20, upTo: log.endOffset) { writer.bytes(piece) }
            var iterator = BatchIterator(writer.finish())
            let before = next
            while let element = try iterator.next() {
                switch element {
                case .batch(let batch):
                    next = batch.header.endOffset
                    found += try batch.records(with: Decompressor()).map { "\($0.offset) \($0.key?.text ?? "-")" }
                case .legacy(let wrapper):
                    #expect(wrapper.hasValidCRC)
                    next = wrapper.offset + 1
                    let inner =
                        wrapper.isCompressed
                        ? try wrapper.unfolded(with: Decompressor()) : [(message: wrapper, offset: wrapper.offset)]
                    for (message, offset) in inner {
                        let key = try #require(message.parts?.key)
                        let mark = message.parts?.hasValue == true ? "" : "=∅"
                        found.append("\(offset) \(message.bytes[key].text)\(mark)")
                    }
                }
            }
            if next == before { break }
        }
        return found
    }

    private static func open(_ context: LogContext, _ path: String, _ bytes: [UInt8], _ config: LogConfig) async throws
        -> Log
    {
        try context.core.files.makeDirectories(path)
        let file = try context.core.files.open(path + "/" + SegmentFileName(0, .log).text, .create)
        try file.write([ByteSlice(bytes)], at: 0)
        file.close()
        return try await Log.open(path, config, clean: false, context)
    }

    @Test(arguments: [(Int8(0), Compression.gzip), (0, .snappy), (1, .gzip), (1, .snappy), (1, .lz4)])
    func whatIsSupersededGoesAndTheRestStaysAsItIs(magic: Int8, codec: Compression) async throws {
        try await withLogs { context, directory in
            let first = try Self.wrapper(0, magic: magic, codec, [("k0", "a"), ("k1", "b"), ("k2", "c"), ("k3", "d")])
            let second = Self.message(4, magic: magic, key: "k1", value: [1])
            let third = try Self.wrapper(5, magic: magic, codec, [("k0", "e"), ("k2", nil), ("k9", "f")])
            let log = try await Self.open(context, directory + "/t-0", first + second + third, compacted())
            try await log.roll()
            let report = try await log.cleanAll()
            #expect(report.recordsBefore == 8 && report.recordsAfter == 5)
            let left = ["3 k3", "4 k1", "5 k0", "6 k2=∅", "7 k9", "8 roll"]
            #expect(try await Self.rows(log) == left)
            try await log.close()
            let again = try await Log.open(directory + "/t-0", compacted(), clean: false, context)
            #expect(try await Self.rows(again) == left)
            for offset in Int64(0)..<9 {
                let pieces = try await again.read(from: offset, maxBytes: 1, upTo: 9)
                #expect(!pieces.isEmpty)
            }
            await again.abandon()
        }
    }

    @Test func aMessageThatIsUnwrappedHasTheTimeOfItsWrapperWhereThatCounts() async throws {
        try await withLogs { context, directory in
            let bytes =
                try Self.wrapper(0, magic: 1, .gzip, attributes: 8, [("a", "1"), ("b", "1")])
                + Self.wrapper(2, magic: 1, .gzip, [("c", "1"), ("d", "1"), ("a", "1"), ("d", "2")])
            let log = try await Self.open(context, directory + "/t-0", bytes, compacted())
            try await log.roll()
            try await log.cleanAll()
            var found: [String] = []
            var writer = ByteWriter()
            for piece in try await log.read(from: 0, maxBytes: 1 << 20, upTo: 6) { writer.bytes(piece) }
            var iterator = BatchIterator(writer.finish())
            while case .legacy(let message)? = try iterator.next() {
                found.append("\(message.offset) \(message.timestamp) \(message.attributes) \(message.hasValidCRC)")
            }
            #expect(found == ["1 1000 8 true", "2 500 0 true", "4 502 0 true", "5 503 0 true"])
            #expect(try await log.offset(forTimestamp: 503)?.offset == 1)
            await log.abandon()
        }
    }

    @Test func theEndOfAGroupIsMarkedWhenItsLastMessageGoes() async throws {
        try await withLogs { context, directory in
            let bytes = try Self.wrapper(0, magic: 1, .gzip, [("a", "1"), ("b", "1")])
            let config = compacted(segmentBytes: 150)
            let log = try await Self.open(context, directory + "/t-0", bytes, config)
            try await log.add(keyed([("a", "2"), ("b", "2")]))
            try await log.add(keyed([("c", "2"), ("d", "2")]))
            try await log.roll()
            try await log.cleanAll()
            #expect(try await Self.rows(log) == ["2 a", "3 b", "4 c", "5 d", "6 roll"])
            #expect(try await log.allBatches().map(\.lastOffset).first == 1)
            await log.abandon()
        }
    }

    @Test func whatCannotBeUnfoldedIsToldOf() async throws {
        try await withLogs { context, directory in
            let path = directory + "/t-0"
            let bytes = Self.message(0, magic: 1, attributes: 1, key: nil, value: Array("no gzip at all".utf8))
            let log = try await Self.open(context, path, bytes, compacted())
            try await log.roll()
            do throws(LogError) {
                _ = try await log.clean()
                Issue.record("it was compacted")
            } catch {
                guard case .corrupt(path + "/" + SegmentFileName(0, .log).text, 0, let reason) = error else {
                    throw error
                }
                #expect(reason.hasPrefix("the message can't be unfolded"))
            }
            await log.abandon()
        }
    }
}
