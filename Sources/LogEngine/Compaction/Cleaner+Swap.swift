import Reactor

/// The order in which a cleaned segment takes the place of others. After each step the disk knows it before the next
/// one begins, so that a start after a crash finds the old segments or the new one, and can tell which:
///
/// 1. all is written under names that end in `.cleaned`: a start unlinks those;
/// 2. they are renamed to `.swap`: from here on the new segment counts, a start goes on at 3;
/// 3. the old files are renamed to `.deleted`: a start unlinks those;
/// 4. the `.log` takes its name, 5. then what is derived from it.
extension Cleaner {
    func swap(_ segment: Segment, for group: [Segment]) async throws(CleaningStop) {
        try await writing { () throws(LogError) in try await seal(segment, like: group[group.count - 1]) }
        try check()
        // Retention may have been quicker.
        guard !group.contains(where: \.isRemoved) else { throw .aborted }
        claim.isSwapping = true
        defer { claim.isSwapping = false }
        do throws(LogError) { try await exchange(segment, for: group) } catch {
            place.health.fail(error)  // half done: the next start finishes it
            throw .failed(error)
        }
    }

    /// Runs what writes. A disk that is full gets another chance, one that fails otherwise doesn't.
    func writing<Value>(_ body: () async throws(LogError) -> Value) async throws(CleaningStop) -> Value {
        do throws(LogError) { return try await body() } catch {
            if case .storage(let errno, _) = error, errno != .noSpace { place.health.fail(error) }
            throw .failed(error)
        }
    }

    private func seal(_ segment: Segment, like last: Segment) async throws(LogError) {
        try segment.finish()
        let modified = try last.modifiedMilliseconds()
        let log = try segment.file(.log)
        try at(log.path) { () throws(Errno) in try log.setModified(milliseconds: modified) }
        for kind in segment.kinds {
            let file = try segment.file(kind)
            do throws(Errno) { try await file.sync() } catch { throw .storage(error, path: file.path) }
        }
        try await syncNames()
    }

    private func exchange(_ segment: Segment, for group: [Segment]) async throws(LogError) {
        try segment.renameDerived(to: .swap)
        try segment.renameLog(to: .swap)
        try await syncNames()
        let doomed = try replace(group, with: segment)
        try await syncNames()
        try segment.renameLog(to: nil)
        try await syncNames()
        try segment.renameDerived(to: nil)
        try await syncNames()
        log.unlink(doomed, afterMilliseconds: log.config.fileDeleteDelayMilliseconds)
    }

    private func syncNames() async throws(LogError) {
        place.hasUnsyncedEntries = true
        try await place.syncEntries()
    }

    /// Has the log go by the new segment, and puts the old files aside; returns their names.
    private func replace(_ group: [Segment], with segment: Segment) throws(LogError) -> [String] {
        guard let first = log.segments.firstIndex(where: { $0 === group[0] }) else {
            throw .closed(path: place.directory)  // nobody takes segments away meanwhile
        }
        segment.seal()
        log.segments.replaceSubrange(first..<first + group.count, with: [segment])
        for old in group { place.context.retire(old) }
        var doomed: [String] = []
        for old in group {
            for kind in [SegmentFileName.Kind.log, .index, .timeindex, .txnindex] {
                let name = SegmentFileName(old.baseOffset, kind)
                let from = place.path(name)
                do throws(Errno) {
                    try place.files.rename(from, to: place.path(name.with(.deleted)))
                    doomed.append(name.with(.deleted).text)
                } catch {
                    if error != .noEntry { throw .storage(error, path: from) }
                }
            }
        }
        // The first one's snapshot goes with the new segment.
        for old in group.dropFirst() where log.snapshots.contains(old.baseOffset) {
            try place.remove(SegmentFileName(old.baseOffset, .snapshot).text)
            log.snapshots.removeAll { $0 == old.baseOffset }
            log.unsyncedSnapshots.removeAll { $0 == old.baseOffset }
        }
        return doomed
    }
}

extension Segment {
    /// An empty segment to be written by compaction. What an earlier attempt left of that name goes.
    static func createCleaned(
        _ baseOffset: Int64, place: LogPlace, config: LogConfig
    ) throws(LogError) -> Segment {
        let segment = Segment(
            baseOffset, size: 0, place: place, config: config, isNew: true, hasTransactionIndex: false)
        segment.seal()
        segment.logSuffix = .cleaned
        segment.derivedSuffix = .cleaned
        for name in segment.temporaryNames { try place.remove(name) }
        let path = segment.path(.log)
        try at(path) { () throws(Errno) in _ = try place.files.open(path, .create) }
        place.hasUnsyncedEntries = true
        return segment
    }

    /// The names of all files that compaction may have made of it.
    var temporaryNames: [String] {
        [SegmentFileName.Kind.log, .index, .timeindex, .txnindex].map {
            SegmentFileName(baseOffset, $0, .cleaned).text
        }
    }

    /// The files that it has.
    var kinds: [SegmentFileName.Kind] {
        [.log, .index, .timeindex] + (hasTransactionIndex ? [.txnindex] : [])
    }

    func renameLog(to suffix: SegmentFileName.Temporary?) throws(LogError) {
        try rename(.log, to: suffix)
        logSuffix = suffix
    }

    func renameDerived(to suffix: SegmentFileName.Temporary?) throws(LogError) {
        for kind in kinds where kind != .log { try rename(kind, to: suffix) }
        derivedSuffix = suffix
    }

    private func rename(_ kind: SegmentFileName.Kind, to suffix: SegmentFileName.Temporary?) throws(LogError) {
        let from = path(kind)
        let to = place.path(SegmentFileName(baseOffset, kind, suffix))
        try at(from) { () throws(Errno) in try place.files.rename(from, to: to) }
    }

    /// When the `.log` file was last written.
    func modifiedMilliseconds() throws(LogError) -> Int64 {
        let path = path(.log)
        let files = place.files
        return try at(path) { () throws(Errno) in try files.status(path).modifiedMilliseconds }
    }

    /// The first batch's largest timestamp; −1 for none.
    func readFirstTimestamp() throws(LogError) -> Int64 {
        guard size > 0 else { return -1 }
        var walk = HeaderWalk(try file(.log), from: 0, to: size)
        return try walk.next()?.maxTimestamp ?? -1
    }

    /// Bytes of an index file; 0 when there is none.
    func indexFileBytes(_ kind: SegmentFileName.Kind) throws(LogError) -> Int { try place.size(name(kind)) ?? 0 }
}
