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

/// What opening a log has found out.
struct LoadedLog {
    var topicID: UUID?
    var segments: [Segment]
    /// Those whose indexes were rebuilt, the last one aside.
    var unsyncedSeals: [Segment]
    var startOffset: Int64
    var endOffset: Int64
    var recoveryPoint: Int64
    var producers: ProducerStates
    var epochs: LeaderEpochs
    var areEpochsUnsaved: Bool
    var hasEpochFile: Bool
    var snapshots: [Int64]
    /// Files were rebuilt.
    var isTouched: Bool

    var isEmpty: Bool { endOffset == segments[0].baseOffset }
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

/// The steps of opening a log; their order is the rule.
struct LogLoading {
    let place: LogPlace
    let opening: LogOpening
    private var segments: [Segment] = []
    private var rebuilt: [Segment] = []
    private var epochs = LeaderEpochs()
    private var epochsOnDisk: LeaderEpochs?
    /// What the epoch file says, when it is sealed: Apache Kafka's may be anything.
    private var epochEvidence: EpochEvidence?
    private var snapshots: [Int64] = []
    /// The segment that was recovered last lacks offsets: compaction has been there, whatever its checkpoint says.
    private var isCompacted = false
    private var hasLeftIndexes = false
    private var recovered: (producers: ProducerStates, endOffset: Int64)?
    /// Files that are made anew, why, and from what.
    private var damaged: [(path: String, reason: String, source: String)] = []

    private static let batches = "the log's batches"

    init(place: LogPlace, opening: LogOpening) {
        self.place = place
        self.opening = opening
    }

    mutating func load() async throws(LogError) -> LoadedLog {
        try makeDirectory()
        let topicID = try readTopicID()
        var plan = try plan(for: try await finishReplacements(try names()))
        try examine(&plan)
        tellOfDamaged()
        try await recover(plan)
        let loaded = try loaded(topicID)
        if hasEpochs(beyond: loaded.endOffset) { try await saveEpochs() }
        return loaded
    }

    /// The same where nothing has to be waited for; else `nil`.
    mutating func loadAtOnce() throws(LogError) -> LoadedLog? {
        try makeDirectory()
        let topicID = try readTopicID()
        let names = try names()
        let temporaries = RecoveryPlan.Temporaries(names: names)
        guard temporaries.staleSwaps.isEmpty, temporaries.swaps.isEmpty else { return nil }
        var plan = try plan(for: names)
        try examine(&plan)
        guard !plan.segments.contains(where: \.isRecovered) else { return nil }
        tellOfDamaged()
        // What comes back with a power cut is removed by the next start.
        for name in temporaries.removals { try place.remove(name) }
        let loaded = try loaded(topicID)
        return hasEpochs(beyond: loaded.endOffset) ? nil : loaded
    }

    private func tellOfDamaged() {
        for (path, reason, source) in damaged {
            place.health.tell(ofMended: path, reason, outcome: "It is made anew from \(source)")
        }
    }

    /// Looks at what the plan believes to be in order.
    private mutating func examine(_ plan: inout RecoveryPlan) throws(LogError) {
        try makeSegments(plan)
        try loadEpochs()
        try checkClean(&plan)
        // Of thousands of logs most may be empty: then there is nothing to check, and nothing to write.
        if segments.count == 1, segments[0].size == 0 {
            plan.segments[0].isRecovered = false
            if !opening.wasClean { try findLeftIndexes(segments[0].baseOffset) }
        }
    }

    /// A broker that didn't stop in order has left indexes longer than they should be: Apache Kafka makes them at full
    /// size. Closing cuts them.
    private mutating func findLeftIndexes(_ baseOffset: Int64) throws(LogError) {
        for kind in [SegmentFileName.Kind.index, .timeindex] {
            if try place.size(SegmentFileName(baseOffset, kind)) ?? 0 > 0 { hasLeftIndexes = true }
        }
    }

