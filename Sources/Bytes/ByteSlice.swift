/// A range of a ``Block``: immutable bytes that can be shared, cut and sent without copying.
public struct ByteSlice: Sendable {
    @usableFromInline let block: Block?
    @usableFromInline let start: Int
    public let count: Int

    @inlinable init(block: Block?, start: Int, count: Int) {
        self.block = block
        self.start = start
        self.count = count
    }

    /// No bytes.
    @inlinable public init() { self.init(block: nil, start: 0, count: 0) }

    /// A copy of `bytes`.
    public init(copying bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else {
            self.init()
            return
        }
        let block = Block(capacity: bytes.count)
        block.base.copyMemory(from: source, byteCount: bytes.count)
        self.init(block: block, start: 0, count: bytes.count)
    }

    /// A copy of `bytes`.
    public init(_ bytes: [UInt8]) { self = bytes.withUnsafeBytes { ByteSlice(copying: $0) } }

    /// A copy of the UTF-8 of `text`.
    public init(utf8 text: String) { self.init(Array(text.utf8)) }

    @inlinable public var isEmpty: Bool { count == 0 }

    /// The bytes, valid during `body` only.
    @inlinable
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let block else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        let result = try body(UnsafeRawBufferPointer(start: block.base + start, count: count))
        withExtendedLifetime(block) {}
        return result
    }

    /// The address of the first byte, for a caller that keeps the slice alive while the kernel or another owner reads.
    @inlinable public var unsafeAddress: UnsafeRawPointer? {
        guard let block else { return nil }
        return UnsafeRawPointer(block.base + start)
    }

    /// The address of the first byte, for the one owner who may still patch the bytes (offset and epoch of a batch)
    /// before anyone else sees them.
    @inlinable public var unsafeMutableAddress: UnsafeMutableRawPointer? {
        guard let block else { return nil }
        return block.base + start
    }

    /// The bytes `range` (counted from this slice's start) of the same block. Traps when the range is outside.
    @inlinable public subscript(range: Range<Int>) -> ByteSlice {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return ByteSlice(block: block, start: start + range.lowerBound, count: range.count)
    }

    /// The byte at `index`. Traps when there is none.
    @inlinable public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count)
        return withUnsafeBytes { $0[index] }
    }

    /// The big-endian integer at `position`. Traps when its bytes aren't all there.
    @inlinable public func bigEndian<Integer: FixedWidthInteger>(
        _ position: Int, as type: Integer.Type = Integer.self
    ) -> Integer {
        precondition(position >= 0 && position <= count - MemoryLayout<Integer>.size)
        guard let block else { return 0 }
        return UnsafeRawPointer(block.base).bigEndian(start + position)
    }

    /// A copy as an array.
    public var array: [UInt8] { withUnsafeBytes { Array($0) } }

    /// The bytes as UTF-8 text; broken sequences become U+FFFD.
    public var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}

extension ByteSlice: Equatable {
    public static func == (left: ByteSlice, right: ByteSlice) -> Bool {
        guard left.count == right.count else { return false }
        return left.withUnsafeBytes { l in right.withUnsafeBytes { r in l.elementsEqual(r) } }
    }
}

extension ByteSlice: Hashable {
    public func hash(into hasher: inout Hasher) { withUnsafeBytes { hasher.combine(bytes: $0) } }
}
