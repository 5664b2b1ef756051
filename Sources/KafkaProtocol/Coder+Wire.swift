import Bytes

/// Bytes in and out. Reads are checked against `end`; writes make room first; while sizing, nothing is stored.
extension Coder {
    @inline(__always)
    mutating func take<Integer: FixedWidthInteger>(_ field: StaticString) throws(CodingError) -> Integer {
        let size = MemoryLayout<Integer>.size
        guard end &- position >= size else { throw failure(field, .truncated) }
        let value: Integer = UnsafeRawPointer(base).bigEndian(position)
        position &+= size
        return value
    }

    @inline(__always)
    mutating func put<Integer: FixedWidthInteger>(_ value: Integer) {
        let size = MemoryLayout<Integer>.size
        if direction == .encode {
            if end &- position < size { grow(size) }
            base.storeBigEndian(value, at: position)
        }
        position &+= size
    }

    /// An unsigned varint of at most 32 bits.
    @inline(__always)
    mutating func takeVarint(_ field: StaticString) throws(CodingError) -> Int {
        if position < end {
            let byte = base.load(fromByteOffset: position, as: UInt8.self)
            if byte < 0x80 {
                position &+= 1
                return Int(byte)
            }
        }
        return try takeLongVarint(field)
    }

    @inline(never)
    private mutating func takeLongVarint(_ field: StaticString) throws(CodingError) -> Int {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 28, by: 7) {
            let byte: UInt8 = try take(field)
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                guard value <= UInt64(UInt32.max) else { break }
                return Int(value)
            }
        }
        throw failure(field, .overlongVarint)
    }

    mutating func putVarint(_ value: Int) {
        var rest = UInt64(truncatingIfNeeded: value)
        while rest >= 0x80 {
            put(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        put(UInt8(truncatingIfNeeded: rest))
    }

    /// An int32 length, or a compact one; −1 stands for null, as all negative ones do.
    @inline(__always)
    mutating func takeLength(_ field: StaticString) throws(CodingError) -> Int {
        if isFlexible { return try takeVarint(field) - 1 }
        let length: Int32 = try take(field)
        return max(Int(length), -1)
    }

    @inline(__always)
    mutating func putLength(_ length: Int, _ field: StaticString) throws(CodingError) {
        guard length < Int(Int32.max) else { throw failure(field, .tooLong(length)) }
        if isFlexible { putVarint(length + 1) } else { put(Int32(truncatingIfNeeded: length)) }
    }

    @inline(__always)
    mutating func takeStringLength(_ field: StaticString, compact: Bool) throws(CodingError) -> Int {
        let length: Int
        if compact {
            length = try takeVarint(field) - 1
        } else {
            let short: Int16 = try take(field)
            length = max(Int(short), -1)
        }
        guard length <= Limits.stringBytes else { throw failure(field, .tooLong(length)) }
        guard length <= end &- position else { throw failure(field, .truncated) }
        return length
    }

    /// Nil for null. Broken UTF-8 is repaired with U+FFFD, as Kafka's own decoder does.
    mutating func takeString(_ field: StaticString, compact: Bool) throws(CodingError) -> String? {
        let length = try takeStringLength(field, compact: compact)
        guard length >= 0 else { return nil }
        let bytes = UnsafeRawBufferPointer(start: base + position, count: length)
        position &+= length
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func putString(_ value: String, _ field: StaticString, compact: Bool) throws(CodingError) {
        let utf8 = value.utf8
        let length = utf8.count
        guard length <= Limits.stringBytes else { throw failure(field, .tooLong(length)) }
        if compact { putVarint(length + 1) } else { put(Int16(truncatingIfNeeded: length)) }
        if direction == .encode {
            reserve(length)
            let target = UnsafeMutableRawBufferPointer(start: base + position, count: length)
            if utf8.withContiguousStorageIfAvailable({ target.copyMemory(from: UnsafeRawBufferPointer($0)) }) == nil {
                target.copyBytes(from: utf8)
            }
        }
        position &+= length
    }

    mutating func putNullString(compact: Bool) {
        if compact { put(UInt8(0)) } else { put(Int16(-1)) }
    }

    /// Nil for null. The slice is a range of what is being decoded.
    mutating func takeBytes(_ field: StaticString) throws(CodingError) -> ByteSlice? {
        let length = try takeLength(field)
        guard length >= 0 else { return nil }
        guard length <= end &- position else { throw failure(field, .truncated) }
        defer { position &+= length }
        return source[position..<position + length]
    }

    mutating func putBytes(_ value: ByteSlice, _ field: StaticString) throws(CodingError) {
        try putLength(value.count, field)
        putRaw(value)
    }

    private mutating func putRaw(_ value: ByteSlice) {
        if direction == .encode {
            reserve(value.count)
            let target = UnsafeMutableRawBufferPointer(start: base + position, count: value.count)
            value.withUnsafeBytes { target.copyMemory(from: $0) }
        }
        position &+= value.count
    }

    /// Records in the order of their pieces; where the coder gathers, each stays a piece of its own.
    mutating func putRecords(_ slices: [ByteSlice], _ field: StaticString) throws(CodingError) {
        let count = slices.reduce(0) { $0 + $1.count }
        try putLength(count, field)
        guard gathers, tagDepth == 0, count > 0 else {
            for slice in slices { putRaw(slice) }
            return
        }
        endPiece()
        pieces += slices
        gatheredBytes += count
    }

    mutating func putNull() {
        if isFlexible { put(UInt8(0)) } else { put(Int32(-1)) }
    }

    /// What was encoded since the last piece becomes one.
    mutating func endPiece() {
        guard let block, position > pieceStart else { return }
        pieces.append(block.slice(pieceStart..<position))
        pieceStart = position
    }

    @inline(__always)
    mutating func reserve(_ count: Int) {
        if end &- position < count { grow(count) }
    }

    /// Goes on in a larger block, at the same position. Pieces that are finished stay in the old one.
    @inline(never)
    private mutating func grow(_ count: Int) {
        let larger = Block(capacity: max(end * 2, position + count, 256))
        (larger.base + pieceStart).copyMemory(from: base + pieceStart, byteCount: position - pieceStart)
        block = larger
        base = larger.base
        end = larger.capacity
    }
}
