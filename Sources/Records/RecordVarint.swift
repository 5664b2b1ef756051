/// Zigzag varints of records, decoded from raw memory: the innermost step of checking a batch.
///
/// All loads are below `end`, which every branch tests before it reads.
enum RecordVarint {
    /// A varint of at most 32 bits at `position`, which moves behind it; `nil` when `end` comes first or it runs on.
    @inline(__always)
    static func zigzag32(_ position: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> Int? {
        guard position < end else { return nil }
        let first = UInt(position.load(as: UInt8.self))
        if first < 0x80 {
            position += 1
            return decode(first)
        }
        guard end - position > 1 else { return nil }
        let second = UInt(position.load(fromByteOffset: 1, as: UInt8.self))
        if second < 0x80 {
            position += 2
            return decode(first & 0x7f | second << 7)
        }
        let (value, size) = long(position, end, maximumSize: 5)
        guard size > 0, value <= UInt(UInt32.max) else { return nil }
        position += size
        return decode(value)
    }

    /// A varint of at most 64 bits.
    @inline(__always)
    static func zigzag64(_ position: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> Int? {
        guard position < end else { return nil }
        let first = UInt(position.load(as: UInt8.self))
        if first < 0x80 {
            position += 1
            return decode(first)
        }
        guard end - position > 1 else { return nil }
        let second = UInt(position.load(fromByteOffset: 1, as: UInt8.self))
        if second < 0x80 {
            position += 2
            return decode(first & 0x7f | second << 7)
        }
        let (value, size) = long(position, end, maximumSize: 10)
        guard size > 0 else { return nil }
        position += size
        return decode(value)
    }

    /// A varint of one or two bytes, which the caller knows to be there; false, with nothing moved, for a longer one.
    @inline(__always)
    static func near(_ position: inout UnsafeRawPointer, _ value: inout Int) -> Bool {
        let first = UInt(position.load(as: UInt8.self))
        if first < 0x80 {
            position += 1
            value = decode(first)
            return true
        }
        let second = UInt(position.load(fromByteOffset: 1, as: UInt8.self))
        guard second < 0x80 else { return false }
        position += 2
        value = decode(first & 0x7f | second << 7)
        return true
    }

    @inline(__always)
    static func decode(_ value: UInt) -> Int { Int(bitPattern: value >> 1) ^ (0 &- Int(bitPattern: value & 1)) }

    /// Value and bytes of a varint; 0 bytes when it isn't one.
    @inline(never)
    private static func long(
        _ position: UnsafeRawPointer, _ end: UnsafeRawPointer, maximumSize: Int
    ) -> (value: UInt, size: Int) {
        let available = min(end - position, maximumSize)
        var value: UInt = 0
        var size = 0
        while size < available {
            let byte = UInt(position.load(fromByteOffset: size, as: UInt8.self))
            if size == 9, byte > 1 { return (0, 0) }
            value |= (byte & 0x7f) << UInt(size * 7)
            size += 1
            if byte < 0x80 { return (value, size) }
        }
        return (0, 0)
    }
}
