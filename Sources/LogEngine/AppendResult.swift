import Reactor

/// The batches that one turn of the core writes to a log with one call: they are written together or fail together.
public final class WriteTurn {
    private enum State {
        case open
        case written
        case failed(LogError)
    }

    private var state = State.open
    private var waiters = Waiters()

    /// Returns when the batches are in the page cache (and synced, where `flush.messages` asks for it). Doesn't suspend
    /// when they already are.
    public func written() async throws(LogError) {
        if !isOver { await withUnsafeContinuation { waiters.add($0, unless: isOver) } }
        if case .failed(let error) = state { throw error }
    }

    private var isOver: Bool {
        if case .open = state { return false }
        return true
    }

    /// The batches are written. False while they wait, and for good when writing failed.
    var isWritten: Bool {
        if case .written = state { return true }
        return false
    }

    func end(_ failure: LogError? = nil) {
        state = failure.map { .failed($0) } ?? .written
        waiters.wake()
    }
}

/// What became of an appended batch.
public struct AppendResult {
    public let baseOffset: Int64
    public let lastOffset: Int64
    /// Of a duplicate: that of the batch which was there.
    public let maxTimestamp: Int64
    /// The log has had this batch already; nothing was appended, the offsets are the original ones.
    public let isDuplicate: Bool
    /// `nil` for a duplicate that was written before.
    let turn: WriteTurn?

    public var endOffset: Int64 { lastOffset + 1 }

    /// Whether ``written()`` would return at once.
    public var isWritten: Bool { turn?.isWritten ?? true }

    /// Returns when the batch is written; throws when it could not be, and then nothing of it is in the log.
    public func written() async throws(LogError) { try await turn?.written() }
}
