import Bytes
import Testing

@testable import Records

@Suite struct CompressionTests {
    static let codecs: [Compression] = [.gzip, .snappy, .lz4, .zstd]
    private let decompressor = Decompressor()

    private func compress(_ bytes: ByteSlice, _ codec: Compression, level: Int32? = nil) throws -> ByteSlice {
        var writer = ByteWriter()
        try bytes.withUnsafeBytes { try Compressor().compress($0, codec, level: level, into: &writer) }
        return writer.finish()
    }

    private func decompress(_ bytes: ByteSlice, _ codec: Compression, limit: Int = 1 << 24) throws(CompressionFailure)
        -> ByteSlice
    {
        try bytes.withUnsafeBytes { (raw) throws(CompressionFailure) in
            try decompressor.decompress(raw, codec, limit: limit)
        }
    }

    @Test(arguments: Compression.allCases)
    func randomDataComesBack(_ codec: Compression) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<8 {
            let bytes = generator.bytes(upTo: 150_000)
            #expect(try decompress(compress(bytes, codec), codec) == bytes, "seed \(seed)")
        }
    }

    @Test(arguments: codecs)
    func everyLevelComesBack(_ codec: Compression) throws {
        var generator = SeededGenerator(seed: 1)
        let bytes = generator.bytes(upTo: 50_000)
        let levels: [Int32] = codec.levels.map { [$0.lowerBound, -1, 1, 9, $0.upperBound] } ?? [0]
        for level in levels { #expect(try decompress(compress(bytes, codec, level: level), codec) == bytes) }
    }

    @Test(arguments: codecs)
    func bombsEndAtTheLimit(_ codec: Compression) throws {
        let bomb = try compress(ByteSlice([UInt8](repeating: 0, count: 110 << 20)), codec)
        #expect(throws: CompressionFailure.outputLimit(1 << 20)) { try decompress(bomb, codec, limit: 1 << 20) }
        var header = RecordBatchHeader()
        header.recordsCount = 1
        header.lastOffsetDelta = 0
        header.attributes = header.attributes.compressed(codec)
        var rules = BatchRules()
        rules.maxMessageBytes = .max
        #expect(throws: BatchError.self) {
            try BatchCheck().append(batch(header, records: bomb.array), rules, now: time)
        }
    }

    @Test(arguments: codecs)
    func theLimitItselfIsAllowed(_ codec: Compression) throws {
        let bytes = ByteSlice([UInt8](repeating: 7, count: 100_000))
        let compressed = try compress(bytes, codec)
        #expect(try decompress(compressed, codec, limit: 100_000) == bytes)
        #expect(throws: CompressionFailure.outputLimit(99_999)) { try decompress(compressed, codec, limit: 99_999) }
    }

    @Test(arguments: codecs)
    func streamsCutShortAreCorrupt(_ codec: Compression) throws {
        var generator = SeededGenerator(seed: 2)
        let compressed = try compress(generator.bytes(upTo: 2000) + ByteSlice([1, 2, 3]), codec)
        for count in 0..<compressed.count where codec != .snappy || count != 16 {
            #expect(throws: CompressionFailure.corrupt) { try decompress(compressed[0..<count], codec) }
        }
    }

    @Test(arguments: codecs)
    func damagedStreamsNeverTrap(_ codec: Compression) throws {
        var generator = SeededGenerator(seed: 3)
        let compressed = try compress(generator.bytes(upTo: 3000), codec).array
        for index in compressed.indices {
            for mask: UInt8 in [1, 0x80, 0xff] {
                var damaged = compressed
                damaged[index] ^= mask
                _ = try? decompress(ByteSlice(damaged), codec)
            }
        }
    }

    // snappy
    @Test func snappyIsFramedInBlocksOf32KiB() throws {
        var generator = SeededGenerator(seed: 4)
        let bytes = ByteSlice((0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let framed = try compress(bytes, .snappy).array
        #expect(framed[0..<16] == [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
        var position = 16
        var blocks = 0
        while position < framed.count {
            position += 4 + framed[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            blocks += 1
        }
        #expect(blocks == 4 && position == framed.count)
    }

    @Test func aBareSnappyBlockIsRead() throws {
        // Preamble 11, then one literal of 11 bytes.
        let raw = ByteSlice([11, 10 << 2] + Array("hello world".utf8))
        #expect(try decompress(raw, .snappy).text == "hello world")
    }

    @Test func aBareSnappyBlockLargerThanTheWindowIsRead() throws {
        // 1 MiB of one byte: a literal of 1, then copies of 64 from one byte back.
        let count = 1 << 20
        var raw: [UInt8] = [0x80, 0x80, 0x40, 0, 9]
        var left = count - 1
        while left > 0 {
            let piece = min(left, 64)
            raw += [UInt8(piece - 1) << 2 | 2, 1, 0]
            left -= piece
        }
        #expect(try decompress(ByteSlice(raw), .snappy) == ByteSlice([UInt8](repeating: 9, count: count)))
    }

    @Test func aSnappyHeaderInMidStreamIsLegal() throws {
        let one = try compress(ByteSlice(utf8: "one"), .snappy)
        let two = try compress(ByteSlice(utf8: "two"), .snappy)
        #expect(try decompress(one + two, .snappy).text == "onetwo")
    }

    @Test func aSnappyBlockThatDeclaresTooMuchIsntBelieved() {
        let raw = ByteSlice([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 9])
        #expect(throws: CompressionFailure.corrupt) { try decompress(raw, .snappy) }
    }

    // lz4
    @Test func lz4FramesAreAsKafkaWritesThem() throws {
        let framed = try compress(ByteSlice(utf8: "some bytes"), .lz4).array
        #expect(framed[0..<7] == [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82])
        #expect(framed.suffix(4) == [0, 0, 0, 0])
    }

    @Test func lz4WithDependentBlocksIsRefused() {
        let frame: [UInt8] = [0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0, 0, 0, 0, 0]
        #expect(throws: CompressionFailure.corrupt) { try decompress(ByteSlice(frame), .lz4) }
    }

    // gzip, zstd
    @Test(arguments: [Compression.gzip, .zstd])
    func severalMembersAreOneStream(_ codec: Compression) throws {
        let both = try compress(ByteSlice(utf8: "one"), codec) + compress(ByteSlice(utf8: "two"), codec)
        #expect(try decompress(both, codec).text == "onetwo")
    }

    @Test func namesAreThoseOfTheConfiguration() {
        #expect(Compression(name: "uncompressed") == Compression.none && Compression(name: "zstd") == .zstd)
        #expect(Compression(name: "producer") == nil && Compression.lz4.name == "lz4")
    }
}
