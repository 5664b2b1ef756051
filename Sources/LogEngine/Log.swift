public import Bytes
public import Reactor

/// A partition's log on disk, in Apache Kafka's format: append, read, truncate, recover.
///
/// Of one core, not `Sendable`: what it does synchronously is atomic for everyone on that core. ``append`` takes
/// offsets and checks producers at once; the bytes of all batches of a core's turn go down in one write at its end. A
/// log that isn't used costs about 1.2 KB and no descriptor: its files are opened when they are needed. One that was
/// written to costs about 3 KB more.
public final class Log: TurnEnd {
    struct PendingBatch {
        var size: Int
        var lastOffset: Int64
        var maxTimestamp: Int64
        var aborted: AbortedTransaction?
    }

    let place: LogPlace
    // Unchecked is what each append touches: only plain calls on the log's core change it, and none of them calls out
    // while it does.
    @exclusivity(unchecked) public var config: LogConfig
    /// The topic's id, once it is known.
    public internal(set) var topicID: UUID?
    /// The first offset that can be read. Only moves up, but for a truncation below it.
    public internal(set) var startOffset: Int64
    /// The offset that the next batch gets; above ``endOffset`` while batches wait for the turn's end.
    @exclusivity(unchecked) public internal(set) var nextOffset: Int64
    /// The log's end as readers see it, and those who wait for it to grow.
    public let written: Watermark
    /// Every record below is synced, and those who wait for that.
    public let durable: Watermark
    /// Everything below is replicated as far as the caller told: retention and read-committed readers stop here.
    public internal(set) var highWatermark: Int64
    /// Called with the offset up to which readers may have the log, before producers are told: when batches are
    /// written, or once they are synced where their answers wait for that (`flush.messages`). A reader is never shown
    /// what a power cut may take back from a producer that waits. Not always with a higher offset than before.
    public var onReadable: ((Int64) -> Void)?

    /// Compaction has been here up to this offset.
    public internal(set) var cleanedUpTo: Int64
    /// The compaction that is under way.
    var cleaning: CleaningClaim?
    /// How many want the log as it is: no compaction begins.
    var cleaningBars = 0

    @exclusivity(unchecked) var segments: [Segment]
    @exclusivity(unchecked) var producers: ProducerStates
    @exclusivity(unchecked) var epochs: LeaderEpochs
    /// The epoch file doesn't have the last changes.
    var areEpochsUnsaved = false
    /// It has them, but perhaps not on the device.
    var areEpochsUnsynced = false
    /// Nor has it the one that no batch has yet.
    var isEpochNoted = false
    var isSavingEpochs = false
    var epochWaiters = Waiters()
    /// Offsets of the producer snapshots on disk, ascending.
    var snapshots: [Int64]
    var unsyncedSnapshots: [Int64] = []

    @exclusivity(unchecked) var pending: [PendingBatch] = []
    /// Their bytes, as one call writes them.
    @exclusivity(unchecked) var pendingPieces: [ByteSlice] = []
    @exclusivity(unchecked) var pendingBytes = 0
    @exclusivity(unchecked) var turn: WriteTurn?
    var epochsBeforeTurn: LeaderEpochs?
    private var isQueued = false

    /// Sealed segments whose indexes aren't synced, oldest first.
    var unsyncedSeals: [Segment] = []
    var isSyncing = false
    var syncWaiters = Waiters()
    /// Grows with every step of a truncation, so that a sync that was under way doesn't raise the recovery point.
    var truncations = 0
    var isTruncating = false
    var lastFlush: Instant
    /// Segments that retention let go, whose files have still to be renamed, and those who rename them.
    var doomedSegments: [Segment] = []
    var deletions: Gate?
    var isClosed = false
    /// How the log was closed, if all of it is on the device.
    public internal(set) var closed: ClosedLog?
    /// Damaged places that were told of.
    var damages: [(path: String, position: Int)] = []
    /// Something was written, or rebuilt, that isn't all on the device.
    var isTouched: Bool
    /// `partition.metadata` isn't written, or written and not synced.
    var isTopicIDUnwritten = false
    var isTopicIDUnsynced = false

