import Bytes
import Testing

@testable import Records

@Suite struct VectorBatchTests {
    @Test func allLinesAreRead() { #expect(VectorBatch.all.count == 55) }

    @Test(arguments: VectorBatch.all)
    func decodesToWhatKafkaSays(_ vector: VectorBatch) throws {
        var iterator = BatchIterator(vector.bytes)
        for expected in vector.batches {
            let batch = try #require(try iterator.nextBatch())
            let header = batch.header
            #expect(header.baseOffset == expected.baseOffset)
            #expect(header.lastOffset == expected.lastOffset)
            #expect(header.totalSize == expected.sizeInBytes && batch.totalSize == expected.sizeInBytes)
            #expect(header.partitionLeaderEpoch == expected.partitionLeaderEpoch)
            #expect(header.crc == expected.crc && batch.hasValidCRC)
            #expect(header.attributes.compression?.name == expected.compression)
            #expect((header.attributes.timestampType == .createTime) == (expected.timestampType == "CreateTime"))
            #expect(header.attributes.isTransactional == expected.transactional)
            #expect(header.attributes.isControl == expected.control)
            #expect(header.baseTimestamp == expected.baseTimestamp)
            #expect(header.maxTimestamp == expected.maxTimestamp)
            #expect(header.producerID == expected.producerId)
            #expect(header.producerEpoch == expected.producerEpoch)
            #expect(header.baseSequence == expected.baseSequence)
            #expect(header.lastSequence == expected.lastSequence)
            #expect(Int(header.recordsCount) == expected.count)
            #expect(try batch.records(with: Decompressor()) == expected.records.map(\.record))
        }
        #expect(try iterator.next() == nil)
        #expect(iterator.position == vector.bytes.count)
    }

    @Test(arguments: VectorBatch.all)
    func encodesAsKafkaDoes(_ vector: VectorBatch) throws {
        var iterator = BatchIterator(vector.bytes)
        while let batch = try iterator.nextBatch() {
            let header = batch.header
            if header.recordsCount == 0 {
                #expect(header.emptied.encodedAlone() == batch.bytes)
                continue
            }
            let rebuilt = try rebuild(batch)
            if header.attributes.compression == Compression.none { #expect(rebuilt.bytes == batch.bytes) }
            #expect(rebuilt.hasValidCRC)
            #expect(try rebuilt.records(with: Decompressor()) == batch.records(with: Decompressor()))
        }
    }

    /// The leader's scan sees the same as Kafka, in every codec.
    @Test(arguments: VectorBatch.all)
    func passesTheCheckOfItsOwnOrigin(_ vector: VectorBatch) throws {
        var iterator = BatchIterator(vector.bytes)
        while let batch = try iterator.nextBatch() {
            guard batch.header.recordsCount > 0 else { continue }
            #expect(try BatchCheck.replica(batch.bytes).header == batch.header)
            guard batch.header.attributes.timestampType == .createTime else { continue }
            var rules = BatchRules()
            rules.origin = .raftLeader
            let checked = try BatchCheck().append(ByteSlice(batch.bytes.array), rules, now: batch.header.maxTimestamp)
            #expect(checked.bytes == batch.bytes && !checked.isRewritten)
        }
    }

    /// Every truncation and every flipped byte ends in a value or an error.
    @Test(arguments: VectorBatch.all.filter { $0.hex.utf8.count < 4000 })
    func damageNeverTraps(_ vector: VectorBatch) throws {
        let bytes = vector.bytes.array
        let first = try #require(vector.batches.first).sizeInBytes
        let check = BatchCheck()
        for count in 0..<bytes.count { readAll(ByteSlice(Array(bytes[..<count])), check) }
        for index in bytes.indices {
            for mask: UInt8 in [0x01, 0xff] {
                var damaged = bytes
                damaged[index] ^= mask
                let slice = ByteSlice(damaged)
                readAll(slice, check)
                if index >= 21, index < first { #expect(throws: BatchError.self) { try crcOfFirst(slice) } }
                // Again with the CRC made right, so that the scan has to find it.
                if let batch = RecordBatch(slice), let base = slice.unsafeMutableAddress {
                    RecordBatch.storeCRC(at: base, size: batch.totalSize)
                    readAll(slice, check)
                }
            }
        }
    }

    private func crcOfFirst(_ bytes: ByteSlice) throws(BatchError) {
        _ = try bytes.withUnsafeBytes { (raw) throws(BatchError) in try BatchCheck.header(raw) }
    }

    private func readAll(_ bytes: ByteSlice, _ check: BatchCheck) {
        var iterator = BatchIterator(bytes)
        while let batch = try? iterator.nextBatch() {
            _ = try? batch.records(with: check.decompressor, limit: 1 << 20)
            _ = batch.header.lastSequence
        }
        var rules = BatchRules()
        rules.origin = .coordinator
        rules.uncompressedLimit = 1 << 20
        rules.compression = .zstd
        rules.requiresKeys = true
        _ = try? check.append(bytes, rules, now: time)
    }

    /// Reads the batch with the records' own timestamps and builds it anew from them.
    private func rebuild(_ batch: RecordBatch) throws -> RecordBatch {
        let header = batch.header
        var fields = BatchBuilder.Fields()
        fields.baseOffset = header.baseOffset
        fields.partitionLeaderEpoch = header.partitionLeaderEpoch
        fields.compression = try #require(header.attributes.compression)
        fields.producerID = header.producerID
        fields.producerEpoch = header.producerEpoch
        fields.baseSequence = header.baseSequence
        fields.isTransactional = header.attributes.isTransactional
        fields.isControl = header.attributes.isControl
        if header.attributes.timestampType == .logAppendTime { fields.logAppendTime = header.maxTimestamp }
        let builder = BatchBuilder(fields)
        let createTime = try changed(batch.bytes) { $0.attributes.timestampType = .createTime }
        for record in try #require(RecordBatch(createTime)).records(with: Decompressor()) { builder.append(record) }
        return try builder.finish(with: Compressor())
    }
}
