import Bytes
import Reactor

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

/// The steps of opening a log; their order is the rule.
struct LogLoading {
    let place: LogPlace
    let opening: LogOpening
    var segments: [Segment] = []
    var rebuilt: [Segment] = []
    var epochs = LeaderEpochs()
    var epochsOnDisk: LeaderEpochs?
    /// What the epoch file says, when it is sealed: Apache Kafka's may be anything.
    var epochEvidence: EpochEvidence?
    var snapshots: [Int64] = []
    /// The segment that was recovered last lacks offsets: compaction has been there, whatever its checkpoint says.
    var isCompacted = false
    var hasLeftIndexes = false
    var recovered: (producers: ProducerStates, endOffset: Int64)?
    /// Files that are made anew, why, and from what.
    var damaged: [(path: String, reason: String, source: String)] = []

    static let batches = "the log's batches"

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

    mutating func loaded(_ topicID: UUID?) throws(LogError) -> LoadedLog {
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
            producers: producers, epochs: epochs,
            areEpochsUnsaved: epochs != epochsOnDisk && !epochs.entries.isEmpty, hasEpochFile: epochsOnDisk != nil,
            snapshots: snapshots, isTouched: recovered != nil || !rebuilt.isEmpty || hasLeftIndexes || !isCut)
    }

    /// Gives up what was opened.
    func release() { for segment in segments { place.context.forget(segment) } }

    private func findEnd() throws(LogError) -> Int64 {
        if let recovered { return recovered.endOffset }
        return if let last = segments.last { try last.readEndOffset() } else { opening.startOffset }
    }
}
