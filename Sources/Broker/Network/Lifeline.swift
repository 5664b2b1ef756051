/// Whether anybody is still there for a connection's answers: waits that are for them alone end with it. Of one core.
final class Lifeline {
    private(set) var isCut = false
    private var waits = FetchSignals()

    /// Has `signal` fired when the line is cut, at once when it is.
    func add(_ signal: FetchSignal) {
        if isCut { signal.fire() } else { waits.add(signal) }
    }

    func cut() {
        isCut = true
        waits.fireAll()
    }
}
