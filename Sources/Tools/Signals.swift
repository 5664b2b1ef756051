import Glibc
import Synchronization

/// SIGINT and SIGTERM of the process: blocked on all threads, taken by one that does nothing else.
package final class Signals: Sendable {
    private let handler = Mutex<(@Sendable (Int32) -> Void)?>(nil)

    /// Blocks the signals: to be made before any other thread. SIGPIPE becomes a failed write.
    package init() {
        signal(SIGPIPE, SIG_IGN)
        var set = Self.ours
        pthread_sigmask(SIG_BLOCK, &set, nil)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let signals = Unmanaged<Signals>.fromOpaque(context).takeRetainedValue()
                while true { signals.take() }
            }, context)
    }

    /// What to do from now on, on the signals' own thread. Until then a signal ends the process.
    package func handle(_ action: @escaping @Sendable (Int32) -> Void) { handler.withLock { $0 = action } }

    private static var ours: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        return set
    }

    private func take() {
        var set = Self.ours
        var number: Int32 = 0
        guard sigwait(&set, &number) == 0 else { return }
        if let action = handler.withLock({ $0 }) { action(number) } else { _exit(128 + number) }
    }
}
