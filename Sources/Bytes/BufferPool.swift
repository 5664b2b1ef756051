import Synchronization

/// Blocks of memory to use again: power-of-two sizes, each kept for the next taker once its last slice is gone.
///
/// A core has its own pool, so that what it fills lies on its NUMA node; a block may be dropped on another core's
/// thread, therefore the lists are behind a lock (uncontended: some 20 ns).
public final class BufferPool: Sendable {
    private struct State: ~Copyable {
        var lists: [[UInt]] = Array(repeating: [], count: Int.bitWidth)
        var idleBytes = 0
    }

    private let state = Mutex(State())
    private let idleLimit: Int

    /// - Parameter idleLimit: bytes that the pool keeps at most while nobody uses them; beyond, blocks are freed.
    public init(idleLimit: Int) { self.idleLimit = idleLimit }

    deinit {
        state.withLock { state in
            for list in state.lists {
                for address in list { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
            }
        }
    }

    /// A block of at least `capacity` bytes (rounded up to a power of two, 4 KiB at least), contents undefined.
    public func take(_ capacity: Int) -> Block {
        let sizeClass = Int.bitWidth - (max(capacity, 4096) - 1).leadingZeroBitCount
        let size = 1 << sizeClass
        let address = state.withLock { state -> UInt? in
            guard let address = state.lists[sizeClass].popLast() else { return nil }
            state.idleBytes -= size
            return address
        }
        let base =
            address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
            ?? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
        return Block(adopting: base, capacity: size) { [weak self] base, size in
            guard let self else { return base.deallocate() }
            self.giveBack(base, size)
        }
    }

    /// Bytes kept for the next taker.
    public var idleBytes: Int { state.withLock { $0.idleBytes } }

    /// Frees all that nobody uses.
    public func trim() {
        let addresses = state.withLock { state -> [UInt] in
            defer {
                state.lists = Array(repeating: [], count: Int.bitWidth)
                state.idleBytes = 0
            }
            return state.lists.flatMap { $0 }
        }
        for address in addresses { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
    }

    private func giveBack(_ base: UnsafeMutableRawPointer, _ size: Int) {
        let address = UInt(bitPattern: base)
        let kept = state.withLock { state -> Bool in
            guard state.idleBytes + size <= idleLimit else { return false }
            state.lists[size.trailingZeroBitCount].append(address)
            state.idleBytes += size
            return true
        }
        if !kept { base.deallocate() }
    }
}
