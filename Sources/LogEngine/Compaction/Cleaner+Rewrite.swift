import Bytes
import Reactor
import Records

/// The segment that a group of others becomes, while it is written.
struct CleanedOutput {
    let segment: Segment
    private var pieces: [ByteSlice] = []
    private var piecesBytes = 0
    /// Bytes of whole batches that go over as they lie, neighbours together.
    private var run: (bytes: ByteSlice, range: Range<Int>)?
    /// Bytes of the chunks that what waits was taken from and holds on to, and whether the last chunk is one of them.
    private var heldBytes = 0
    private var holdsChunk = false
    private var written = 0
    private var unsyncedBytes = 0

    init(_ segment: Segment) { self.segment = segment }

    /// Adds a batch that lies at `range` of `chunk`.
    mutating func copy(_ chunk: ByteSlice, _ range: Range<Int>, _ batch: BatchPlace, aborted: AbortedTransaction?) {
        if let last = run, last.range.upperBound == range.lowerBound {
            run = (chunk, last.range.lowerBound..<range.upperBound)
        } else {
            endRun()
            run = (chunk, range)
            if !holdsChunk { heldBytes += chunk.count }
            holdsChunk = true
        }
        segment.grew(by: range.count, lastOffset: batch.lastOffset, maxTimestamp: batch.maxTimestamp, aborted: aborted)
    }

    /// Adds a batch that was made anew.
    mutating func add(_ bytes: ByteSlice, _ header: RecordBatchHeader, aborted: AbortedTransaction?) {
        add(bytes, lastOffset: header.lastOffset, maxTimestamp: header.maxTimestamp, aborted: aborted)
    }

    mutating func add(_ bytes: ByteSlice, lastOffset: Int64, maxTimestamp: Int64, aborted: AbortedTransaction? = nil) {
        endRun()
        pieces.append(bytes)
        piecesBytes += bytes.count
        segment.grew(by: bytes.count, lastOffset: lastOffset, maxTimestamp: maxTimestamp, aborted: aborted)
    }

    private mutating func endRun() {
        guard let run else { return }
        pieces.append(run.bytes[run.range])
        piecesBytes += run.range.count
        self.run = nil
    }

    /// A chunk was gone through: writes what was added when that is `bytes` and more, or holds on to several times as
    /// many. One large write takes half the time of four small ones, as the page cache takes it in larger pieces.
    mutating func writeIfMuch(_ bytes: Int) throws(LogError) -> Int {
        endRun()
        holdsChunk = false
        return piecesBytes >= bytes || heldBytes >= 4 * bytes ? try write() : 0
    }

    /// Writes what was added; returns how many bytes.
    mutating func write() throws(LogError) -> Int {
        endRun()
        (heldBytes, holdsChunk) = (0, false)
        guard !pieces.isEmpty else { return 0 }
        let file = try segment.file(.log)
        do throws(Errno) { try file.write(pieces, at: written) } catch { throw .storage(error, path: file.path) }
        let bytes = piecesBytes
        written += bytes
        unsyncedBytes += bytes
        pieces.removeAll(keepingCapacity: true)
        piecesBytes = 0
        try segment.writeFullIndexTails()
        return bytes
    }

    /// Syncs now and then, so that the disk isn't flooded at the end.
    mutating func syncIfMuch() async throws(LogError) {
        guard unsyncedBytes >= Limits.cleaningSyncBytes else { return }
        unsyncedBytes = 0
        let file = try segment.file(.log)
        do throws(Errno) { try await file.sync() } catch { throw .storage(error, path: file.path) }
    }
}

extension Cleaner {
    /// Writes a group of segments anew as one, and puts it in their place.
    mutating func rewrite(_ group: [Segment]) async throws(CleaningStop) {
        try check()
        let place = place
        let config = log.config
        let segment = try failing { () throws(LogError) in
            try Segment.createCleaned(group[0].baseOffset, place: place, config: config)
        }
        let before = (report.recordsBefore, report.recordsAfter)
        do throws(CleaningStop) {
            var output = CleanedOutput(segment)
            let producers = log.producers.lastOffsets
            let lastFilled = group.lastIndex { $0.size > 0 }
            for (index, source) in group.enumerated() {
                try collectAborted(source)
                try await filter(source, into: &output, producers, isLast: index == lastFilled)
            }
            try await writing { () throws(LogError) in pace.wrote(try output.write()) }
            try await swap(segment, for: group)
        } catch {
            (report.recordsBefore, report.recordsAfter) = before
            discard(segment)
            throw error
        }
        report.segmentsBefore += group.count
        report.segmentsAfter += 1
        report.bytesBefore += group.reduce(0) { $0 + $1.size }
        report.bytesAfter += segment.size
    }

