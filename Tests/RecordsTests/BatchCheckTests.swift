import Bytes
import Testing

@testable import Records

@Suite struct BatchCheckTests {
    private let check = BatchCheck()
    private var rules = BatchRules()

    private func code(_ bytes: ByteSlice, _ rules: BatchRules = BatchRules(), version: Int16 = 13) -> BatchError.Code? {
        do throws(BatchError) {
            _ = try check.append(bytes, rules, produceVersion: version, now: time)
            return nil
        } catch { return error.code }
    }

    private func error(_ bytes: ByteSlice, _ rules: BatchRules, now: Int64 = time) -> BatchError? {
        do throws(BatchError) {
            _ = try check.append(bytes, rules, now: now)
            return nil
        } catch { return error }
    }

    @Test(arguments: Compression.allCases)
    func aGoodBatchKeepsItsBytes(_ codec: Compression) throws {
        let bytes = try producerBatch(100, codec) {
            $0.producerID = 7; $0.producerEpoch = 2; $0.baseSequence = 5
        }
        let checked = try check.append(ByteSlice(bytes.array), rules, now: time)
        #expect(checked.bytes == bytes && !checked.isRewritten)
        #expect(checked.recordsCount == 100 && checked.lastOffsetDelta == 99)
        #expect(checked.firstSequence == 5 && checked.lastSequence == 104 && checked.producerID == 7)
        #expect(checked.maxTimestamp == time + 99 && checked.offsetDeltaOfMaxTimestamp == 99)
        #expect(checked.logAppendTime == -1)
    }

    @Test func placingChangesNothingThatTheCRCCovers() throws {
        let checked = try check.append(try producerBatch(), rules, now: time)
        checked.place(at: 1 << 40, leaderEpoch: 17)
        #expect(checked.batch.hasValidCRC)
        #expect(checked.batch.header.baseOffset == 1 << 40 && checked.batch.header.partitionLeaderEpoch == 17)
    }

