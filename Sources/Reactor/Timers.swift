/// What happens at a point of a core's clock, on that core; can be cancelled until then.
public final class Timer {
    public let deadline: Instant
    let order: UInt64
    private var action: (() -> Void)?
    private let cancelled: CancelledTimers

    init(deadline: Instant, order: UInt64, cancelled: CancelledTimers, action: @escaping () -> Void) {
        self.deadline = deadline
        self.order = order
        self.cancelled = cancelled
        self.action = action
    }

    /// The action doesn't happen any more. Nothing when it already has.
    public func cancel() {
        guard action != nil else { return }
        action = nil
        cancelled.count += 1
    }

    func takeAction() -> (() -> Void)? {
        defer { action = nil }
        return action
    }

    public var isPending: Bool { action != nil }
}

/// How many of a core's timers are cancelled and still in its heap.
final class CancelledTimers {
    var count = 0
}

/// A core's timers, soonest first: a binary heap; cancelled ones stay until their time or until they outnumber the
/// rest.
struct Timers {
    private var heap: [Timer] = []
    private let cancelled = CancelledTimers()

    /// The order of the timer scheduled last.
    private(set) var lastOrder: UInt64 = 0

    var count: Int { heap.count }

    mutating func schedule(at deadline: Instant, _ action: @escaping () -> Void) -> Timer {
        if cancelled.count > 64, cancelled.count > heap.count / 2 { dropCancelled() }
        lastOrder += 1
        let timer = Timer(deadline: deadline, order: lastOrder, cancelled: cancelled, action: action)
        heap.append(timer)
        siftUp(heap.count - 1)
        return timer
    }

    /// When the core has to look again.
    mutating func nextDeadline() -> Instant? {
        while let first = heap.first, !first.isPending { removeFirst() }
        return heap.first?.deadline
    }

    /// The next action whose time has come, of a timer not later in order than `last`.
    mutating func popDue(_ now: Instant, upTo last: UInt64 = .max) -> (() -> Void)? {
        while let first = heap.first, first.deadline <= now || !first.isPending {
            guard first.order <= last else { return nil }
            removeFirst()
            if let action = first.takeAction() { return action }
        }
        return nil
    }

    private mutating func dropCancelled() {
        let pending = heap.filter(\.isPending)
        heap.removeAll(keepingCapacity: true)
        cancelled.count = 0
        for timer in pending {
            heap.append(timer)
            siftUp(heap.count - 1)
        }
    }

    private static func before(_ left: Timer, _ right: Timer) -> Bool {
        (left.deadline, left.order) < (right.deadline, right.order)
    }

    private mutating func removeFirst() {
        if let first = heap.first, !first.isPending { cancelled.count -= 1 }
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
