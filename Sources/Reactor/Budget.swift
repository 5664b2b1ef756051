/// So many bytes may be in flight on a core; who asks for more waits, first come first served. Of one core.
public final class Budget {
    private var left: Int
    private let total: Int
    private var isLifted = false
    private var waiters = RunQueue<(bytes: Int, continuation: UnsafeContinuation<Void, Never>)>(capacity: 16)

    /// - Parameter bytes: how many there are.
    public init(bytes: Int) {
        left = bytes
        total = bytes
    }

    deinit { waiters.deallocate() }

    /// Takes `bytes`, or all there are when it is more than that. Doesn't suspend when they are there and nobody waits.
    /// - Returns: what was taken: give it back.
    public func take(_ bytes: Int) async -> Int {
        let wanted = min(bytes, total)
        if waiters.isEmpty, isLifted || left >= wanted {
            left -= wanted
            return wanted
        }
        await withUnsafeContinuation { continuation in
            waiters.append((wanted, continuation))
            give(0)  // it may be there by now: a turn may have passed
        }
        return wanted
    }

    /// Nobody waits any more, whatever is left: what is received or not matters to nobody now.
    public func lift() {
        isLifted = true
        give(0)
    }

    public func give(_ bytes: Int) {
        left += bytes
        while let first = waiters.first, isLifted || left >= first.bytes {
            left -= first.bytes
            waiters.popFirst()?.continuation.resume()
        }
    }
}
