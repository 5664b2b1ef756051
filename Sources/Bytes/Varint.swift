/// LEB128 integers: 7 bits a byte, low group first. Lengths and tags of messages are unsigned; records use zigzag.
public enum Varint {
    /// Bytes that `value` takes, 1...10. O(1).
    @inlinable public static func size(unsigned value: UInt64) -> Int {
        let bits = 64 - (value | 1).leadingZeroBitCount
        return (bits + 6) / 7
    }

    @inlinable public static func size(unsigned value: UInt32) -> Int { size(unsigned: UInt64(value)) }

    /// Bytes that `value` takes in zigzag form, 1...10. O(1).
    @inlinable public static func size(zigzag value: Int64) -> Int { size(unsigned: encodeZigzag(value)) }

    @inlinable public static func encodeZigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }

    @inlinable public static func decodeZigzag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
