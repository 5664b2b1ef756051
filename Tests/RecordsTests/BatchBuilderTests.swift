import Bytes
import Testing

@testable import Records

@Suite struct BatchBuilderTests {
    @Test(arguments: Compression.allCases)
    func whatIsBuiltPassesTheCheckAndReadsBack(_ codec: Compression) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let check = BatchCheck()
        for _ in 0..<12 {
            var fields = BatchBuilder.Fields()
            fields.compression = codec
            let builder = BatchBuilder(fields)
            let sizes = [20, 200, 9000].randomElement(using: &generator) ?? 20
            let records = (0..<Int64.random(in: 1...40, using: &generator)).map {
                generator.record(offset: $0, sizes: sizes)
            }
            for record in records {
                let expected = builder.uncompressedSize(
                    adding: record.key, record.value, headers: record.headers, timestamp: record.timestamp)
                builder.append(record)
                #expect(builder.uncompressedSize == expected, "seed \(seed)")
            }
            let batch = try builder.finish(with: check.compressor)
            var rules = BatchRules()
            rules.maxMessageBytes = .max
            let checked = try check.append(batch.bytes, rules, now: time)
            #expect(!checked.isRewritten && checked.maxTimestamp == records.map(\.timestamp).max(), "seed \(seed)")
            let first = records.firstIndex { $0.timestamp == checked.maxTimestamp } ?? 0
            #expect(Int(checked.offsetDeltaOfMaxTimestamp) == first, "seed \(seed)")
            #expect(try checked.batch.records(with: check.decompressor) == records, "seed \(seed)")
        }
    }

    @Test func offsetsMayHaveHolesAndALastOffsetWithoutRecord() throws {
        var fields = BatchBuilder.Fields()
        fields.baseOffset = 100
        fields.baseSequence = 5
        fields.lastOffset = 109
        let builder = BatchBuilder(fields)
        builder.append(Record(offset: 103, timestamp: time))
        builder.append(Record(offset: 107, timestamp: time))
        let batch = builder.finish()
        #expect(batch.header.lastOffset == 109 && batch.header.recordsCount == 2)
        let records = try batch.records(with: Decompressor())
        #expect(records.map(\.offset) == [103, 107] && records.map(\.sequence) == [8, 12])
    }

    @Test func timestampsAreRelativeToADeleteHorizon() throws {
        var fields = BatchBuilder.Fields()
        fields.deleteHorizon = time + 86_400_000
        let builder = BatchBuilder(fields)
        builder.append(timestamp: time, key: ByteSlice(utf8: "k"), value: nil)
        let batch = builder.finish()
        #expect(batch.header.deleteHorizon == time + 86_400_000 && batch.header.maxTimestamp == time)
        #expect(try batch.records(with: Decompressor()).map(\.timestamp) == [time])
    }

    @Test func estimateShrinksOnlyWhatIsCompressed() {
        let builder = BatchBuilder()
        builder.append(timestamp: time, key: nil, value: ByteSlice([UInt8](repeating: 0, count: 1000)))
        #expect(builder.estimatedSize(ratio: 0.1) == builder.uncompressedSize)
        var fields = BatchBuilder.Fields()
        fields.compression = .zstd
        let compressed = BatchBuilder(fields)
        compressed.append(timestamp: time, key: nil, value: ByteSlice([UInt8](repeating: 0, count: 1000)))
        #expect(compressed.estimatedSize(ratio: 0.5) < 600)
    }

    @Test func patchingTimestampKeepsTheCRCRight() throws {
        let batch = try #require(RecordBatch(try producerBatch()))
        batch.patch(timestampType: .logAppendTime, maxTimestamp: 5)
        #expect(batch.hasValidCRC && batch.header.maxTimestamp == 5)
        #expect(batch.header.attributes.timestampType == .logAppendTime)
    }
}
