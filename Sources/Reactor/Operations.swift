/// What waits for an operation's completion.
enum Waiter {
    case none
    case continuation(UnsafeContinuation<Completion, Never>)
    case handler(any CompletionHandler)
}

/// Told of a completion on its core, without a task: for what has no continuation to resume.
package protocol CompletionHandler: AnyObject {
    func completed(_ completion: Completion)
}

/// A core's operations in flight. Slots come from a free list, and a slot's number is its submission's `user_data`.
struct Operations {
    private var waiters: [Waiter] = []
    private var free: [Int] = []

    var inFlight: Int { waiters.count - free.count }

    mutating func begin(_ waiter: Waiter) -> UInt64 {
        if let slot = free.popLast() {
            waiters[slot] = waiter
            return UInt64(slot)
        }
        waiters.append(waiter)
        return UInt64(waiters.count - 1)
    }

    /// The waiter of a slot, which is free again.
    mutating func end(_ slot: UInt64) -> Waiter {
        guard slot < UInt64(waiters.count) else { return .none }
        let index = Int(slot)
        let waiter = waiters[index]
        waiters[index] = .none
        free.append(index)
        return waiter
    }
}