    private mutating func loaded(_ topicID: UUID?) throws(LogError) -> LoadedLog {
        var endOffset = try findEnd()
        if endOffset < opening.startOffset, !segments.isEmpty {
            // Files were removed by hand: what is left lies below the log's start.
            rebuilt.removeAll()
            try removeSegments(from: 0)
            endOffset = opening.startOffset
            recovered = nil
        }
        // Closing has to cut what is made at full size.
        let isCut = !segments.isEmpty || !opening.config.preallocate
        if segments.isEmpty {
            endOffset = opening.startOffset
            segments = [try Segment.create(endOffset, place: place, config: opening.config)]
        }
        let startOffset = max(opening.startOffset, segments[0].baseOffset)
        try rebuildMissingEpochs(endOffset)
        epochs.truncate(to: endOffset)
        epochs.trim(below: startOffset)
        try removeSnapshots(endOffset)
        let producers = try findProducers(endOffset)
        return LoadedLog(
            topicID: topicID, segments: segments, unsyncedSeals: rebuilt.filter { $0 !== segments.last },
            startOffset: startOffset, endOffset: endOffset,
            recoveryPoint: opening.wasClean && recovered == nil ? endOffset : min(opening.recoveryPoint, endOffset),
            producers: producers, epochs: epochs, areEpochsUnsaved: epochs != epochsOnDisk && !epochs.entries.isEmpty,
            hasEpochFile: epochsOnDisk != nil, snapshots: snapshots, isTouched: recovered != nil || !rebuilt.isEmpty || hasLeftIndexes || !isCut)
    }

    /// Gives up what was opened.
    func release() { for segment in segments { place.context.forget(segment) } }

    private func findEnd() throws(LogError) -> Int64 {
        if let recovered { return recovered.endOffset }
        return if let last = segments.last { try last.readEndOffset() } else { opening.startOffset }
    }

    // MARK: The directory

    private func makeDirectory() throws(LogError) {
        let directory = place.directory
        guard !place.files.exists(directory) else {
            // What a process that was killed has made may not be on the device yet.
            place.hasUnsyncedEntries = !opening.wasClean
            place.isUnsyncedItself = !opening.wasClean
            return
        }
        try at(directory) { () throws(Errno) in try place.files.makeDirectories(directory) }
        place.isUnsyncedItself = true
    }

    private func names() throws(LogError) -> [String] {
        let directory = place.directory
        return try at(directory) { () throws(Errno) in try place.files.list(directory) }
    }

    private func read(_ name: String) throws(LogError) -> (bytes: ByteSlice, seal: Seal)? {
        let path = place.path(name)
        do throws(Errno) { return try place.files.readSealed(path) } catch {
            if error == .noEntry { return nil }
            throw .storage(error, path: path)
        }
    }

    private mutating func readTopicID() throws(LogError) -> UUID? {
        guard let (bytes, seal) = try read(PartitionMetadataFile.name) else { return nil }
        let path = place.path(PartitionMetadataFile.name)
        let stored = PartitionMetadataFile.decode(bytes)
        if let stored, seal != .broken, stored == opening.topicID ?? stored { return stored }
        let damage = stored == nil ? "no topic id can be read from it" : Seal.reason
        let corrupt = LogError.corrupt(path: path, position: 0, reason: "\(damage); \(Seal.advice)")
        guard let wanted = opening.topicID else { throw corrupt }
        guard let stored, stored != wanted else {
            // It is written without a sync: a power cut may leave anything of it, but not once the log was synced.
            if opening.recoveryPoint > 0 { damaged.append((path, damage, "the cluster's metadata")) }
            return nil
        }
        if seal == .broken { throw corrupt }
        // Ids are random: two that differ in a few bits are the same, damaged.
        let difference = (wanted.high ^ stored.high).nonzeroBitCount + (wanted.low ^ stored.low).nonzeroBitCount
        guard difference > Limits.damagedIDBits else {
            throw .corrupt(
                path: path, position: 0,
                reason: "the topic id is \(stored.text), a few bits away from \(wanted.text), which it should be")
        }
        throw .inconsistentTopicID(path: path, stored: stored.text, wanted: wanted.text)
    }

