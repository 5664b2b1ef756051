import Bytes
import Records
import Testing

@Suite struct BatchReductionTests {
    private func batch(_ codec: Compression = .none, _ change: (inout BatchBuilder.Fields) -> Void = { _ in }) throws
        -> RecordBatch
    {
        var fields = BatchBuilder.Fields()
        fields.baseOffset = 100
        fields.partitionLeaderEpoch = 3
        fields.compression = codec
        fields.producerID = 7
        fields.producerEpoch = 1
        fields.baseSequence = 40
        change(&fields)
        let builder = BatchBuilder(fields)
        for index in 0..<6 {
            builder.append(
                timestamp: 1000 + Int64(index % 4) * 500, key: ByteSlice(utf8: "k\(index)"),
                value: index == 4 ? nil : ByteSlice(utf8: String(repeating: "v\(index)", count: 30)),
                headers: index == 2 ? [RecordHeader(keyBytes: ByteSlice(utf8: "h"), value: nil)] : [])
        }
        return try builder.finish(with: Compressor())
    }

    private func records(_ batch: RecordBatch) throws -> ByteSlice {
        guard let codec = batch.header.attributes.compression, codec != .none else { return batch.payload }
        return try batch.payload.withUnsafeBytes { try Decompressor().decompress($0, codec, limit: 1 << 20) }
    }

    private func reduce(_ batch: RecordBatch, keeping kept: Set<Int32>, horizon: Int64? = nil) throws -> RecordBatch {
        let plain = try records(batch)
        var reduction = BatchReduction(batch.header, records: plain)
        try plain.withUnsafeBytes { raw in
            var layouts = RecordLayouts(raw, count: batch.header.recordsCount)
            var layout = RecordLayout()
            while try layouts.next(&layout) { if kept.contains(layout.offsetDelta) { reduction.keep(layout) } }
        }
        let made = try reduction.finish(deleteHorizon: horizon, with: Compressor())
        let reduced = try #require(RecordBatch(made.bytes))
        #expect(reduced.hasValidCRC && reduced.header.baseOffset == made.header.baseOffset)
        #expect(reduced.header.maxTimestamp == made.header.maxTimestamp)
        return reduced
    }

    @Test(arguments: Compression.allCases, [Int64?.none, 999, 5_000_000_000])
    func whatIsKeptStaysAsItWas(codec: Compression, horizon: Int64?) throws {
        let original = try batch(codec)
        let reduced = try reduce(original, keeping: [1, 2, 4], horizon: horizon)
        let before = try original.records(with: Decompressor())
        #expect(try reduced.records(with: Decompressor()) == [before[1], before[2], before[4]])
        #expect(reduced.header.attributes.compression == codec)
        #expect(reduced.header.lastOffset == original.header.lastOffset)
        #expect(reduced.header.lastSequence == original.header.lastSequence)
        #expect(reduced.header.partitionLeaderEpoch == 3)
        #expect(reduced.header.recordsCount == 3)
        #expect(reduced.header.maxTimestamp == 2000)
        #expect(reduced.header.deleteHorizon == horizon)
    }

    @Test func aHorizonThatIsThereStays() throws {
        let marked = try reduce(batch(), keeping: [1, 3, 4], horizon: 77)
        let reduced = try reduce(marked, keeping: [3, 4])
        #expect(reduced.header.deleteHorizon == 77)
        #expect(try reduced.records(with: Decompressor()).map(\.timestamp) == [2500, 1000])
    }

    @Test func theTimeOfTheAppendStays() throws {
        let original = try batch { $0.logAppendTime = 9000 }
        let reduced = try reduce(original, keeping: [0], horizon: 5)
        #expect(reduced.header.maxTimestamp == 9000)
        #expect(try reduced.records(with: Decompressor()).map(\.timestamp) == [9000])
    }

    @Test func nothingKeptLeavesAHeader() throws {
        let original = try batch(.zstd)
        let reduced = try reduce(original, keeping: [])
        #expect(reduced.totalSize == RecordBatchHeader.size && reduced.header.recordsCount == 0)
        #expect(reduced.header.lastSequence == 45 && reduced.header.lastOffset == 105)
    }

    @Test func recordsThatContradictThemselvesAreFound() throws {
        let bytes = try batch().payload.array
        for position in 0..<8 {
            for value in [UInt8(0), 1, 0x7f, 0x80, 0xff] {
                var broken = bytes
                broken[position] = value
                broken.withUnsafeBytes { raw in
                    var layouts = RecordLayouts(raw, count: 6)
                    var layout = RecordLayout()
                    while (try? layouts.next(&layout)) == true {
                        #expect(layout.range.upperBound <= raw.count && (layout.key?.upperBound ?? 0) <= raw.count)
                    }
                }
            }
        }
        for count in [Int32(0), 5, 7, -1] {
            #expect(throws: RecordFailure.self) {
                try bytes.withUnsafeBytes { raw in
                    var layouts = RecordLayouts(raw, count: count)
                    var layout = RecordLayout()
                    while try layouts.next(&layout) {}
                }
            }
        }
    }
}
