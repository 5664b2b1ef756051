/// Tasks that wait for what somebody will do: the end of a sync, a lock, room. Of one core.
///
/// They are added where their continuation's body runs, together with the question whether there is anything to wait
/// for. Asked any sooner, the answer may be past by then, and who would have woken them gone:
///
///     while isSyncing { await withUnsafeContinuation { waiters.add($0, unless: !isSyncing) } }
public struct Waiters {
    private var waiting: [UnsafeContinuation<Void, Never>] = []

    public init() {}

    /// Resumes `continuation` with the next ``wake()``, or now if it `isOver` already. Others may have run when it goes
    /// on: whoever waits for what can change back asks again.
    public mutating func add(_ continuation: UnsafeContinuation<Void, Never>, unless isOver: Bool) {
        if isOver { continuation.resume() } else { waiting.append(continuation) }
    }

    /// Resumes all that wait, in the order in which they came.
    public mutating func wake() {
        let woken = waiting
        waiting.removeAll()
        for continuation in woken { continuation.resume() }
    }
}
