/// A number that only grows, and those who wait for it to reach theirs. Of one core.
public final class Watermark {
    public private(set) var value: Int64
    private var waiters: [(offset: Int64, continuation: UnsafeContinuation<Bool, Never>)] = []
    private var isClosed = false
    private var retreats = 0

    public init(_ value: Int64) { self.value = value }

    /// Returns true once the value is `offset` or more, false when the watermark was closed or taken back before.
    /// Doesn't suspend when it already is.
    /// - Complexity: O(1) for waiters that come in order of their offsets, else O(n).
    public func reaches(_ offset: Int64) async -> Bool {
        if value >= offset { return true }
        if isClosed { return false }
        let retreats = retreats
        return await withUnsafeContinuation { continuation in
            // Asked again: a turn may have passed, in which what was to reach the offset was taken back.
            if value >= offset || isClosed || retreats != self.retreats {
                return continuation.resume(returning: value >= offset)
            }
            var index = waiters.count
            while index > 0, waiters[index - 1].offset > offset { index -= 1 }
            waiters.insert((offset, continuation), at: index)
        }
    }

    /// Raises the value and resumes those it reaches. Lower values are ignored.
    public func advance(to offset: Int64) {
        guard offset > value else { return }
        value = offset
        resume { $0 <= offset }
    }

    /// Takes the value back to `offset` (the log was truncated); waiters beyond it are told false.
    public func retreat(to offset: Int64) {
        value = min(value, offset)
        retreats += 1
        let kept = waiters.firstIndex { $0.offset > offset } ?? waiters.count
        let ended = waiters[kept...]
        waiters.removeSubrange(kept...)
        for waiter in ended { waiter.continuation.resume(returning: false) }
    }

    /// Tells every waiter, and those to come, that the value won't be reached.
    public func close() {
        isClosed = true
        let ended = waiters
        waiters.removeAll()
        for waiter in ended { waiter.continuation.resume(returning: false) }
    }

    private func resume(where reached: (Int64) -> Bool) {
        var count = 0
        while count < waiters.count, reached(waiters[count].offset) {
            waiters[count].continuation.resume(returning: true)
            count += 1
        }
        waiters.removeFirst(count)
    }
}
