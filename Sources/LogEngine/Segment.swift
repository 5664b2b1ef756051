import Bytes
import Reactor

/// A `.log` file and what belongs to it. The last one of a log is active: only it grows.
///
/// About 400 bytes; its files are opened when they are needed and closed again when the core has too many open.
final class Segment {
    let baseOffset: Int64
    let place: LogPlace
    private let indexBytes: Int
    private let indexIntervalBytes: Int
    private let isPreallocated: Bool
    /// Bytes of batches in the `.log` file.
    private(set) var size: Int
    private(set) var offsetIndex: OffsetIndex
    private(set) var timeIndex: TimeIndex
    private(set) var transactionIndex = TransactionIndex()
    /// There may be aborted transactions.
    private(set) var hasTransactionIndex: Bool
    private var areIndexesLoaded: Bool
    /// The `.txnindex` is sealed; `nil` when that isn't known.
    private var isTransactionIndexSealed: Bool?
    private var unsyncedIndexes: Set<SegmentFileName.Kind> = []
    private var bytesSinceIndexEntry = 0
    /// The largest timestamp and the last offset of the batch that has it; −1 when there is none.
    private var maximum: (timestamp: Int64, offset: Int64)
    private var firstTimestamp: Int64?
    private let createdMilliseconds: Int64
    private let jitterMilliseconds: Int64
    private var recent: RecentBatches?
    /// What of the `.log` file can be served as it is.
    private(set) var checked: CheckedBytes
    /// Why the log's headers can't be followed from end to end: there is nothing to rebuild an index from.
    private var rebuildFailure: LogError?

    private var openFiles = InlineArray<4, File?>(repeating: nil)
    /// The files were unlinked, renamed or replaced: nothing of them is to be read or synced any more.
    var isRemoved = false
    /// What the names end in while compaction writes the segment and puts it in the place of others.
    var logSuffix: SegmentFileName.Temporary?
    var derivedSuffix: SegmentFileName.Temporary?
    /// Set by use, cleared by the search for files to close.
    var wasUsed = false
    /// Position among the core's open segments.
    var openIndex: Int?

    /// A segment whose `.log` file exists and holds `size` bytes of batches.
    init(_ baseOffset: Int64, size: Int, place: LogPlace, config: LogConfig, isNew: Bool, hasTransactionIndex: Bool) {
        self.baseOffset = baseOffset
        self.place = place
        self.size = size
        self.hasTransactionIndex = hasTransactionIndex
        indexBytes = config.segmentIndexBytes
        indexIntervalBytes = config.indexIntervalBytes
        isPreallocated = config.preallocate
        offsetIndex = OffsetIndex(baseOffset: baseOffset, maximumBytes: config.segmentIndexBytes)
        timeIndex = TimeIndex(baseOffset: baseOffset, maximumBytes: config.segmentIndexBytes)
        areIndexesLoaded = isNew
        isTransactionIndexSealed = isNew ? false : nil
        checked = CheckedBytes(from: isNew ? 0 : size)
        maximum = (-1, baseOffset)
        createdMilliseconds = place.core.wallClockMilliseconds()
        jitterMilliseconds =
            config.segmentJitterMilliseconds > 0 ? RollDecision.jitter(place.core.random(), config: config) : 0
        if isNew { recent = RecentBatches(baseOffset: baseOffset, endOffset: baseOffset) }
    }

    // MARK: Files

    func name(_ kind: SegmentFileName.Kind) -> SegmentFileName {
        SegmentFileName(baseOffset, kind, kind == .log ? logSuffix : derivedSuffix)
    }

    func path(_ kind: SegmentFileName.Kind) -> String { place.path(name(kind)) }

    /// The open file; index files are made when there is none.
    func file(_ kind: SegmentFileName.Kind) throws(LogError) -> File {
        wasUsed = true
        let index = Self.slot(kind)
        if let file = openFiles[index] { return file }
        let path = path(kind)
        let files = place.files
        let file = try at(path) { () throws(Errno) in
            do throws(Errno) { return try files.open(path, .readWrite) } catch {
                guard error == .noEntry, kind != .log else { throw error }
            }
            place.hasUnsyncedEntries = true
            return try files.open(path, .create)
        }
        openFiles[index] = file
        place.context.opened(self)
        return file
    }

    /// Lets go of the files; those who use one keep it open.
    func dropFiles() { for index in openFiles.indices { openFiles[index] = nil } }

