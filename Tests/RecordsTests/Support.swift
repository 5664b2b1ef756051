import Bytes
import Testing

@testable import Records

/// A generator whose numbers follow from its seed, which a failing test prints.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension SeededGenerator {
    mutating func bytes(upTo most: Int) -> ByteSlice {
        let alphabet = UInt8.random(in: 1...255, using: &self)
        return ByteSlice(
            (0..<Int.random(in: 0...most, using: &self)).map { _ in UInt8.random(in: 0...alphabet, using: &self) })
    }

    mutating func record(offset: Int64, sizes: Int = 200) -> Record {
        let timestamps: [Int64] = [
            -1, 0, 1_700_000_000_000, 1_700_000_000_000 + Int64.random(in: -9000...9000, using: &self),
        ]
        var record = Record(offset: offset, timestamp: timestamps.randomElement(using: &self) ?? 0)
        if Bool.random(using: &self) { record.key = bytes(upTo: 30) }
        if Int.random(in: 0..<8, using: &self) > 0 { record.value = bytes(upTo: sizes) }
        for _ in 0..<max(0, Int.random(in: -3...3, using: &self)) {
            let value = Bool.random(using: &self) ? bytes(upTo: 10) : nil
            record.headers.append(RecordHeader(keyBytes: bytes(upTo: 5), value: value))
        }
        return record
    }
}

let time: Int64 = 1_700_000_000_000

/// A batch as a producer sends it: `count` records with key and value, a millisecond apart.
func producerBatch(
    _ count: Int = 3, _ compression: Compression = .none, valueSize: Int = 10, keys: Bool = true,
    _ change: (inout BatchBuilder.Fields) -> Void = { _ in }
) throws -> ByteSlice {
    var fields = BatchBuilder.Fields()
    fields.compression = compression
    change(&fields)
    let builder = BatchBuilder(fields)
    for index in 0..<count {
        builder.append(
            timestamp: time + Int64(index), key: keys ? ByteSlice(utf8: "k\(index)") : nil,
            value: ByteSlice([UInt8](repeating: UInt8(truncatingIfNeeded: index), count: valueSize)))
    }
    return try builder.finish(with: Compressor()).bytes
}

/// A batch of the bytes `records` that declares what `header` says, with the right CRC.
func batch(_ header: RecordBatchHeader, records: [UInt8]) -> ByteSlice {
    var header = header
    header.batchLength = Int32(49 + records.count)
    var bytes = [UInt8](repeating: 0, count: 61) + records
    bytes.withUnsafeMutableBytes { raw in
        guard let base = raw.baseAddress else { return }
        header.store(at: base)
        RecordBatch.storeCRC(at: base, size: raw.count)
    }
    return ByteSlice(bytes)
}

/// `bytes` with the header changed and the CRC right again.
func changed(_ bytes: ByteSlice, _ change: (inout RecordBatchHeader) -> Void) throws -> ByteSlice {
    var header = try #require(RecordBatch(bytes)).header
    change(&header)
    return batch(header, records: bytes[61..<bytes.count].array)
}

extension ByteSlice {
    static func + (left: ByteSlice, right: ByteSlice) -> ByteSlice { ByteSlice(left.array + right.array) }
}
