import Reactor

/// What one compaction of a log did.
public struct CleaningReport: Equatable, Sendable {
    /// Where the records began that weren't compacted before.
    public var firstDirtyOffset: Int64 = 0
    /// Everything below is compacted now.
    public var cleanedUpTo: Int64 = 0
    /// Bytes read to find the last offset of each key.
    public var mappedBytes = 0
    /// Bytes of all segments that were rewritten, before and after.
    public var bytesBefore = 0
    public var bytesAfter = 0
    public var recordsBefore = 0
    public var recordsAfter = 0
    public var segmentsBefore = 0
    public var segmentsAfter = 0
    /// Records that had no key and went.
    public var recordsWithoutKey = 0
    public var keys = 0
    /// The share of the offset map that was used.
    public var mapUtilization = 0.0
    /// The map had no room for all dirty records: the rest is for the next time.
    public var wasMapFull = false
    public var mappingMilliseconds: Int64 = 0
    public var milliseconds: Int64 = 0

    public init() {}
}

/// How an attempt to compact a log ended.
public enum CleaningOutcome: Equatable, Sendable {
    case cleaned(CleaningReport)
    /// It doesn't pay.
    case notDue
    /// Something else had to be done with the log first, or changed it meanwhile. All that was finished stays.
    case aborted
}

/// The settings of compaction that aren't a topic's (`log.cleaner.*`).
public struct CleaningTerms: Sendable, Equatable {
    /// Bytes of the offset map at most (`log.cleaner.dedupe.buffer.size`, shared among `log.cleaner.threads`).
    public var mapBytes = 128 << 20
    /// The share of the map that may be filled (`log.cleaner.io.buffer.load.factor`).
    public var mapLoadFactor = 0.9
    /// Bytes read at once, and written (half of `log.cleaner.io.buffer.size` each).
    public var bufferBytes = 256 << 10

    public init() {}
}

/// A compaction that is under way, so that others can end it.
final class CleaningClaim {
    /// Set by whoever needs the log for itself.
    var isAborted = false
    /// Segments are being exchanged: nobody else may take any away.
    var isSwapping = false
    private var isEnded = false
    private var waiters = Waiters()

    func end() {
        isEnded = true
        waiters.wake()
    }

    func ended() async { await withUnsafeContinuation { waiters.add($0, unless: isEnded) } }
}

/// Why a compaction stops.
enum CleaningStop: Error {
    case aborted
    case failed(LogError)
}
