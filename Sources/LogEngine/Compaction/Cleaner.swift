import Bytes
import Reactor
import Records

/// One compaction of a log, step by step: find the last offset of each key in the dirty part, then write the log anew
/// from its beginning, a group of segments at a time, without what later records supersede.
struct Cleaner {
    let log: Log
    let claim: CleaningClaim
    let pace: CleaningPace
    let terms: CleaningTerms
    let range: CleaningRange
    /// Wall clock at the beginning: what delete horizons are compared with.
    let now: Int64
    let map: OffsetMap
    let keyGroup = KeyGroup()
    /// Of the dirty part, where it isn't too long: the last records of their keys, all tombstones, and the bases of the
    /// batches whose records were looked at. They spare batches there a look-up of keys, and many their unfolding.
    private(set) var lastOffsets: OffsetSet?
    private let tombstones: OffsetSet?
    private let mapped: OffsetSet?
    var report = CleaningReport()
    var transactions = CleanedTransactions()
    /// Tombstones of the older formats go from segments that weren't written since.
    private var legacyHorizon: Int64 = 0

    var place: LogPlace { log.place }

    init(_ log: Log, _ range: CleaningRange, _ terms: CleaningTerms, _ pace: CleaningPace, _ claim: CleaningClaim) {
        self.log = log
        self.range = range
        self.terms = terms
        self.pace = pace
        self.claim = claim
        let core = log.place.core
        now = core.wallClockMilliseconds()
        map = OffsetMap(
            bytes: terms.mapBytes, loadFactor: terms.mapLoadFactor,
            entries: range.firstUncleanableOffset - range.firstDirtyOffset,
            hasher: KeyHasher(core.random(), core.random()))
        tombstones = OffsetSet(range.firstDirtyOffset, upTo: range.firstUncleanableOffset)
        mapped = OffsetSet(range.firstDirtyOffset, upTo: range.firstUncleanableOffset)
        report.firstDirtyOffset = range.firstDirtyOffset
    }

    /// - Throws: ``CleaningStop/aborted`` when the log is wanted for something else; groups that were finished stay.
    mutating func run() async throws(CleaningStop) -> CleaningReport {
        let core = place.core
        let started = core.now()
        pace.begin(totalBytes: 2 * range.cleanableBytes + range.cleanBytes)
        while map.clear(Limits.cleaningSliceBytes) { await pace.rest(for: claim) }
        // What is rewritten must not be on the disk in its new form only.
        try await waiting { () throws(LogError) in try await log.sync(upTo: range.firstUncleanableOffset) }
        try await mapDirty()
        if transactions.hasUnended {
            // Their records supersede others on the strength of markers that lie behind all that is cleaned.
            try await waiting { () throws(LogError) in try await log.sync(upTo: log.highWatermark) }
        }
        if let last = OffsetSet(range.firstDirtyOffset, upTo: map.latestOffset + 1) {
            while map.collect(Limits.cleaningSliceBytes, into: last) { await pace.rest(for: claim) }
            lastOffsets = last
        }
        report.cleanedUpTo = map.latestOffset + 1
        report.keys = map.count
        report.mapUtilization = map.utilization
        report.mappingMilliseconds = core.now().milliseconds(since: started)
        guard report.cleanedUpTo > range.firstDirtyOffset else { return report }
        legacyHorizon = try legacyDeleteHorizon()
        transactions = CleanedTransactions()
        let groups = try groups()
        pace.rewrites(groups.joined().reduce(0) { $0 + $1.size })
        for group in groups { try await rewrite(group) }
        log.cleanedUpTo = report.cleanedUpTo
        report.milliseconds = core.now().milliseconds(since: started)
        return report
    }

    func check() throws(CleaningStop) {
        if claim.isAborted || place.core.isHalted { throw .aborted }
        do throws(LogError) { try log.checkUsable() } catch { throw .failed(error) }
    }

    func failing<Value>(_ body: () throws(LogError) -> Value) throws(CleaningStop) -> Value {
        do throws(LogError) { return try body() } catch { throw .failed(error) }
    }