    /// Finishes or undoes what a stop interrupted, and returns the names that are there then.
    private func finishReplacements(_ names: [String]) async throws(LogError) -> [String] {
        let temporaries = RecoveryPlan.Temporaries(names: names)
        if !temporaries.staleSwaps.isEmpty {
            for name in temporaries.staleSwaps { try place.remove(name) }
            try await syncNames()
        }
        for name in temporaries.removals { try place.remove(name) }
        if !temporaries.swaps.isEmpty {
            let logs = temporaries.swaps.filter { $0.kind == .log }
            var end = Int64.min
            for swap in logs { end = max(end, try endOffset(ofSwap: swap)) }
            for name in temporaries.replaced(names: names, swapEndOffset: end) { try place.remove(name) }
            // Each step durably before the next: another stop on the way must not leave old and new side by side.
            try await syncNames()
            try complete(logs)
            try await syncNames()
            try complete(temporaries.swaps.filter { $0.kind != .log })
        }
        if !temporaries.removals.isEmpty || !temporaries.swaps.isEmpty {
            try await syncNames()
        } else if temporaries.staleSwaps.isEmpty {
            return names
        }
        return try self.names()
    }

    /// Decides what to do with each segment.
    private mutating func plan(for names: [String]) throws(LogError) -> RecoveryPlan {
        let plan = RecoveryPlan(
            names: names, wasClean: opening.wasClean, recoveryPoint: opening.checksAll ? 0 : opening.recoveryPoint)
        for name in plan.removals { try place.remove(name) }
        snapshots = plan.snapshots
        return plan
    }

    private func syncNames() async throws(LogError) {
        place.hasUnsyncedEntries = true
        try await place.syncEntries()
    }

    private func complete(_ swaps: [SegmentFileName]) throws(LogError) {
        for swap in swaps {
            let from = place.path(swap)
            let to = place.path(swap.with(nil))
            try at(from) { () throws(Errno) in try place.files.rename(from, to: to) }
        }
    }

    private func endOffset(ofSwap swap: SegmentFileName) throws(LogError) -> Int64 {
        let path = place.path(swap)
        let file = try at(path) { () throws(Errno) in try place.files.open(path, .read) }
        let size = try at(path) { () throws(Errno) in try file.size() }
        var walk = HeaderWalk(file, from: 0, to: size)
        var end = swap.baseOffset
        while let batch = try walk.next() { end = batch.lastOffset + 1 }
        return end
    }

    private mutating func makeSegments(_ plan: RecoveryPlan) throws(LogError) {
        for planned in plan.segments {
            let name = SegmentFileName(planned.baseOffset, .log)
            segments.append(
                Segment(
                    planned.baseOffset, size: try place.size(name) ?? 0, place: place, config: opening.config,
                    isNew: false, hasTransactionIndex: planned.hasTransactionIndex))
        }
    }

    private mutating func removeSegments(from index: Int) throws(LogError) {
        for segment in segments[index...].reversed() {
            place.context.forget(segment)
            for kind in [SegmentFileName.Kind.log, .index, .timeindex, .txnindex] {
                try place.remove(SegmentFileName(segment.baseOffset, kind).text)
            }
        }
        segments.removeLast(segments.count - index)
        place.hasUnsyncedEntries = true
    }

    // MARK: Segments

    /// What a clean stop promises is looked at where it costs next to nothing; a segment that breaks the promise is
    /// recovered.
    private mutating func checkClean(_ plan: inout RecoveryPlan) throws(LogError) {
        for (index, planned) in plan.segments.enumerated() where !planned.isRecovered {
            let segment = segments[index]
            if planned.hasTransactionIndex, let damage = try segment.transactionIndexDamage() {
                plan.segments[index].isRecovered = true
                damaged.append((segment.path(.txnindex), damage, Self.batches))
            } else if index + 1 == segments.count {
                do throws(LogError) { _ = try segment.readEndOffset(mayHaveHoles: mayHaveHoles) } catch {
                    guard case .corrupt = error else { throw error }
                    plan.segments[index].isRecovered = true
                }
            }
        }
    }

