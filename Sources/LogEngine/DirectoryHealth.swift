import Synchronization

/// Whether a data directory can still be used. Shared by the cores whose logs lie in it: one that meets an error that
/// can't be undone (a failed sync, say) takes the directory offline for all.
public final class DirectoryHealth: Sendable {
    private let isOffline = Atomic(false)
    private let reason = Mutex<LogError?>(nil)

    public init() {}

    /// The first failure; `nil` while the directory is in order.
    public var failure: LogError? { isOffline.load(ordering: .acquiring) ? reason.withLock { $0 } : nil }

    /// Takes the directory offline. Only the first reason is kept.
    public func fail(_ error: LogError) {
        reason.withLock { if $0 == nil { $0 = error } }
        isOffline.store(true, ordering: .releasing)
    }
}
