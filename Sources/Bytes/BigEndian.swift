/// Big-endian integers at any address, as Kafka's protocol and files have them. Unchecked: the caller knows that the
/// bytes are there.
extension UnsafeRawPointer {
    @inlinable @inline(__always)
    public func bigEndian<Integer: FixedWidthInteger>(_ position: Int, as type: Integer.Type = Integer.self) -> Integer
    {
        Integer(bigEndian: loadUnaligned(fromByteOffset: position, as: Integer.self))
    }
}

extension UnsafeMutableRawPointer {
    @inlinable @inline(__always)
    public func storeBigEndian<Integer: FixedWidthInteger>(_ value: Integer, at position: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: position, as: Integer.self)
    }
}