    func waiting<Value>(_ body: () async throws(LogError) -> Value) async throws(CleaningStop) -> Value {
        do throws(LogError) { return try await body() } catch { throw .failed(error) }
    }

    // MARK: What there is to do

    private func legacyDeleteHorizon() throws(CleaningStop) -> Int64 {
        guard let last = log.segments.last(where: { $0.baseOffset < range.firstDirtyOffset }) else { return 0 }
        return try failing { () throws(LogError) in
            try last.modifiedMilliseconds() - log.config.deleteRetentionMilliseconds
        }
    }

    private func groups() throws(CleaningStop) -> [[Segment]] {
        let segments = log.segments.filter { $0.baseOffset < report.cleanedUpTo }
        return try failing { () throws(LogError) in
            var sizes: [CleaningGroups.Segment] = []
            for segment in segments {
                sizes.append(
                    CleaningGroups.Segment(
                        baseOffset: segment.baseOffset, bytes: segment.size,
                        indexBytes: try segment.indexFileBytes(.index),
                        timeIndexBytes: try segment.indexFileBytes(.timeindex)))
            }
            return CleaningGroups.ranges(sizes, endOffset: range.firstUncleanableOffset, log.config)
                .map { Array(segments[$0]) }
        }
    }

    // MARK: First pass

    private mutating func mapDirty() async throws(CleaningStop) {
        let from = range.firstDirtyOffset
        let bound = range.firstUncleanableOffset
        map.advance(to: from - 1)
        let aborted = try failing { () throws(LogError) in try log.abortedTransactions(from: from, upTo: bound) }
        transactions.add(aborted)
        let first = log.segmentIndex(of: from) ?? 0
        let dirty = log.segments[first...].filter { $0.baseOffset < bound }
        for (index, segment) in dirty.enumerated() {
            try check()
            let end = index + 1 < dirty.count ? dirty[index + 1].baseOffset : bound
            guard try await map(segment, from: from) else {
                report.wasMapFull = true
                return
            }
            // Offsets may be missing at the segment's end.
            map.advance(to: end - 1)
        }
    }

    /// False when the map is full.
    private mutating func map(_ segment: Segment, from: Int64) async throws(CleaningStop) -> Bool {
        var batches = try failing { () throws(LogError) in
            let start = try segment.batches(from: from).position
            return try SegmentBatches(segment, of: log, from: start, chunkBytes: terms.bufferBytes)
        }
        while let chunk = try await waiting({ () throws(LogError) in try await batches.next() }) {
            try check()
            report.mappedBytes += chunk.bytes.count
            pace.read(chunk.bytes.count)
            let start = chunk.batches[0].position
            for batch in chunk.batches {
                let at = batch.position - start
                let bytes = chunk.bytes[at..<at + batch.size]
                guard try map(batch, bytes, from: from, batches) else { return false }
                await pace.worked(batch.size, for: claim)
                if batch.lastOffset >= from { map.advance(to: batch.lastOffset) }
            }
        }
        return true
    }

    /// The set that tells which records of a batch are the last of their keys; `nil` where their keys have to.
    func lastOffsets(of header: RecordBatchHeader) -> OffsetSet? {
        guard let lastOffsets, let mapped, lastOffsets.covers(header.baseOffset...header.lastOffset),
            mapped.contains(header.baseOffset)
        else { return nil }
        return lastOffsets
    }

    /// How many last records a batch has, and whether it has tombstones, without a look at them.
    func kept(_ header: RecordBatchHeader) -> (count: Int, hasTombstones: Bool)? {
        guard let tombstones, let last = lastOffsets(of: header) else { return nil }
        let offsets = header.baseOffset...header.lastOffset
        return (last.count(in: offsets), tombstones.count(in: offsets) > 0)
    }

