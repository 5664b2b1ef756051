import Bytes
import Testing

@Suite struct BytesTests {
    @Test func crc32cOfTheCheckString() {
        #expect(Array("123456789".utf8).withUnsafeBytes { CRC32C.checksum($0) } == 0xE306_9283)
    }

    @Test func crc32cIsTheSameInPiecesAndForLongInput() {
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        bytes.withUnsafeBytes { all in
            let whole = CRC32C.checksum(all)
            for cut in [0, 1, 7, 255, 256, 257, 4999] {
                let head = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: all[..<cut]))
                #expect(CRC32C.checksum(UnsafeRawBufferPointer(rebasing: all[cut...]), after: head) == whole)
            }
        }
    }

    @Test func varintsComeBack() throws {
        for value in [UInt64(0), 1, 127, 128, 300, 16_383, 16_384, 1 << 35, .max] {
            var writer = ByteWriter()
            writer.unsignedVarint(value)
            #expect(writer.count == Varint.size(unsigned: value))
            try writer.finish().withUnsafeBytes { (bytes) throws in
                var reader = ByteReader(bytes)
                #expect(try reader.unsignedVarint64() == value)
                #expect(reader.remaining == 0)
            }
        }
        for value in [Int64.min, -1, 0, 1, 63, 64, -65, .max] {
            #expect(Varint.decodeZigzag(Varint.encodeZigzag(value)) == value)
        }
    }

    @Test func overlongVarintsAndMissingBytesAreErrors() {
        let overlong: [UInt8] = Array(repeating: 0x80, count: 11)
        overlong.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            #expect(throws: ReadFailure.overlongVarint) { try reader.unsignedVarint64() }
        }
        [UInt8(0x80)].withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            #expect(throws: ReadFailure.truncated) { try reader.unsignedVarint32() }
        }
        [0xff, 0xff, 0xff, 0xff, 0x1f].withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            var reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[..<1]))
            #expect(throws: ReadFailure.truncated) { try reader.integer(as: Int64.self) }
        }
    }

    @Test func uuidsReadAndPrintKafkasForm() {
        #expect(UUID.metadataTopic.text == "AAAAAAAAAAAAAAAAAAAAAQ")
        #expect(UUID(text: "AAAAAAAAAAAAAAAAAAAAAQ") == .metadataTopic)
        let id = UUID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)
        #expect(UUID(text: id.text) == id)
        #expect(UUID(text: "AAAAAAAAAAAAAAAAAAAAA!") == nil)
        #expect(UUID(text: "short") == nil)
    }

    @Test func aPoolHandsTheSameMemoryOutAgain() {
        let pool = BufferPool(idleLimit: 1 << 20)
        var block: Block? = pool.take(5000)
        #expect(block?.capacity == 8192)
        let address = block?.base
        block = nil
        #expect(pool.idleBytes == 8192)
        #expect(pool.take(8000).base == address)
        pool.trim()
        #expect(pool.idleBytes == 0)
    }

    @Test func slicesShareAndOutliveTheirBlock() {
        var writer = ByteWriter(capacity: 4)
        writer.integer(UInt32(0x0102_0304))
        writer.bytes([5, 6, 7])
        writer.patch(UInt16(0xffff), at: 0)
        let all = writer.finish()
        let middle = all[2..<5]
        #expect(middle.array == [3, 4, 5])
        #expect(middle == ByteSlice([3, 4, 5]))
        #expect(ByteSlice().isEmpty)
    }
}