    private mutating func recover(_ plan: RecoveryPlan) async throws(LogError) {
        guard let first = plan.segments.firstIndex(where: \.isRecovered) else { return }
        // From the first on all are walked: each one's producers follow from those before.
        var producers = try ProducerLoading(place: place, config: opening.config)
            .load(to: segments[first].baseOffset, segments: Array(segments[..<first]), snapshots: &snapshots)
        var endOffset = segments[first].baseOffset
        // Later snapshots may tell of batches that are lost, or that came at the same offsets before those.
        for snapshot in snapshots where snapshot > endOffset {
            try place.remove(SegmentFileName(snapshot, .snapshot).text)
        }
        snapshots.removeAll { $0 > endOffset }
        var cutFiles: [Segment] = []
        var index = first
        while index < segments.count {
            let segment = segments[index]
            if index > 0 { try writeSnapshot(producers, at: segment.baseOffset) }
            let damage = try await recover(segment, &producers, &endOffset)
            index += 1
            if let damage {
                try refuseDamage(damage, in: segment, at: endOffset)
                try segment.cutFile(to: damage.position)
            }
            try segment.finish()
            rebuilt.append(segment)
            if index < segments.count, damage != nil || isTorn(between: endOffset, and: segments[index].baseOffset) {
                try removeSegments(from: index)
                cutFiles.append(segment)
            } else if damage != nil {
                cutFiles.append(segment)
            } else if index < segments.count {
                endOffset = segments[index].baseOffset
            }
        }
        try await syncCuts(cutFiles)
        for snapshot in snapshots where snapshot > endOffset {
            try place.remove(SegmentFileName(snapshot, .snapshot).text)
        }
        snapshots.removeAll { $0 > endOffset }
        try writeSnapshot(producers, at: endOffset)
        recovered = (producers, endOffset)
    }

    /// Walks the segment; what it holds is noted in its indexes, in `producers` and in the epochs.
    private mutating func recover(
        _ segment: Segment, _ producers: inout ProducerStates, _ endOffset: inout Int64
    ) async throws(LogError) -> CheckedWalk.Damage? {
        let file = try segment.file(.log)
        let fileBytes = try at(file.path) { () throws(Errno) in try file.size() }
        segment.startOver()
        isCompacted = false
        var next = segment.baseOffset
        var walk = CheckedWalk(
            file, baseOffset: segment.baseOffset, fileBytes: fileBytes,
            mayEndBehindHole: mayHaveHoles || segment !== segments.last, evidence: epochEvidence)
        while let (batch, control) = try await walk.next() {
            var aborted: AbortedTransaction?
            if let header = batch.header {
                let append = try ProducerAppend(
                    header, firstOffset: batch.baseOffset, with: place.context.decompressor,
                    batch: { () throws(LogError) in control })
                if let append { aborted = try admit(append, &producers) }
            }
            if batch.leaderEpoch > epochs.latest?.epoch ?? -1 {
                epochs.assign(batch.leaderEpoch, startOffset: batch.baseOffset)
            }
            segment.grew(
                by: batch.size, lastOffset: batch.lastOffset, maxTimestamp: batch.maxTimestamp, aborted: aborted)
            if batch.baseOffset > next || batch.lacksRecords { isCompacted = true }
            next = batch.lastOffset + 1
            endOffset = next
            place.context.recoveredBytes += batch.size
        }
        segment.noteChecked()
        producers.settle()
        if fileBytes == 0 { endOffset = max(endOffset, segment.baseOffset) }
        return walk.damage
    }

    /// Compaction may have been here.
    private var mayHaveHoles: Bool { opening.config.cleanupPolicy.contains(.compact) || opening.cleanedUpTo > 0 }

    private func admit(
        _ append: ProducerAppend, _ producers: inout ProducerStates
    ) throws(LogError) -> AbortedTransaction? {
        guard case .admitted(let completed?) = try producers.admit(append, origin: .replication), completed.isAbort
        else { return nil }
        return AbortedTransaction(
            producerID: completed.producerID, firstOffset: completed.firstOffset, lastOffset: completed.lastOffset,
            lastStableOffset: producers.lastStableOffset(after: completed))
    }

    /// A torn tail is what was never synced. Damage below the recovery point is something else: cutting there would
    /// throw away what was promised to be kept.
    private func refuseDamage(
        _ damage: CheckedWalk.Damage, in segment: Segment, at endOffset: Int64
    ) throws(LogError) {
        guard endOffset < opening.recoveryPoint else { return }
        throw .corrupt(
            path: segment.path(.log), position: damage.position,
            reason: "\(damage.reason); all below offset \(opening.recoveryPoint) was synced, so this is no torn tail")
    }