    init(_ place: LogPlace, _ opening: LogOpening, _ loaded: LoadedLog) {
        self.place = place
        config = opening.config
        topicID = loaded.topicID
        startOffset = loaded.startOffset
        nextOffset = loaded.endOffset
        written = Watermark(loaded.endOffset)
        durable = Watermark(loaded.recoveryPoint)
        highWatermark = min(max(opening.highWatermark, loaded.startOffset), loaded.endOffset)
        // A log that was cut since may hold other records there: all counts as dirty.
        cleanedUpTo = opening.cleanedUpTo <= loaded.endOffset ? opening.cleanedUpTo : loaded.startOffset
        segments = loaded.segments
        unsyncedSeals = loaded.unsyncedSeals
        producers = loaded.producers
        epochs = loaded.epochs
        areEpochsUnsaved = loaded.areEpochsUnsaved
        snapshots = loaded.snapshots
        lastFlush = place.core.now()
        isTouched = loaded.isTouched
        // What a process that was killed has written may not be on the device yet.
        areEpochsUnsynced = !opening.wasClean && loaded.hasEpochFile
        // Nor what an empty log has, which is closed without a sync.
        isTopicIDUnsynced = loaded.topicID != nil && (!opening.wasClean || loaded.isEmpty)
        producers.release(below: highWatermark)
        segments[segments.count - 1].becomeActive(endOffset: loaded.endOffset)
    }

    /// The core's list of open segments would keep them otherwise.
    deinit { for segment in segments { place.context.forget(segment) } }

    // MARK: What it holds

    public var directory: String { place.directory }

    /// The offset after the last batch that readers can have.
    public var endOffset: Int64 { written.value }

    /// Everything below is synced, and so are the indexes of segments that lie below: where a recovery begins.
    public var recoveryPoint: Int64 { min(durable.value, unsyncedSeals.first?.baseOffset ?? .max) }

    /// Bytes of all `.log` files.
    public var size: Int { segments.reduce(0) { $0 + $1.size } }

    public var segmentCount: Int { segments.count }

    public var leaderEpochs: LeaderEpochs { epochs }

    public var activeProducerCount: Int { producers.count }

    var active: Segment { segments[segments.count - 1] }

    /// The end for read-committed readers: the high watermark, or where the oldest undecided transaction begins.
    public var lastStableOffset: Int64 {
        guard let unstable = producers.firstUnstableOffset else { return highWatermark }
        return min(highWatermark, max(unstable, startOffset))
    }

    /// Whether that producer, with that epoch, has a transaction open here.
    public func hasOpenTransaction(producerID: Int64, epoch: Int16) -> Bool {
        guard let entry = producers[producerID] else { return false }
        return entry.epoch == epoch && entry.currentTransactionFirstOffset >= 0
    }

    /// What is known of the producers: for DescribeProducers.
    public var producerDescriptions: [ProducerDescription] { producers.sorted.map { ProducerDescription($0) } }

    /// Tells how far the log is replicated; values outside it are cut off.
    public func updateHighWatermark(to offset: Int64) {
        highWatermark = min(max(offset, startOffset), endOffset)
        producers.release(below: highWatermark)
    }

    /// Throws when the log can't be used any more.
    func checkUsable() throws(LogError) {
        if isClosed { throw .closed(path: place.directory) }
        if let failure = place.health.failure { throw failure }
    }

    /// Has ``turnEnded()`` called once this turn.
    func queue() {
        guard !isQueued else { return }
        isQueued = true
        place.core.atTurnEnd(self)
    }

    public func turnEnded() {
        isQueued = false
        try? writePending()  // those who wait for the batches are told
    }
}

/// A producer of a partition as tools show it.
public struct ProducerDescription: Equatable, Sendable {
    public let producerID: Int64
    public let epoch: Int16
    public let lastSequence: Int32
    public let lastTimestamp: Int64
    public let coordinatorEpoch: Int32
    /// −1 when no transaction is open.
    public let currentTransactionFirstOffset: Int64

    init(_ entry: ProducerEntry) {
        producerID = entry.producerID
        epoch = entry.epoch
        lastSequence = entry.lastSequence
        lastTimestamp = entry.lastTimestamp
        coordinatorEpoch = entry.coordinatorEpoch
        currentTransactionFirstOffset = entry.currentTransactionFirstOffset
    }
}
