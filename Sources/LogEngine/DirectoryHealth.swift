import Reactor
import Synchronization

/// Whether a data directory can still be used. Shared by the cores whose logs lie in it: one that meets an error that
/// can't be undone (a failed sync, say) takes the directory offline for all.
public final class DirectoryHealth: Sendable {
    /// What whoever is responsible for the directory has to know.
    public enum News: Sendable {
        /// It is offline from now on. Comes once.
        case failed(LogError)
        /// A read has failed. Perhaps a few bad sectors, perhaps the device is gone: somebody should look.
        case suspected(LogError)
        /// Stored records are damaged: only they can't be read. Comes once for each place while the log is open.
        case damaged(LogError)
        /// A file that can be done without, or made anew, was found damaged: which, why, and what comes of it.
        case mended(path: String, reason: String, outcome: String)
    }

    private struct State {
        var reason: LogError?
        var observer: (@Sendable (News) -> Void)?
        /// What came before there was somebody to tell.
        var untold: [News] = []
    }

    private let isOffline = Atomic(false)
    private let state = Mutex(State())

    public init() {}

    /// The first failure; `nil` while the directory is in order.
    public var failure: LogError? { isOffline.load(ordering: .acquiring) ? state.withLock { $0.reason } : nil }

    /// Has `observer` told, on whichever core the news comes up. At once if the directory has failed already, and of
    /// files that were mended.
    public func observe(_ observer: @escaping @Sendable (News) -> Void) {
        let untold = state.withLock { state in
            state.observer = observer
            defer { state.untold = [] }
            return state.untold
        }
        for news in untold { observer(news) }
        if let failure { observer(.failed(failure)) }
    }

    /// Takes the directory offline. Only the first reason is kept.
    public func fail(_ error: LogError) {
        let observer = state.withLock { state -> (@Sendable (News) -> Void)? in
            guard state.reason == nil else { return nil }
            state.reason = error
            return state.observer
        }
        isOffline.store(true, ordering: .releasing)
        observer?(.failed(error))
    }

    /// The same, unless the error passes by itself: a full disk loses nothing that was promised.
    func failUnlessPassing(_ error: LogError) {
        if !error.isPassing { fail(error) }
    }

    /// A sync has failed, for whatever reason: the kernel may have dropped what it could not write, and a second sync
    /// would say that all is well.
    func syncFailed(_ errno: Errno, path: String) -> LogError {
        let error = LogError.storage(errno, path: path)
        if errno != .canceled, errno != .shutDown { fail(error) }
        return error
    }

    /// Reports a read that failed.
    func suspect(_ error: LogError) {
        guard case .storage = error, !error.isPassing, failure == nil else { return }
        state.withLock { $0.observer }?(.suspected(error))
    }

    func tell(ofMended path: String, _ reason: String, outcome: String) {
        let news = News.mended(path: path, reason: reason, outcome: outcome)
        let observer = state.withLock { state -> (@Sendable (News) -> Void)? in
            if state.observer == nil, state.untold.count < Limits.reportedDamages { state.untold.append(news) }
            return state.observer
        }
        observer?(news)
    }

    func tell(ofDamage error: LogError) {
        state.withLock { $0.observer }?(.damaged(error))
    }
}

extension LogError {
    /// Nothing is wrong with the device: it is full, the process has too many files open, or the log was closed.
    public var isPassing: Bool {
        switch self {
        case .closed, .truncating: true
        case .storage(let errno, _):
            errno.isFull || errno == .tooManyFiles || errno == .tooManyFilesInSystem
                || errno == .outOfMemory || errno == .canceled || errno == .shutDown
        default: false
        }
    }
}