    private mutating func map(
        _ batch: BatchPlace, _ bytes: ByteSlice, from: Int64, _ source: SegmentBatches
    ) throws(CleaningStop) -> Bool {
        guard let header = batch.header else { return try mapLegacy(batch, bytes, from: from, source) }
        guard bytes.withUnsafeBytes({ RecordBatch.hasValidCRC($0) }) else {
            throw .failed(source.corrupt(at: batch.position, "the batch's CRC is wrong"))
        }
        if header.attributes.isControl {
            _ = transactions.control(header, try controlKind(batch, bytes, source))
            return true
        }
        if transactions.data(header) || header.recordsCount == 0 || batch.lastOffset < from { return true }
        let records = try unfold(header, bytes, batch, source)
        let (map, group, tombstones) = (map, keyGroup, tombstones)
        var isFull = false
        var withoutKey = 0
        do throws(RecordFailure) {
            try records.withUnsafeBytes { raw throws(RecordFailure) in
                var layouts = RecordLayouts(raw, count: header.recordsCount)
                while try group.fill(
                    &layouts, baseOffset: header.baseOffset,
                    hash: { layout, offset in
                        guard let key = layout.key, offset >= from else { return nil }
                        return map.hash(UnsafeRawBufferPointer(rebasing: raw[key]))
                    })
                {
                    map.fetch(group.hashes)
                    for member in group.members where member.offset >= from {
                        guard member.hash >= 0 else {
                            withoutKey += 1
                            continue
                        }
                        if !member.layout.hasValue { tombstones?.insert(member.offset) }
                        guard map.put(group.hashes[member.hash], member.offset) else {
                            // All before it is accounted for, so that even a batch larger than the map gets done.
                            map.advance(to: member.offset - 1)
                            isFull = true
                            return
                        }
                    }
                }
            }
        } catch { throw .failed(source.corrupt(at: batch.position, "\(error)")) }
        report.recordsWithoutKey += withoutKey
        if !isFull { mapped?.insert(header.baseOffset) }
        return !isFull
    }

    private func mapLegacy(
        _ batch: BatchPlace, _ bytes: ByteSlice, from: Int64, _ source: SegmentBatches
    ) throws(CleaningStop) -> Bool {
        for record in try legacy(batch, bytes, source) where record.offset >= from {
            guard let key = record.key, !map.put(key, record.offset) else { continue }
            map.advance(to: record.offset - 1)
            return false
        }
        return true
    }

    // MARK: Batches

    /// The records of a batch, unfolded where they are compressed.
    func unfold(
        _ header: RecordBatchHeader, _ bytes: ByteSlice, _ batch: BatchPlace, _ source: SegmentBatches
    ) throws(CleaningStop) -> ByteSlice {
        let payload = bytes[RecordBatchHeader.size..<bytes.count]
        guard let codec = header.attributes.compression else {
            throw .failed(source.corrupt(at: batch.position, "\(RecordFailure.unknownCodec)"))
        }
        if codec == .none || header.recordsCount == 0 { return payload }
        do throws(CompressionFailure) {
            let records = try payload.withUnsafeBytes { raw throws(CompressionFailure) in
                try place.context.decompressor.decompress(raw, codec, limit: RecordLimits.uncompressedBytes)
            }
            pace.unfolded(records.count)
            return records
        } catch { throw .failed(source.corrupt(at: batch.position, "\(error)")) }
    }

    /// What a control batch says; `nil` when it says nothing (any more).
    func controlKind(
        _ batch: BatchPlace, _ bytes: ByteSlice, _ source: SegmentBatches
    ) throws(CleaningStop) -> ControlRecord? {
        guard let whole = RecordBatch(bytes) else { return nil }
        do throws(RecordFailure) {
            var records = try RecordIterator(whole, with: place.context.decompressor)
            return ControlRecord(key: try records.next()?.key)
        } catch { throw .failed(source.corrupt(at: batch.position, "\(error)")) }
    }

    /// Whether the last record of a key stays although it is a tombstone.
    func keepsTombstone(_ header: RecordBatchHeader) -> Bool {
        guard let horizon = header.deleteHorizon else { return true }
        return now < horizon
    }

    func keepsLegacyTombstones(_ segment: Segment) throws(CleaningStop) -> Bool {
        try failing { () throws(LogError) in try segment.modifiedMilliseconds() > legacyHorizon }
    }
}
