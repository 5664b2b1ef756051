/// Lets work in until it is closed, then waits for what is inside. Ends the races of stopping. Of one core.
public final class Gate {
    private var inside = 0
    private var isClosed = false
    private var closers = Waiters()

    public init() {}

    public var isOpen: Bool { !isClosed }

    /// False when the gate is closed: don't begin.
    public func enter() -> Bool {
        if isClosed { return false }
        inside += 1
        return true
    }

    public func leave() {
        precondition(inside > 0, "left a gate more often than entered")
        inside -= 1
        if inside == 0, isClosed { closers.wake() }
    }

    /// Lets nobody in any more, and returns when the last one has left.
    public func close() async {
        isClosed = true
        if inside == 0 { return }
        await withUnsafeContinuation { closers.add($0, unless: inside == 0) }
    }
}