    private static func slot(_ kind: SegmentFileName.Kind) -> Int {
        switch kind {
        case .log, .snapshot: 0
        case .index: 1
        case .timeindex: 2
        case .txnindex: 3
        }
    }

    // MARK: Growing

    func active(pendingBytes: Int, pendingTimestamp: Int64?) throws(LogError) -> RollDecision.Active {
        if firstTimestamp == nil, size > 0 {
            var walk = HeaderWalk(try file(.log), from: 0, to: size)
            firstTimestamp = try walk.next()?.maxTimestamp
        }
        return RollDecision.Active(
            baseOffset: baseOffset, bytes: size + pendingBytes, firstTimestamp: firstTimestamp ?? pendingTimestamp,
            createdMilliseconds: createdMilliseconds, areIndexesFull: offsetIndex.isFull || timeIndex.isFull,
            jitterMilliseconds: jitterMilliseconds)
    }

    /// Notes a batch that was written at the segment's end.
    func grew(by bytes: Int, lastOffset: Int64, maxTimestamp: Int64, aborted: AbortedTransaction? = nil) {
        assert(areIndexesLoaded, "the batch's entries would be lost")
        if size == 0 { firstTimestamp = maxTimestamp }
        if maxTimestamp > maximum.timestamp { maximum = (maxTimestamp, lastOffset) }
        if bytesSinceIndexEntry > indexIntervalBytes {
            offsetIndex.append(lastOffset: lastOffset, position: size)
            timeIndex.append(timestamp: maximum.timestamp, offset: maximum.offset)
            bytesSinceIndexEntry = 0
        }
        bytesSinceIndexEntry += bytes
        recent?.append(lastOffset: lastOffset, position: size)
        size += bytes
        if let aborted {
            transactionIndex.append(aborted)
            hasTransactionIndex = true
        }
    }

    /// Writes index entries that have become many.
    func writeFullIndexTails() throws(LogError) {
        if offsetIndex.waitingCount >= Limits.indexTailEntries || timeIndex.waitingCount >= Limits.indexTailEntries {
            try writeIndexTails(trimming: false)
        }
    }

    /// Writes all index entries; with `trimming` the files end behind them.
    func writeIndexTails(trimming: Bool) throws(LogError) {
        if try offsetIndex.writeTail(to: source(.index), trimming: trimming) { unsyncedIndexes.insert(.index) }
        if try timeIndex.writeTail(to: source(.timeindex), trimming: trimming) { unsyncedIndexes.insert(.timeindex) }
        if hasTransactionIndex, areIndexesLoaded,
            try transactionIndex.writeTail(
                to: source(.txnindex), trimming: trimming, prepare: { (file) throws(Errno) in try unseal(file) })
        {
            unsyncedIndexes.insert(.txnindex)
        }
    }

    /// The segment's end is reached, for now or for good: the closing time entry, and indexes that end where they end.
    func finish() throws(LogError) {
        try loadIndexes()
        timeIndex.append(timestamp: maximum.timestamp, offset: maximum.offset, closing: true)
        try writeIndexTails(trimming: true)
        try sealTransactionIndex()
        if isPreallocated { try cutFile(to: size) }
    }

    private func sealTransactionIndex() throws(LogError) {
        guard hasTransactionIndex, isTransactionIndexSealed != true else { return }
        let file = try file(.txnindex)
        try at(file.path) { () throws(Errno) in
            guard transactionIndex.count > 0 else { return try unseal(file) }
            try file.seal(transactionIndex.checksum)
            isTransactionIndexSealed = true
            unsyncedIndexes.insert(.txnindex)
        }
    }

    private func unseal(_ file: File) throws(Errno) {
        guard isTransactionIndexSealed != false else { return }
        try file.unseal()
        isTransactionIndexSealed = false
    }

    /// No batch will come any more.
    func seal() { recent = nil }

    /// Begins to remember where new batches lie.
    func becomeActive(endOffset: Int64) {
        if recent == nil { recent = RecentBatches(baseOffset: baseOffset, endOffset: endOffset) }
    }

    // MARK: Indexes

    private func source(_ kind: SegmentFileName.Kind) -> IndexSource {
        { () throws(LogError) in try self.file(kind) }
    }

