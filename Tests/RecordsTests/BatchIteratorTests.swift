import Bytes
import Testing

@testable import Records

@Suite struct BatchIteratorTests {
    /// A message of magic 0 or 1 with an empty key and value.
    private func legacy(magic: UInt8, offset: UInt8) -> ByteSlice {
        let timestamp: [UInt8] = magic == 1 ? [0, 0, 0, 0, 0, 0, 0, 99] : []
        let body = [magic, 0] + timestamp + [UInt8](repeating: 255, count: 8)
        let crc: UInt32 = magic == 0 ? 0xa7ec_6803 : 0
        let crcBytes = withUnsafeBytes(of: crc.bigEndian) { Array($0) }
        return ByteSlice([0, 0, 0, 0, 0, 0, 0, offset, 0, 0, 0, UInt8(4 + body.count)] + crcBytes + body)
    }

    @Test func walksBatchesAndStopsBeforeAPartialOne() throws {
        let one = try producerBatch(1)
        let two = try producerBatch(2)
        for cut in 0..<two.count {
            var iterator = BatchIterator(one + two[0..<cut])
            #expect(try iterator.nextBatch()?.bytes == one)
            #expect(try iterator.next() == nil && iterator.position == one.count)
        }
        var iterator = BatchIterator(one + two)
        _ = try iterator.next()
        #expect(try iterator.nextBatch()?.bytes == two)
    }

    @Test func stepsOverOlderMessages() throws {
        let one = try producerBatch(1)
        var iterator = BatchIterator(legacy(magic: 0, offset: 3) + legacy(magic: 1, offset: 4) + one)
        guard case .legacy(let zero) = try iterator.next(), case .legacy(let first) = try iterator.next() else {
            Issue.record("two older messages were expected")
            return
        }
        #expect(zero.offset == 3 && zero.magic == 0 && zero.timestamp == -1)
        #expect(first.offset == 4 && first.magic == 1 && first.timestamp == 99 && !first.hasValidCRC)
        #expect(try iterator.nextBatch()?.bytes == one)
    }

    @Test(arguments: [Int32.min, -1, 0, 13, 48])
    func lengthsTooSmallAreErrors(_ length: Int32) throws {
        var bytes = try producerBatch().array
        withUnsafeBytes(of: length.bigEndian) { bytes.replaceSubrange(8..<12, with: $0) }
        var iterator = BatchIterator(ByteSlice(bytes))
        #expect(throws: FramingFailure.length(length)) { try iterator.next() }
        #expect(iterator.position == 0)
    }

    @Test func aHugeLengthIsAPartialBatch() throws {
        var bytes = try producerBatch().array
        bytes.replaceSubrange(8..<12, with: [0x7f, 255, 255, 255])
        var iterator = BatchIterator(ByteSlice(bytes))
        #expect(try iterator.next() == nil)
    }

    @Test(arguments: [3, 127, 128, 255] as [UInt8])
    func unknownFormatsAreErrors(_ magic: UInt8) throws {
        var bytes = try producerBatch().array
        bytes[16] = magic
        var iterator = BatchIterator(ByteSlice(bytes))
        #expect(throws: FramingFailure.magic(Int8(bitPattern: magic))) { try iterator.next() }
    }

    @Test func aShortMessageOfMagic1IsAnError() {
        var bytes = legacy(magic: 0, offset: 0).array
        bytes[16] = 1
        var iterator = BatchIterator(ByteSlice(bytes))
        #expect(throws: FramingFailure.length(14)) { try iterator.next() }
    }

    @Test func aHeaderIsReadWithoutItsRecords() throws {
        let bytes = try producerBatch(3)
        let header = bytes[0..<61].withUnsafeBytes { RecordBatchHeader($0) }
        #expect(header == RecordBatch(bytes)?.header && header?.totalSize == bytes.count)
        #expect(bytes[0..<60].withUnsafeBytes { RecordBatchHeader($0) } == nil)
        #expect(
            bytes[0..<17].withUnsafeBytes { BatchFrame.announced($0.baseAddress!) }
                == .whole(size: bytes.count, magic: 2))
    }
}
