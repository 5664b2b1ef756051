/// What happens at a point of a core's clock, on that core; can be cancelled until then.
public final class Timer {
    public let deadline: Instant
    let order: UInt64
    var action: (() -> Void)?

    init(deadline: Instant, order: UInt64, action: @escaping () -> Void) {
        self.deadline = deadline
        self.order = order
        self.action = action
    }

    /// The action doesn't happen any more. Nothing when it already has.
    public func cancel() { action = nil }

    public var isPending: Bool { action != nil }
}

/// A core's timers, soonest first: a binary heap; cancelled ones stay until their time or until they outnumber the rest.
struct Timers {
    private var heap: [Timer] = []
    private var order: UInt64 = 0

    mutating func schedule(at deadline: Instant, _ action: @escaping () -> Void) -> Timer {
        order += 1
        let timer = Timer(deadline: deadline, order: order, action: action)
        heap.append(timer)
        siftUp(heap.count - 1)
        return timer
    }

    /// When the core has to look again.
    mutating func nextDeadline() -> Instant? {
        while let first = heap.first, !first.isPending { removeFirst() }
        return heap.first?.deadline
    }

    /// The next action whose time has come.
    mutating func popDue(_ now: Instant) -> (() -> Void)? {
        while let first = heap.first, first.deadline <= now || !first.isPending {
            removeFirst()
            if let action = first.action {
                first.action = nil
                return action
            }
        }
        return nil
    }

    mutating func removeAll() { heap.removeAll() }

    private static func before(_ left: Timer, _ right: Timer) -> Bool {
        (left.deadline, left.order) < (right.deadline, right.order)
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if Self.before(heap[child], heap[least]) { least = child }
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.before(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }
}
