/// Deadlines by key. Moving one later, as every heartbeat does, touches no heap: the old entry stays and is put back
/// when it comes up.
struct DeadlineQueue<Key: Hashable> {
    private struct Deadline {
        var due: UInt64
        /// The time of the entry in the heap that stands for this deadline: never later than `due`.
        var queued: UInt64
    }

    private struct Entry {
        let time: UInt64
        let sequence: UInt64
        let key: Key

        func isBefore(_ other: Entry) -> Bool { (time, sequence) < (other.time, other.sequence) }
    }

    private var deadlines: [Key: Deadline] = [:]
    private var heap: [Entry] = []
    private var sequence: UInt64 = 0

    /// When to look again. Nothing is due before; at that time something may or may not be.
    var next: UInt64? { deadlines.isEmpty ? nil : heap.first?.time }

    var isEmpty: Bool { deadlines.isEmpty }

    func deadline(of key: Key) -> UInt64? { deadlines[key]?.due }

    mutating func schedule(_ key: Key, at due: UInt64) {
        if let old = deadlines[key], old.queued <= due {
            deadlines[key]?.due = due
        } else {
            deadlines[key] = Deadline(due: due, queued: due)
            push(key, at: due)
        }
    }

    mutating func cancel(_ key: Key) { deadlines[key] = nil }

    /// Takes out the earliest deadline that isn't after `now`; equal ones in the order they were queued.
    mutating func popDue(at now: UInt64) -> Key? {
        while let first = heap.first, first.time <= now {
            removeFirst()
            guard let deadline = deadlines[first.key], deadline.queued == first.time else { continue }
            if deadline.due > now {
                deadlines[first.key]?.queued = deadline.due
                push(first.key, at: deadline.due)
                continue
            }
            deadlines[first.key] = nil
            return first.key
        }
        return nil
    }

    // MARK: The heap

    private mutating func push(_ key: Key, at time: UInt64) {
        if heap.count > 2 * deadlines.count + Limits.staleDeadlines { dropStale() }
        sequence += 1
        heap.append(Entry(time: time, sequence: sequence, key: key))
        siftUp(heap.count - 1)
    }

    private mutating func dropStale() {
        var seen: Set<Key> = []
        heap.sort { $0.isBefore($1) }  // sorted is a heap
        heap.removeAll { deadlines[$0.key]?.queued != $0.time || !seen.insert($0.key).inserted }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least])
            {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private mutating func siftUp(_ position: Int) {
        var child = position
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }
}