    /// Reads the ends of the index files, and rebuilds what breaks a rule.
    func loadIndexes() throws(LogError) {
        guard !areIndexesLoaded else { return }
        guard let offsets = try storedOffsetIndex() else { return try rebuildIndexes(.index, Self.ruleBroken) }
        guard let times = try storedTimeIndex() else { return try rebuildIndexes(.timeindex, Self.ruleBroken) }
        offsetIndex = offsets
        timeIndex = times
        maximum = times.last
        try loadTransactionIndex()
        areIndexesLoaded = true
        // Batches without an entry are too few for the index, have no time, or were never indexed.
        if size > 0, times.count == 0 { try noteTimestamps() }
        if size > 0, times.count > 0, try !isBorneOut(maximum) { try rebuildIndexes(.timeindex, Self.notBorneOut) }
    }

    private static let ruleBroken = "its entries are out of order or incomplete"
    private static let notBorneOut = "its entries don't go with the log"

    /// Builds offset and time index anew, and tells which was damaged; where there is none nothing was.
    private func rebuildIndexes(_ kind: SegmentFileName.Kind, _ reason: String) throws(LogError) {
        let wasThere = try place.size(name(kind)) != nil
        try rebuildIndexes()
        guard wasThere else { return }
        place.health.tell(ofMended: path(kind), reason, outcome: "It is made anew from the log")
    }

    /// Whether the batch that a time entry names has that timestamp. Retention and look-ups go by such entries.
    private func isBorneOut(_ entry: (timestamp: Int64, offset: Int64)) throws(LogError) -> Bool {
        do throws(LogError) {
            guard let batch = try findBatch(entry.offset) else { return false }
            return batch.baseOffset <= entry.offset && batch.maxTimestamp == entry.timestamp
        } catch {
            // The log is damaged there. That is told to whoever reads it.
            guard case .corrupt = error else { throw error }
            return true
        }
    }

    private func storedOffsetIndex() throws(LogError) -> OffsetIndex? {
        guard let bytes = try place.size(name(.index)) else { return nil }
        return try OffsetIndex(
            baseOffset: baseOffset, maximumBytes: indexBytes, fileBytes: bytes, logBytes: size, source(.index))
    }

    private func storedTimeIndex() throws(LogError) -> TimeIndex? {
        guard let bytes = try place.size(name(.timeindex)) else { return nil }
        return try TimeIndex(
            baseOffset: baseOffset, maximumBytes: indexBytes, fileBytes: bytes, source(.timeindex))
    }

    private func loadTransactionIndex() throws(LogError) {
        // Once loaded, what is read of it is checked against what is in memory.
        guard hasTransactionIndex, transactionIndex.count == 0, let bytes = try place.size(name(.txnindex)) else {
            return
        }
        guard let index = try TransactionIndex(baseOffset: baseOffset, fileBytes: bytes, source(.txnindex)) else {
            throw .corrupt(path: path(.txnindex), position: 0, reason: "entries are out of order or incomplete")
        }
        let file = try file(.txnindex)
        let seal = try at(file.path) { () throws(Errno) in try file.seal(over: index.checksum) }
        if seal == .broken { throw .corrupt(path: file.path, position: 0, reason: Seal.reason) }
        isTransactionIndexSealed = seal == .intact
        transactionIndex = index
    }

    /// Why the aborted transactions can't be read, if that is so. Only a recovery of the segment rebuilds them.
    func transactionIndexDamage() throws(LogError) -> String? {
        do throws(LogError) { try loadTransactionIndex() } catch {
            if case .corrupt(_, _, let reason) = error { return reason }
            throw error
        }
        return nil
    }

    /// Builds offset and time index anew from the batches' headers; they stay as they were where that fails.
    /// O(batches).
    func rebuildIndexes() throws(LogError) {
        if !areIndexesLoaded { try loadTransactionIndex() }
        let isTransactionIndexSealed = isTransactionIndexSealed
        let (size, offsetIndex, timeIndex, transactionIndex) = (size, offsetIndex, timeIndex, transactionIndex)
        let (maximum, firstTimestamp, recent) = (maximum, firstTimestamp, recent)
        let (areIndexesLoaded, bytesSinceIndexEntry) = (areIndexesLoaded, bytesSinceIndexEntry)
        startOver()
        do throws(LogError) {
            var walk = HeaderWalk(
                try file(.log), from: 0, to: size, before: BatchBefore(endOffset: baseOffset, leaderEpoch: nil))
            while let batch = try walk.next() {
                grew(by: batch.size, lastOffset: batch.lastOffset, maxTimestamp: batch.maxTimestamp)
            }
        } catch {
            (self.size, self.offsetIndex, self.timeIndex) = (size, offsetIndex, timeIndex)
            (self.transactionIndex, self.areIndexesLoaded) = (transactionIndex, areIndexesLoaded)
            (self.maximum, self.firstTimestamp, self.recent) = (maximum, firstTimestamp, recent)
            self.bytesSinceIndexEntry = bytesSinceIndexEntry
            self.isTransactionIndexSealed = isTransactionIndexSealed
            if case .corrupt = error { rebuildFailure = error }
            throw error
        }
        self.transactionIndex = transactionIndex
        self.isTransactionIndexSealed = isTransactionIndexSealed
        self.timeIndex.append(timestamp: self.maximum.timestamp, offset: self.maximum.offset, closing: true)
        try writeIndexTails(trimming: true)
    }

