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

/// A core's operations in flight. Places come from a free list; a place and how often it has been used make the slot,
/// a submission's `user_data`, so that a slot names one operation only.
struct Operations {
    private struct Place {
        var waiter: Waiter
        var uses: UInt32
    }

    private var places: [Place] = []
    private var free: [Int] = []

    var inFlight: Int { places.count - free.count }

    mutating func begin(_ waiter: Waiter) -> UInt64 {
        guard let index = free.popLast() else {
            places.append(Place(waiter: waiter, uses: 0))
            return UInt64(places.count - 1)
        }
        places[index].waiter = waiter
        places[index].uses &+= 1
        return UInt64(places[index].uses) << 32 | UInt64(index)
    }

    /// The waiter of a slot, whose place is free again.
    mutating func end(_ slot: UInt64) -> Waiter {
        let index = Int(slot & 0xFFFF_FFFF)
        guard index < places.count, places[index].uses == UInt32(slot >> 32) else { return .none }
        let waiter = places[index].waiter
        places[index].waiter = .none
        free.append(index)
        return waiter
    }
}
