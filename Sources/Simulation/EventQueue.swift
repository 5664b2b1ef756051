import Reactor

/// What will happen in a world by itself, soonest first; at one instant in the order it was put in.
struct EventQueue {
    private struct Event {
        let time: Instant
        let order: UInt64
        let isBackground: Bool
        let action: () -> Void

        func isBefore(_ other: Event) -> Bool { (time, order) < (other.time, other.order) }
    }

    private var heap: [Event] = []
    private var order: UInt64 = 0
    /// Events that aren't just weather: without any, nothing more can happen.
    private(set) var foregroundCount = 0

    var nextTime: Instant? { heap.first?.time }

    mutating func add(at time: Instant, isBackground: Bool = false, _ action: @escaping () -> Void) {
        order += 1
        if !isBackground { foregroundCount += 1 }
        heap.append(Event(time: time, order: order, isBackground: isBackground, action: action))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popDue(_ now: Instant) -> (() -> Void)? {
        guard let first = heap.first, first.time <= now else { return nil }
        if !first.isBackground { foregroundCount -= 1 }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first.action }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].isBefore(heap[least]) { least = child }
            }
            if least == parent { return first.action }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
