/// Why bytes could not be read.
public enum ReadFailure: Error, Equatable, Sendable {
    /// Fewer bytes are left than the value needs.
    case truncated
    /// A varint runs on past its type's width.
    case overlongVarint
}

/// Reads big-endian values from bytes that somebody else keeps alive. Every read is checked; none traps.
public struct ByteReader {
    @usableFromInline let base: UnsafeRawPointer
    /// Bytes read so far.
    public private(set) var position: Int
    @usableFromInline let end: Int

    /// Reads `bytes`, which must stay valid as long as the reader is used.
    public init(_ bytes: UnsafeRawBufferPointer) {
        base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped  // never read: the count is 0
        position = 0
        end = bytes.count
    }

    @inline(__always) public var remaining: Int { end - position }

    @inline(__always)
    public mutating func integer<Integer: FixedWidthInteger>(
        as type: Integer.Type = Integer.self
    ) throws(ReadFailure) -> Integer {
        let size = MemoryLayout<Integer>.size
        guard remaining >= size else { throw .truncated }
        defer { position += size }
        return base.bigEndian(position)
    }

    /// An unsigned varint of at most 5 bytes, as message lengths and tags are.
    public mutating func unsignedVarint32() throws(ReadFailure) -> UInt32 {
        let value = try unsignedVarint(maximumBytes: 5)
        guard let narrow = UInt32(exactly: value) else { throw .overlongVarint }
        return narrow
    }

    /// An unsigned varint of at most 10 bytes.
    public mutating func unsignedVarint64() throws(ReadFailure) -> UInt64 { try unsignedVarint(maximumBytes: 10) }

    /// A zigzag varint that fits 32 bits.
    public mutating func zigzag32() throws(ReadFailure) -> Int32 {
        Int32(truncatingIfNeeded: Varint.decodeZigzag(UInt64(try unsignedVarint32())))
    }

    /// A zigzag varint of 64 bits.
    public mutating func zigzag64() throws(ReadFailure) -> Int64 { Varint.decodeZigzag(try unsignedVarint64()) }

    /// The next `count` bytes, valid as long as what the reader reads.
    public mutating func bytes(_ count: Int) throws(ReadFailure) -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else { throw .truncated }
        defer { position += count }
        return UnsafeRawBufferPointer(start: base + position, count: count)
    }

    /// Steps over `count` bytes.
    public mutating func skip(_ count: Int) throws(ReadFailure) {
        guard count >= 0, remaining >= count else { throw .truncated }
        position += count
    }

    @inline(__always)
    private mutating func unsignedVarint(maximumBytes: Int) throws(ReadFailure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for _ in 0..<maximumBytes {
            guard position < end else { throw .truncated }
            let byte = base.load(fromByteOffset: position, as: UInt8.self)
            position += 1
            if shift == 63, byte > 1 { throw .overlongVarint }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .overlongVarint
    }
}
