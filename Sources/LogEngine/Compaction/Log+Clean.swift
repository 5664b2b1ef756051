import Reactor

extension Log {
    /// What compaction could do for this log now; `nil` for one that isn't compacted, or has nothing but its active
    /// segment.
    ///
    /// - Complexity: O(segments), in memory, unless `min.compaction.lag.ms` or `max.compaction.lag.ms` is set: then the
    ///   dirty segments are asked for their times.
    public func cleaningRange() throws(LogError) -> CleaningRange? {
        try checkUsable()
        guard config.cleanupPolicy.contains(.compact), segments.count > 1 else { return nil }
        let bounds = CleaningRange.Bounds(
            startOffset: startOffset, endOffset: endOffset, lastStableOffset: lastStableOffset,
            cleanedUpTo: cleanedUpTo, now: place.core.wallClockMilliseconds())
        let segments = segments
        return try CleaningRange(
            segments.map { CleaningRange.Segment(baseOffset: $0.baseOffset, bytes: $0.size) }, bounds, config,
            largestTimestamp: { index throws(LogError) in try segments[index].largestTimestamp().timestamp },
            firstTimestamp: { index throws(LogError) in try segments[index].readFirstTimestamp() })
    }

    public var isBeingCleaned: Bool { cleaning != nil }

    /// Compacts the log where that pays: of each key the last record stays, as Apache Kafka's log cleaner does it.
    /// Appends and reads go on; a truncation, a close or a removal ends it.
    ///
    /// Readers see no offset change. After a crash each group of segments is the old or the new one.
    ///
    /// - Throws: ``LogError/corrupt(path:position:reason:)`` for damage, which is never written on with a fresh
    /// checksum; ``LogError/storage(_:path:)`` when the disk refuses. Nothing is lost then.
    public func clean(
        _ terms: CleaningTerms = CleaningTerms(), pace: CleaningPace? = nil
    ) async throws(LogError) -> CleaningOutcome {
        guard cleaning == nil, cleaningBars == 0, !isTruncating, let range = try cleaningRange(), range.isDue(config)
        else {
            return .notDue
        }
        let claim = CleaningClaim()
        cleaning = claim
        defer {
            cleaning = nil
            claim.end()
        }
        var cleaner = Cleaner(self, range, terms, pace ?? CleaningPace(core: place.core), claim)
        do throws(CleaningStop) { return .cleaned(try await cleaner.run()) } catch {
            guard case .failed(let failure) = error, !isClosed, !claim.isAborted else { return .aborted }
            throw failure
        }
    }

    /// Has a compaction that is under way end soon.
    public func cancelCleaning() { cleaning?.isAborted = true }

    /// Has a compaction that is under way end, and returns when it has.
    func withdrawCleaning() async {
        while let claim = cleaning {
            claim.isAborted = true
            await claim.ended()
        }
    }
}