    /// Whether the log ended at `end` although a later segment begins at `next`: what was between them was never synced
    /// and is lost, and a log has no holes but those that compaction left (by Apache Kafka; ours leaves none between
    /// segments). A segment that begins below the end is one that was removed before, come back with a power cut.
    private func isTorn(between end: Int64, and next: Int64) -> Bool {
        if next < end { return true }
        return next > end && end >= opening.recoveryPoint && end >= opening.cleanedUpTo && !isCompacted
    }

    /// What was cut must not come back with the next power cut, in front of or behind what is written next.
    private func syncCuts(_ segments: [Segment]) async throws(LogError) {
        guard !segments.isEmpty else { return }
        for segment in segments {
            let file = try segment.file(.log)
            do throws(Errno) { try await file.sync() } catch { throw .storage(error, path: file.path) }
        }
        place.hasUnsyncedEntries = true
        try await place.syncEntries()
    }

    // MARK: Epochs and producers

    private mutating func loadEpochs() throws(LogError) {
        guard let (bytes, seal) = try read(LeaderEpochFile.name) else { return }
        let reason: String
        do throws(CheckpointText.Failure) {
            let stored = try LeaderEpochFile.decode(bytes)
            guard seal == .broken else {
                epochs = stored
                epochsOnDisk = stored
                if seal == .intact {
                    // Saved in the background behind each new epoch's first batch, but before a sync or a stop counts.
                    epochEvidence = EpochEvidence(
                        stored, completeBelow: opening.wasClean ? .max : opening.recoveryPoint)
                }
                return
            }
            reason = Seal.reason
        } catch { reason = error.description }
        damaged.append((place.path(LeaderEpochFile.name), reason, Self.batches))
    }

    /// The epoch file tells of batches that are lost. What is appended in their place would contradict it.
    private func hasEpochs(beyond endOffset: Int64) -> Bool {
        epochsOnDisk?.latest.map { $0.startOffset > endOffset } ?? false
    }

    private func saveEpochs() async throws(LogError) {
        let path = place.path(LeaderEpochFile.name)
        do throws(Errno) { try await place.files.replaceSealed(path, with: LeaderEpochFile.encode(epochs)) } catch {
            throw .storage(error, path: path)
        }
    }

    /// Without an epoch file the batches say which epochs there were.
    private mutating func rebuildMissingEpochs(_ endOffset: Int64) throws(LogError) {
        guard epochsOnDisk == nil, endOffset > segments[0].baseOffset else { return }
        epochs = LeaderEpochs()
        for segment in segments {
            var walk = HeaderWalk(try segment.file(.log), from: 0, to: segment.size)
            while let batch = try walk.next() {
                guard batch.leaderEpoch > epochs.latest?.epoch ?? -1 else { continue }
                epochs.assign(batch.leaderEpoch, startOffset: batch.baseOffset)
            }
        }
    }

    private mutating func removeSnapshots(_ endOffset: Int64) throws(LogError) {
        let useless = RecoveryPlan.uselessSnapshots(
            snapshots, bases: segments.map(\.baseOffset), logEndOffset: endOffset)
        // Older ones may still be needed: the newest that can be read decides where the replay begins.
        guard let newest = snapshots.last(where: { $0 <= endOffset }) else { return }
        for snapshot in useless where snapshot != newest {
            try place.remove(SegmentFileName(snapshot, .snapshot).text)
            snapshots.removeAll { $0 == snapshot }
        }
    }

    private mutating func findProducers(_ endOffset: Int64) throws(LogError) -> ProducerStates {
        if let recovered { return recovered.producers }
        return try ProducerLoading(place: place, config: opening.config)
            .load(to: endOffset, segments: segments, snapshots: &snapshots)
    }

    private mutating func writeSnapshot(_ producers: ProducerStates, at offset: Int64) throws(LogError) {
        let path = place.path(SegmentFileName(offset, .snapshot))
        let bytes = ProducerSnapshotFile.encode(producers.sorted)
        try at(path) { () throws(Errno) in
            let file = try place.files.open(path, .create)
            try file.empty()
            try file.write([bytes], at: 0)
        }
        place.hasUnsyncedEntries = true
        if !snapshots.contains(offset) {
            snapshots.append(offset)
            snapshots.sort()
        }
    }
}