    private mutating func collectAborted(_ source: Segment) throws(CleaningStop) {
        let index = log.segments.firstIndex { $0 === source }
        guard let index, index + 1 < log.segments.count else { throw .aborted }
        let end = log.segments[index + 1].baseOffset
        transactions.add(
            try failing { () throws(LogError) in try log.abortedTransactions(from: source.baseOffset, upTo: end) })
    }

    private func discard(_ segment: Segment) {
        place.context.forget(segment)
        guard !segment.isRemoved, log.place.health.failure == nil else { return }
        for name in segment.temporaryNames { try? place.remove(name) }  // what is left goes at the next start
    }

    private mutating func filter(
        _ source: Segment, into output: inout CleanedOutput, _ producers: [Int64: ProducerStates.LastOffset],
        isLast: Bool
    ) async throws(CleaningStop) {
        var batches = try failing { () throws(LogError) in
            try SegmentBatches(source, of: log, chunkBytes: terms.bufferBytes)
        }
        while let chunk = try await waiting({ () throws(LogError) in try await batches.next() }) {
            try check()
            pace.read(chunk.bytes.count)
            let start = chunk.batches[0].position
            for batch in chunk.batches {
                let at = batch.position - start
                let range = at..<at + batch.size
                // Behind the last batch another segment begins: without it a crash amid the exchange couldn't tell
                // which segments this one stands for.
                let mustStay =
                    isLast && batch.position + batch.size == source.size || isLastOfProducer(batch, producers)
                    || batch.lastOffset + 1 == self.range.firstUncleanableOffset
                try filter(batch, chunk.bytes, range, source, batches, mustStay, into: &output)
                await pace.worked(batch.size, for: claim)
            }
            try await writing { () throws(LogError) in
                pace.wrote(try output.writeIfMuch(terms.bufferBytes))
                try await output.syncIfMuch()
            }
        }
    }

    /// The last batch of a producer that is remembered keeps its sequence, or at least its epoch.
    private func isLastOfProducer(_ batch: BatchPlace, _ producers: [Int64: ProducerStates.LastOffset]) -> Bool {
        guard let header = batch.header, header.hasProducerID, let last = producers[header.producerID] else {
            return false
        }
        guard last.offset >= 0 else { return header.attributes.isControl && header.producerEpoch == last.epoch }
        return batch.lastOffset == last.offset
    }

    /// Puts what stays of a batch into `output`.
    private mutating func filter(
        _ batch: BatchPlace, _ chunk: ByteSlice, _ range: Range<Int>, _ source: Segment, _ batches: SegmentBatches,
        _ mustStay: Bool, into output: inout CleanedOutput
    ) throws(CleaningStop) {
        let bytes = chunk[range]
        guard let header = batch.header else {
            return try filterLegacy(batch, chunk, range, source, batches, mustStay, into: &output)
        }
        guard bytes.withUnsafeBytes({ RecordBatch.hasValidCRC($0) }) else {
            throw .failed(batches.corrupt(at: batch.position, "the batch's CRC is wrong"))
        }
        let count = Int(max(header.recordsCount, 0))
        report.recordsBefore += count
        if header.attributes.isControl {
            return try filterControl(batch, header, chunk, range, batches, mustStay, into: &output)
        }
        if transactions.data(header) || count == 0 {
            if mustStay { stub(header, chunk, range, batch, into: &output) }
            return
        }
        if let kept = kept(header), kept.count == 0 || kept.count == count && !kept.hasTombstones {
            report.recordsAfter += kept.count
            if kept.count > 0 {
                output.copy(chunk, range, batch, aborted: nil)
            } else if mustStay {
                stub(header, chunk, range, batch, into: &output)
            }
            return
        }
        let records = try unfold(header, bytes, batch, batches)
        do throws(RecordFailure) {
            let reduction = try reduce(header, records)
            report.recordsAfter += Int(reduction.keptCount)
            let needsHorizon = reduction.keepsTombstones && !header.attributes.hasDeleteHorizon
            if reduction.keptCount == 0 {
                if mustStay { stub(header, chunk, range, batch, into: &output) }
            } else if Int(reduction.keptCount) == count, !needsHorizon {
                output.copy(chunk, range, batch, aborted: nil)
            } else {
                let made = try reduction.finish(
                    deleteHorizon: needsHorizon ? deleteHorizon : nil, with: place.context.compressor,
                    in: place.core.pool.take)
                output.add(made.bytes, made.header, aborted: nil)
            }
        } catch { throw .failed(batches.corrupt(at: batch.position, "\(error)")) }
    }