    // 1: exactly one batch of magic 2; zstd
    @Test func noBatchAtAll() { #expect(code(ByteSlice()) == .invalidRecord) }

    @Test func aPartialBatchAlone() throws {
        #expect(code(try producerBatch()[0..<70]) == .invalidRecord)
    }

    @Test func twoBatches() throws {
        #expect(code(try producerBatch() + producerBatch()) == .invalidRecord)
    }

    @Test func aPartialBatchBehindIsDropped() throws {
        let one = try producerBatch()
        let checked = try check.append(one + one[0..<40], rules, now: time)
        #expect(checked.bytes == one)
    }

    @Test(arguments: [0, 1] as [UInt8])
    func olderFormats(_ magic: UInt8) throws {
        var bytes = try producerBatch().array
        bytes[16] = magic
        #expect(code(ByteSlice(bytes)) == .invalidRecord)
    }

    @Test func unknownFormat() throws {
        var bytes = try producerBatch().array
        bytes[16] = 3
        #expect(code(ByteSlice(bytes)) == .corruptMessage)
    }

    @Test func zstdNeedsProduce7() throws {
        let bytes = try producerBatch(3, .zstd)
        #expect(code(bytes, version: 6) == .unsupportedCompressionType)
        #expect(code(bytes, version: 7) == nil)
    }

    @Test func unknownCodec() throws {
        let bytes = try changed(producerBatch()) { $0.attributes.rawValue |= 5 }
        #expect(code(bytes) == .unsupportedCompressionType)
    }

    // 2: base offset, size, CRC
    @Test func baseOffsetOfAClientIsZero() throws {
        let bytes = try changed(producerBatch()) { $0.baseOffset = 1 }
        #expect(code(bytes) == .invalidRecord)
        var rules = BatchRules()
        rules.origin = .coordinator
        #expect(code(bytes, rules) == nil)
    }

    @Test func sizeCountsTheWholeBatch() throws {
        let bytes = try producerBatch()
        var rules = BatchRules()
        rules.maxMessageBytes = bytes.count
        #expect(code(bytes, rules) == nil)
        rules.maxMessageBytes -= 1
        #expect(code(bytes, rules) == .messageTooLarge)
    }

    @Test func wrongCRC() throws {
        var bytes = try producerBatch().array
        bytes[70] ^= 1
        #expect(code(ByteSlice(bytes)) == .corruptMessage)
    }

    @Test func sizeComesBeforeCRC() throws {
        var bytes = try producerBatch().array
        bytes[70] ^= 1
        var rules = BatchRules()
        rules.maxMessageBytes = 70
        #expect(code(ByteSlice(bytes), rules) == .messageTooLarge)
    }

    @Test func lengthBelowAHeader() throws {
        var bytes = try producerBatch().array
        bytes[11] = 48
        #expect(code(ByteSlice(bytes)) == .corruptMessage)
    }

    // 3: counts, control, sequence
    @Test(
        arguments: [(0, -1), (0, 2), (-1, -2), (3, 3), (2, 2), (.max, 2), (3, .max), (.min, .max)] as [(Int32, Int32)])
    func countAndLastOffsetDeltaAgree(_ count: Int32, _ delta: Int32) throws {
        let bytes = try changed(producerBatch()) {
            $0.recordsCount = count; $0.lastOffsetDelta = delta
        }
        #expect(code(bytes) == .invalidRecord)
    }

    @Test(arguments: [2, 4] as [Int32], Compression.allCases)
    func theDeclaredCountIsTheRecords(_ count: Int32, _ codec: Compression) throws {
        let bytes = try changed(producerBatch(3, codec)) {
            $0.recordsCount = count; $0.lastOffsetDelta = count - 1
        }
        #expect(code(bytes) == .invalidRecord)
    }

    @Test func clientsWriteNoControlBatch() throws {
        let bytes = try producerBatch { $0.isControl = true }
        #expect(code(bytes) == .invalidRecord)
    }

    @Test func coordinatorsWriteMarkersWhichStayAsTheyAre() throws {
        var rules = BatchRules()
        rules.origin = .coordinator
        rules.compression = .lz4
        let marker = EndTransactionMarker(isCommit: true, coordinatorEpoch: 3)
        let batch = marker.batch(producerID: 9, producerEpoch: 1, timestamp: time)
        #expect(try check.append(batch.bytes, rules, now: time).bytes.count == 78)
    }

    @Test func aProducerIDNeedsASequence() throws {
        #expect(
            code(
                try producerBatch {
                    $0.producerID = 1; $0.producerEpoch = 0
                }) == .invalidRecord)
        #expect(
            code(
                try producerBatch {
                    $0.producerID = 1; $0.producerEpoch = 0; $0.baseSequence = 0
                }) == nil)
    }

    // 4: keys
    @Test(arguments: Compression.allCases)
    func compactedTopicsNeedKeys(_ codec: Compression) throws {
        var rules = BatchRules()
        rules.requiresKeys = true
        #expect(code(try producerBatch(3, codec), rules) == nil)
        let failure = try #require(error(try producerBatch(3, codec, keys: false), rules))
        #expect(failure.code == .invalidRecord)
        #expect(failure.recordErrors.map(\.index) == [0, 1, 2])
        #expect(failure.recordErrors.allSatisfy { !$0.message.isEmpty } && !failure.message.isEmpty)
    }

    // 5: timestamps
    @Test func timestampsTooOldOrTooNew() throws {
        var rules = BatchRules()
        rules.timestampBeforeMaxMilliseconds = 1000
        rules.timestampAfterMaxMilliseconds = 500
        let bytes = try producerBatch()
        #expect(error(bytes, rules, now: time + 1000) == nil)
        let old = try #require(error(bytes, rules, now: time + 1001))
        #expect(old.code == .invalidTimestamp && old.recordErrors.map(\.index) == [0])
        #expect(error(bytes, rules, now: time + 2 - 500) == nil)
        let new = try #require(error(bytes, rules, now: time + 1 - 500))
        #expect(new.code == .invalidTimestamp && new.recordErrors.map(\.index) == [2])
    }

    @Test func extremeTimestampsDontOverflow() throws {
        for timestamp in [Int64.min, .max] {
            let builder = BatchBuilder()
            builder.append(timestamp: timestamp, key: nil, value: nil)
            var rules = BatchRules()
            rules.timestampBeforeMaxMilliseconds = 5
            #expect(error(builder.finish().bytes, rules, now: time)?.code == .invalidTimestamp)
        }
    }

    @Test func noTimestampPasses() throws {
        let builder = BatchBuilder()
        builder.append(timestamp: -1, key: nil, value: nil)
        var rules = BatchRules()
        rules.timestampBeforeMaxMilliseconds = 1
        let checked = try check.append(builder.finish().bytes, rules, now: time)
        #expect(checked.maxTimestamp == -1)
    }

    @Test func invalidTimestampComesBeforeInvalidRecord() throws {
        let builder = BatchBuilder()
        builder.append(timestamp: time, key: nil, value: nil)
        builder.append(timestamp: time + 7_200_000, key: ByteSlice(utf8: "k"), value: nil)
        var rules = BatchRules()
        rules.requiresKeys = true
        let failure = try #require(error(builder.finish().bytes, rules))
        #expect(failure.code == .invalidTimestamp && failure.recordErrors.map(\.index) == [0, 1])
    }

    @Test(arguments: [TimestampType.createTime, .logAppendTime])
    func producersDontSetLogAppendTime(_ type: TimestampType) throws {
        var rules = BatchRules()
        rules.timestampType = type
        #expect(code(try producerBatch { $0.logAppendTime = time }, rules) == .invalidTimestamp)
    }

    @Test func recordErrorsAreBounded() throws {
        var rules = BatchRules()
        rules.requiresKeys = true
        let failure = try #require(error(try producerBatch(5000, keys: false), rules))
        #expect(failure.recordErrors.count == RecordLimits.recordErrors)
    }

    // 6: offsets
    @Test(arguments: Compression.allCases)
    func offsetDeltasOutOfStepRebuildTheBatch(_ codec: Compression) throws {
        // Two records whose deltas are 0 and 5 though the header says 0 and 1.
        let builder = BatchBuilder()
        builder.append(Record(offset: 0, timestamp: time + 9, key: ByteSlice(utf8: "a")))
        builder.append(Record(offset: 5, timestamp: time, value: ByteSlice(utf8: "b")))
        var plain = builder.finish()
        plain = try #require(RecordBatch(try changed(plain.bytes) { $0.lastOffsetDelta = 1 }))
        var writer = ByteWriter()
        try plain.payload.withUnsafeBytes { try Compressor().compress($0, codec, into: &writer) }
        var header = plain.header
        header.attributes = header.attributes.compressed(codec)
        let checked = try check.append(batch(header, records: writer.finish().array), rules, now: time)
        let records = try checked.batch.records(with: Decompressor())
        #expect(checked.isRewritten && checked.batch.hasValidCRC)
        #expect(checked.header.attributes.compression == codec)
        #expect(records.map(\.offset) == [0, 1] && records.map(\.timestamp) == [time + 9, time])
        #expect(records[0].key?.text == "a" && records[1].value?.text == "b")
        #expect(checked.maxTimestamp == time + 9 && checked.offsetDeltaOfMaxTimestamp == 0)
    }

    // 7: maximum timestamp
    @Test(arguments: Compression.allCases)
    func aWrongMaxTimestampIsRewritten(_ codec: Compression) throws {
        let good = try producerBatch(3, codec)
        for lie in [Int64.min, -1, time, .max] {
            let checked = try check.append(changed(good) { $0.maxTimestamp = lie }, rules, now: time)
            #expect(checked.bytes == good && checked.maxTimestamp == time + 2 && checked.header == checked.batch.header)
        }
    }

    @Test(arguments: Compression.allCases)
    func logAppendTimeIsTheBrokersClock(_ codec: Compression) throws {
        var rules = BatchRules()
        rules.timestampType = .logAppendTime
        let checked = try check.append(producerBatch(3, codec), rules, now: time + 99_999_999)
        #expect(checked.batch.hasValidCRC && !checked.isRewritten)
        #expect(checked.timestampType == .logAppendTime && checked.logAppendTime == time + 99_999_999)
        #expect(checked.offsetDeltaOfMaxTimestamp == 2)
        #expect(try checked.batch.records(with: Decompressor()).allSatisfy { $0.timestamp == time + 99_999_999 })
    }

    // 8: compression.type
    @Test(arguments: Compression.allCases, Compression.allCases)
    func anotherCodecRecompresses(_ from: Compression, _ to: Compression) throws {
        var rules = BatchRules()
        rules.compression = to
        let sent = try producerBatch(50, from) {
            $0.producerID = 4; $0.producerEpoch = 1; $0.baseSequence = 0
        }
        let checked = try check.append(ByteSlice(sent.array), rules, now: time)
        #expect(checked.isRewritten == (from != to) && checked.batch.hasValidCRC)
        #expect(checked.header.attributes.compression == to && checked.header == checked.batch.header)
        #expect(checked.producerID == 4 && checked.lastSequence == 49)
        let expected = try #require(RecordBatch(sent)).records(with: Decompressor())
        #expect(try checked.batch.records(with: Decompressor()) == expected)
    }

    @Test func sizeIsCheckedAgainAfterRecompression() throws {
        var rules = BatchRules()
        rules.compression = Compression.none
        rules.maxMessageBytes = 10_000
        #expect(code(try producerBatch(50, .zstd, valueSize: 1000), rules) == .messageTooLarge)
    }

    // Records
    @Test(
        arguments: [
            [14, 0, 0, 0, 1, 1, 0], [12, 0, 0, 0, 1, 1, 2], [12, 0, 0, 0, 2, 1, 0], [12, 0, 0, 0, 1, 2, 0],
            [10, 0, 0, 0, 1, 1], [1], [12, 0, 0, 0, 1, 1, 1], [0x80], [0x80, 0x80, 0x80, 0x80, 0x80, 0], [12], [],
            [18, 0, 0, 0, 1, 1, 2, 1, 1, 0], [16, 0, 0, 0, 1, 1, 2, 8, 65], [12, 0, 0, 0, 1, 1, 0, 0],
        ] as [[UInt8]], Compression.allCases)
    func malformedRecordsAreInvalid(_ record: [UInt8], _ codec: Compression) throws {
        var header = RecordBatchHeader()
        header.recordsCount = 1
        header.lastOffsetDelta = 0
        header.attributes = header.attributes.compressed(codec)
        var writer = ByteWriter()
        try record.withUnsafeBytes { try Compressor().compress($0, codec, into: &writer) }
        let bytes = batch(header, records: writer.finish().array)
        #expect(code(bytes) == .invalidRecord)
        #expect(throws: RecordFailure.self) { try #require(RecordBatch(bytes)).records(with: Decompressor()) }
    }

    @Test func damagedCompressionIsInvalid() throws {
        var header = RecordBatchHeader()
        header.recordsCount = 1
        header.lastOffsetDelta = 0
        header.attributes = header.attributes.compressed(.zstd)
        #expect(code(batch(header, records: [1, 2, 3, 4])) == .invalidRecord)
    }

    @Test(arguments: [Compression.gzip, .snappy, .lz4, .zstd])
    func recordsLargerThanTheWindowAreChecked(_ codec: Compression) throws {
        let sent = try producerBatch(4, codec, valueSize: 3 * RecordLimits.windowBytes + 17)
        let checked = try check.append(ByteSlice(sent.array), rules, now: time)
        #expect(checked.bytes == sent && checked.maxTimestamp == time + 3)
    }

    // Followers
    @Test func replicaChecksFrameAndCRCAndChangesNothing() throws {
        let bytes = try changed(producerBatch(3, .gzip)) {
            $0.baseOffset = 77; $0.maxTimestamp = 5; $0.recordsCount = 1
        }
        let checked = try BatchCheck.replica(bytes)
        #expect(checked.bytes == bytes && checked.maxTimestamp == 5 && checked.header.baseOffset == 77)
        var damaged = bytes.array
        damaged[90] ^= 4
        #expect(throws: BatchError.self) { try BatchCheck.replica(ByteSlice(damaged)) }
        #expect(throws: BatchError.self) { try BatchCheck.replica(bytes + bytes) }
        #expect(throws: BatchError.self) { try BatchCheck.replica(bytes[0..<bytes.count - 1]) }
    }

    @Test func replicaTakesABatchEmptiedByCompaction() throws {
        let emptied = try #require(RecordBatch(try producerBatch(5))).header.emptied.encodedAlone()
        let checked = try BatchCheck.replica(emptied)
        #expect(checked.recordsCount == 0 && checked.lastOffsetDelta == 4)
    }
}
