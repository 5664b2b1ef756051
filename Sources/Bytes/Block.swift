/// A block of memory with one owner count: it goes back to where it came from (a ``BufferPool``, the allocator)
/// when the last ``ByteSlice`` of it is gone.
///
/// Whoever fills a block does so before sharing it; afterwards its bytes don't change. That rule, not the type, makes
/// it `Sendable`.
public final class Block: @unchecked Sendable {
    public let base: UnsafeMutableRawPointer
    public let capacity: Int
    private let release: @Sendable (UnsafeMutableRawPointer, Int) -> Void

    /// Takes over `capacity` bytes at `base`; `release` is called once, on whichever thread drops the last reference.
    public init(
        adopting base: UnsafeMutableRawPointer, capacity: Int,
        release: @escaping @Sendable (UnsafeMutableRawPointer, Int) -> Void
    ) {
        self.base = base
        self.capacity = capacity
        self.release = release
    }

    /// Allocates `capacity` uninitialised bytes.
    public convenience init(capacity: Int) {
        precondition(capacity >= 0)
        let base = UnsafeMutableRawPointer.allocate(byteCount: max(capacity, 1), alignment: 16)
        self.init(adopting: base, capacity: capacity) { base, _ in base.deallocate() }
    }

    deinit { release(base, capacity) }

    /// All of the block's bytes, for the one who fills it.
    @inlinable public var mutableBytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: base, count: capacity)
    }

    /// The bytes `range` of the block, which stays alive as long as the slice. Traps when the range is outside.
    @inlinable public func slice(_ range: Range<Int>) -> ByteSlice {
        precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
        return ByteSlice(block: self, start: range.lowerBound, count: range.count)
    }
}