    private var deleteHorizon: Int64 {
        now.addingReportingOverflow(log.config.deleteRetentionMilliseconds).partialValue
    }

    private mutating func reduce(
        _ header: RecordBatchHeader, _ records: ByteSlice
    ) throws(RecordFailure) -> BatchReduction {
        var reduction = BatchReduction(header, records: records)
        let keepsTombstones = keepsTombstone(header)
        let latest = map.latestOffset
        if let last = lastOffsets(of: header) {
            try records.withUnsafeBytes { raw throws(RecordFailure) in
                var layouts = RecordLayouts(raw, count: header.recordsCount)
                var layout = RecordLayout()
                while try layouts.next(&layout) {
                    guard last.contains(header.baseOffset + Int64(layout.offsetDelta)) else { continue }
                    if layout.hasValue || keepsTombstones { reduction.keep(layout) }
                }
            }
            return reduction
        }
        let (map, group) = (map, keyGroup)
        try records.withUnsafeBytes { raw throws(RecordFailure) in
            var layouts = RecordLayouts(raw, count: header.recordsCount)
            while try group.fill(
                &layouts, baseOffset: header.baseOffset,
                hash: { layout, offset in
                    guard let key = layout.key, offset <= latest, layout.hasValue || keepsTombstones else { return nil }
                    return map.hash(UnsafeRawBufferPointer(rebasing: raw[key]))
                })
            {
                map.fetch(group.hashes)
                for member in group.members {
                    if member.offset > latest {
                        reduction.keep(member.layout)
                    } else if member.hash >= 0, member.offset >= map.offset(of: group.hashes[member.hash]) {
                        reduction.keep(member.layout)
                    }
                }
            }
        }
        return reduction
    }

    /// A marker stays while data of its transaction is there, and then until its horizon.
    private mutating func filterControl(
        _ batch: BatchPlace, _ header: RecordBatchHeader, _ chunk: ByteSlice, _ range: Range<Int>,
        _ batches: SegmentBatches, _ mustStay: Bool, into output: inout CleanedOutput
    ) throws(CleaningStop) {
        let bytes = chunk[range]
        let (isDisposable, entry) = transactions.control(header, try controlKind(batch, bytes, batches))
        let isPast = header.deleteHorizon.map { $0 <= now } ?? false
        if header.recordsCount <= 0 || isDisposable && isPast {
            if mustStay { stub(header, chunk, range, batch, into: &output) }
            return
        }
        report.recordsAfter += Int(header.recordsCount)
        guard isDisposable, !header.attributes.hasDeleteHorizon else {
            output.copy(chunk, range, batch, aborted: entry)
            return
        }
        let records = try unfold(header, bytes, batch, batches)
        do throws(RecordFailure) {
            var reduction = BatchReduction(header, records: records)
            try records.withUnsafeBytes { raw throws(RecordFailure) in
                var layouts = RecordLayouts(raw, count: header.recordsCount)
                var layout = RecordLayout()
                while try layouts.next(&layout) { reduction.keep(layout) }
            }
            let made = try reduction.finish(deleteHorizon: deleteHorizon, with: place.context.compressor)
            output.add(made.bytes, made.header, aborted: entry)
        } catch { throw .failed(batches.corrupt(at: batch.position, "\(error)")) }
    }

    /// The batch without its records; what has none already goes over as it is.
    private func stub(
        _ header: RecordBatchHeader, _ chunk: ByteSlice, _ range: Range<Int>, _ batch: BatchPlace,
        into output: inout CleanedOutput
    ) {
        if header.recordsCount == 0, range.count == RecordBatchHeader.size {
            output.copy(chunk, range, batch, aborted: nil)
        } else {
            let empty = header.emptied
            output.add(empty.encodedAlone(), empty, aborted: nil)
        }
    }
}