    /// Syncs the index files that have changed since they were synced.
    func syncIndexes() async throws(LogError) {
        for kind in [SegmentFileName.Kind.index, .timeindex, .txnindex] {
            guard !isRemoved, unsyncedIndexes.remove(kind) != nil else { continue }
            let file = try file(kind)
            do throws(Errno) { try await file.sync() } catch {
                unsyncedIndexes.insert(kind)
                throw place.health.syncFailed(error, path: file.path)
            }
        }
    }

    /// Forgets all that is derived, to be told of every batch again by ``grew(by:lastOffset:maxTimestamp:aborted:)``.
    func startOver() {
        size = 0
        offsetIndex = OffsetIndex(baseOffset: baseOffset, maximumBytes: indexBytes)
        timeIndex = TimeIndex(baseOffset: baseOffset, maximumBytes: indexBytes)
        transactionIndex = TransactionIndex()
        isTransactionIndexSealed = nil
        areIndexesLoaded = true
        bytesSinceIndexEntry = 0
        maximum = (-1, baseOffset)
        firstTimestamp = nil
        recent?.clear(endOffset: .max)
    }

    /// Largest record timestamp, −1 when there is none, and the last offset of its batch.
    func largestTimestamp() throws(LogError) -> (timestamp: Int64, offset: Int64) {
        try loadIndexes()
        return maximum
    }

    /// What the segment's age is counted from: its largest timestamp, or when its file was last written.
    func retentionTimestamp() throws(LogError) -> Int64 {
        let largest = try largestTimestamp().timestamp
        if largest >= 0 { return largest }
        let path = path(.log)
        let files = place.files
        return try at(path) { () throws(Errno) in try files.status(path).modifiedMilliseconds }
    }

    // MARK: Looking up

    /// The first batch that ends at or above `offset`; `nil` when there is none. Near the end without touching a file.
    func find(_ offset: Int64) throws(LogError) -> (position: Int, size: Int, before: BatchBefore?)? {
        if let recent, let known = recent.find(offset, segmentBytes: size) { return (known.position, known.size, nil) }
        return try findBatch(offset).map { ($0.position, $0.size, $0.before) }
    }

    /// The same, with the batch's header.
    func findBatch(_ offset: Int64) throws(LogError) -> BatchPlace? {
        var walk = try batches(from: offset)
        while let batch = try walk.next() {
            if batch.lastOffset >= offset { return batch }
        }
        return nil
    }

    /// A walk over all batches from one on that may hold `offset`.
    func batches(from offset: Int64) throws(LogError) -> HeaderWalk {
        try loadIndexes()
        do throws(LogError) {
            if let walk = try indexedWalk(to: offset) { return walk }
        } catch {
            guard case .corrupt = error, rebuildFailure == nil else { throw error }
        }
        if let rebuildFailure { throw rebuildFailure }
        // An index is no evidence: where the log doesn't bear it out, it is made anew from the log.
        try rebuildIndexes(.index, Self.notBorneOut)
        guard let walk = try indexedWalk(to: offset) else {
            throw .corrupt(path: path(.index), position: 0, reason: "the index doesn't go with the log")
        }
        return walk
    }

    /// `nil` where the index and the log contradict each other.
    private func indexedWalk(to offset: Int64) throws(LogError) -> HeaderWalk? {
        let before = BatchBefore(endOffset: baseOffset, leaderEpoch: nil)
        guard let entry = try offsetIndex.entry(before: offset, source(.index)) else {
            return HeaderWalk(try file(.log), from: 0, to: size, before: before)
        }
        guard entry.position < size else { return nil }
        var walk = HeaderWalk(
            try file(.log), from: entry.position, to: size, before: entry.position == 0 ? before : nil)
        let start = walk
        // The entry's offset is that of a batch from there on: not always the first, in files that others wrote.
        while let batch = try walk.next() {
            guard batch.lastOffset >= entry.offset else { continue }
            walk.goBack(to: start)
            return batch.baseOffset <= entry.offset ? walk : nil
        }
        return nil
    }

