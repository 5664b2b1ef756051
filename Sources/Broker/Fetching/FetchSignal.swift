import Reactor
import Synchronization

/// Ends one wait of a fetch: fired by whichever partition has news first, on whichever core, or by its deadline.
final class FetchSignal: Sendable {
    private enum State {
        case idle
        case waiting(UnsafeContinuation<Void, Never>)
        case fired
    }

    private let state = Mutex(State.idle)

    /// There is something new, or no more time. Any further call does nothing.
    func fire() {
        let waiter = state.withLock { state -> UnsafeContinuation<Void, Never>? in
            defer { state = .fired }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiter?.resume()
    }

    var hasFired: Bool {
        state.withLock { state in
            if case .fired = state { return true }
            return false
        }
    }

    /// Returns once the signal has fired.
    func wait() async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let already = state.withLock { state -> Bool in
                if case .fired = state { return true }
                state = .waiting(continuation)
                return false
            }
            if already { continuation.resume() }
        }
    }
}

/// The fetches that wait for a partition's news. Each is told once.
struct FetchSignals {
    private var signals: [FetchSignal] = []
    private var sweepAt = 16

    /// Adds a waiting fetch. Those whose wait has ended otherwise are dropped before the list doubles.
    mutating func add(_ signal: FetchSignal) {
        if signals.count >= sweepAt {
            signals.removeAll { $0.hasFired }
            sweepAt = max(16, signals.count * 2)
        }
        signals.append(signal)
    }

    mutating func fireAll() {
        guard !signals.isEmpty else { return }
        let fired = signals
        signals.removeAll(keepingCapacity: true)
        for signal in fired { signal.fire() }
    }
}
