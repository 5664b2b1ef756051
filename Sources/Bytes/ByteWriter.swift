/// Collects bytes in one growing block and gives them away as a ``ByteSlice``.
///
/// A copy shares nothing: it is noncopyable so that two writers never fill the same block.
public struct ByteWriter: ~Copyable {
    @usableFromInline var block: Block
    /// Bytes written so far.
    @usableFromInline var used: Int

    /// - Parameter capacity: bytes to make room for at first; more is found when needed (doubling).
    public init(capacity: Int = 256) {
        block = Block(capacity: max(capacity, 16))
        used = 0
    }

    /// Writes into `block` from its beginning (a pooled one, say); leaves it for a larger one when it is full.
    public init(into block: Block) {
        self.block = block
        used = 0
    }

    @inlinable public var count: Int { used }

    @inlinable @inline(__always)
    public mutating func integer<Integer: FixedWidthInteger>(_ value: Integer) {
        reserve(MemoryLayout<Integer>.size)
        block.base.storeBigEndian(value, at: used)
        used += MemoryLayout<Integer>.size
    }

    @inlinable
    public mutating func unsignedVarint(_ value: UInt64) {
        reserve(10)
        var rest = value
        while rest >= 0x80 {
            block.base.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: used, as: UInt8.self)
            used += 1
            rest >>= 7
        }
        block.base.storeBytes(of: UInt8(rest), toByteOffset: used, as: UInt8.self)
        used += 1
    }

    @inlinable public mutating func zigzag(_ value: Int64) { unsignedVarint(Varint.encodeZigzag(value)) }

    @inlinable
    public mutating func bytes(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        (block.base + used).copyMemory(from: source, byteCount: bytes.count)
        used += bytes.count
    }

    public mutating func bytes(_ slice: ByteSlice) { slice.withUnsafeBytes { bytes($0) } }

    public mutating func bytes(_ array: [UInt8]) { array.withUnsafeBytes { bytes($0) } }

    /// Overwrites what stands at `position`, written before. Traps when it was not.
    public mutating func patch<Integer: FixedWidthInteger>(_ value: Integer, at position: Int) {
        precondition(position >= 0 && position + MemoryLayout<Integer>.size <= used)
        block.base.storeBigEndian(value, at: position)
    }

    /// Room for `count` more bytes, filled by `body`, which returns how many of them it used.
    public mutating func fill<Failure: Error>(
        _ count: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        reserve(count)
        let filled = try body(UnsafeMutableRawBufferPointer(start: block.base + used, count: count))
        precondition(filled >= 0 && filled <= count)
        used += filled
    }

    /// The bytes written so far, valid during `body` only.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: block.base, count: used))
    }

    /// All that was written, without copying; the writer is gone.
    public consuming func finish() -> ByteSlice { block.slice(0..<used) }

    @inlinable @inline(__always)
    mutating func reserve(_ count: Int) {
        if block.capacity - used < count { grow(count) }
    }

    @usableFromInline
    mutating func grow(_ count: Int) {
        let larger = Block(capacity: max(block.capacity * 2, used + count))
        larger.base.copyMemory(from: block.base, byteCount: used)
        block = larger
    }
}