    /// The offset after the last batch, found by a walk from the last index entries.
    ///
    /// - Parameter mayHaveHoles: the last batch's offset need not follow from those before.
    func readEndOffset(mayHaveHoles: Bool = true) throws(LogError) -> Int64 {
        guard size > 0 else {
            startOver()
            return baseOffset
        }
        try loadIndexes()
        // The batch of the very last entry could not be told to follow from anything.
        var walk = try batches(from: (offsetIndex.lastOffset(source(.index)) ?? baseOffset) - 1)
        var last: BatchPlace?
        while let batch = try walk.next() { last = batch }
        guard let last else { return baseOffset }
        if !mayHaveHoles, last.baseOffset != last.before?.endOffset {
            throw .corrupt(
                path: path(.log), position: last.position, reason: DamageReason.offsets(of: last).text)
        }
        return last.lastOffset + 1
    }

    /// An offset such that all earlier ones have smaller timestamps.
    func offset(beforeTimestamp timestamp: Int64) throws(LogError) -> Int64 {
        try loadIndexes()
        if let entry = try timeIndex.entry(before: timestamp, source(.timeindex)), try !isBorneOut(entry) {
            try rebuildIndexes(.timeindex, Self.notBorneOut)
        }
        return try timeIndex.offset(before: timestamp, source(.timeindex))
    }

    // MARK: Checking

    /// Takes note of bytes that were found to be sound; all of them without a range.
    func noteChecked(_ range: Range<Int>? = nil) { checked.add(range ?? 0..<size) }

    func collectAborted(
        from: Int64, upTo: Int64, into found: inout [AbortedTransaction]
    ) throws(LogError) -> Bool {
        guard hasTransactionIndex else { return false }
        try loadIndexes()
        return try transactionIndex.collect(from: from, upTo: upTo, into: &found, source(.txnindex))
    }

    /// The last offset that a range of bytes up to `position` can contain, excluded; `nil` when the index doesn't know.
    func offset(above position: Int) throws(LogError) -> Int64? {
        try loadIndexes()
        return try offsetIndex.offset(atOrAbove: position, source(.index))
    }

    // MARK: Shrinking

    /// The aborted transactions that would be left; throws where they can't be told, before anything is cut.
    func transactions(before offset: Int64) throws(LogError) -> TransactionIndex {
        try loadIndexes()
        var left = transactionIndex
        try left.truncate(to: offset, source(.txnindex))
        return left
    }

    /// Cuts the segment before the first batch that ends at or above `offset`, and returns the offset after what is
    /// left.
    func truncate(to offset: Int64) throws(LogError) -> Int64 {
        let transactions = try transactions(before: offset)
        var walk = try batches(from: offset)
        var end: Int64?
        var cut = size
        while let batch = try walk.next() {
            if batch.lastOffset >= offset {
                cut = batch.position
                break
            }
            end = batch.lastOffset + 1
        }
        try cutFile(to: cut)
        try offsetIndex.truncate(to: offset, source(.index))
        try timeIndex.truncate(to: offset, source(.timeindex))
        transactionIndex = transactions
        try writeIndexTails(trimming: true)
        bytesSinceIndexEntry = 0
        maximum = timeIndex.last
        try noteTimestamps()
        if cut == 0 { firstTimestamp = nil }
        let endOffset = if let end { end } else { cut > 0 ? try readEndOffset() : baseOffset }
        recent = RecentBatches(baseOffset: baseOffset, endOffset: endOffset)
        return endOffset
    }

    /// Looks for larger timestamps behind the last time entry.
    private func noteTimestamps() throws(LogError) {
        var walk = try batches(from: maximum.offset)
        while let batch = try walk.next() {
            if batch.maxTimestamp > maximum.timestamp { maximum = (batch.maxTimestamp, batch.lastOffset) }
        }
    }

    /// Ends the `.log` file at `position`.
    func cutFile(to position: Int) throws(LogError) {
        let file = try file(.log)
        try at(file.path) { () throws(Errno) in try file.truncate(to: position) }
        if position < size { rebuildFailure = nil }
        size = position
        checked.cut(to: position)
    }
}
