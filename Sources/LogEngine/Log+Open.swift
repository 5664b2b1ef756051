public import Bytes
import Reactor
import Records

/// What is known of a log before its files are looked at.
public struct LogOpening: Sendable {
    public var config = LogConfig()
    /// The topic's id according to the metadata; `nil` takes what the directory says.
    public var topicID: UUID?
    /// The node closed this log before it stopped: nothing is scanned.
    public var wasClean = false
    /// Everything below is synced (checkpoint).
    public var recoveryPoint: Int64 = 0
    /// After an unclean stop, what lies below the recovery point is checked as well.
    public var checksAll = false
    /// The log's start where it isn't a segment's (checkpoint); where a new log begins.
    public var startOffset: Int64 = 0
    /// Everything below was replicated (checkpoint).
    public var highWatermark: Int64 = 0
    /// Compaction has been here up to this offset (checkpoint): offsets below may be missing.
    public var cleanedUpTo: Int64 = 0

    public init() {}
}

extension Log {
    /// Opens the log in `directory`, which is made when there is none.
    ///
    /// After an unclean stop the segments from the recovery point on are read and checked, their torn tail is cut, and
    /// indexes, producers and epochs are rebuilt, as Apache Kafka does. Damage below the recovery point is no torn
    /// tail: it is reported as ``LogError/corrupt(path:position:reason:)`` and nothing is changed.
    ///
    /// The recovery point may come out lower than the checkpoint said: write the checkpoints before the first append.
    public static func open(
        _ directory: String, _ opening: LogOpening, _ context: LogContext, health: DirectoryHealth
    ) async throws(LogError) -> Log {
        var loading = LogLoading(place: LogPlace(directory, context, health), opening: opening)
        // Of thousands of logs most aren't used: whoever uses one opens its files again.
        defer { loading.release() }
        return make(try await loading.load(), loading)
    }

    /// The same without a wait, for a log that was closed in order; `nil` when there is something to wait for after
    /// all: an interrupted replacement, or damage.
    public static func openAtOnce(
        _ directory: String, _ opening: LogOpening, _ context: LogContext, health: DirectoryHealth
    ) throws(LogError) -> Log? {
        guard opening.wasClean else { return nil }
        var loading = LogLoading(place: LogPlace(directory, context, health), opening: opening)
        defer { loading.release() }
        do throws(LogError) { return try loading.loadAtOnce().map { make($0, loading) } } catch {
            health.suspect(error)
            throw error
        }
    }

    private static func make(_ loaded: LoadedLog, _ loading: LogLoading) -> Log {
        let log = Log(loading.place, loading.opening, loaded)
        // An empty log is closed without a sync.
        if loaded.isEmpty { loading.place.hasUnsyncedEntries = true }
        if log.topicID == nil, let topicID = loading.opening.topicID { log.note(topicID: topicID) }
        return log
    }
}
