import Bytes
import Reactor
import Records

/// Reads a sealed segment front to back, whole batches at a time, through the ring. What lies outside a batch's CRC,
/// its offset and epoch, has to fit in: compaction writes it on, and what it wrote is believed.
struct SegmentBatches {
    let file: File
    private let end: Int
    private let endOffset: Int64
    private let evidence: EpochEvidence
    private var before: BatchBefore
    /// A batch whose epoch is none of the log's, until the next one tells whose fault that is.
    private var doubtful: (batch: BatchPlace, before: EpochEvidence.Verdict)?
    private let chunkBytes: Int
    /// Behind the last chunk.
    private(set) var position: Int

    /// - Parameters:
    ///   - position: of a batch.
    ///   - chunkBytes: read at once, more only for a batch that is larger.
    init(_ segment: Segment, of log: Log, from position: Int = 0, chunkBytes: Int) throws(LogError) {
        file = try segment.file(.log)
        self.position = position
        end = segment.size
        endOffset = log.endOffset(of: segment)
        evidence = EpochEvidence(log.epochs)
        before = BatchBefore(endOffset: segment.baseOffset, leaderEpoch: nil)
        self.chunkBytes = max(chunkBytes, RecordBatchHeader.size)
    }

    /// The next batches, one at least, and where they lie; `nil` at the end.
    mutating func next() async throws(LogError) -> (bytes: ByteSlice, batches: [BatchPlace])? {
        guard position < end else {
            try settleDoubt(.silent)
            return nil
        }
        var wanted = min(chunkBytes, end - position)
        while true {
            let bytes = try await read(wanted)
            var batches: [BatchPlace] = []
            var used = 0
            while let place = try place(in: bytes, at: used) {
                guard place.size <= end - place.position else {
                    throw corrupt(at: place.position, "the batch ends behind the segment")
                }
                guard place.size <= bytes.count - used else {
                    if batches.isEmpty { wanted = place.size }
                    break
                }
                try checkSurroundings(of: place)
                batches.append(place)
                used += place.size
            }
            if !batches.isEmpty {
                position += used
                return (bytes[0..<used], batches)
            }
        }
    }

    private mutating func checkSurroundings(of batch: BatchPlace) throws(LogError) {
        if batch.baseOffset < before.endOffset {
            throw corrupt(at: batch.position, DamageReason.offset(of: batch, below: before.endOffset).text)
        }
        if batch.lastOffset >= endOffset { throw corrupt(at: batch.position, DamageReason.offsets(of: batch).text) }
        let verdict = evidence.verdict(on: batch)
        try settleDoubt(verdict)
        if verdict == .contradicts { doubtful = (batch, evidence.verdict(on: before)) }
        before = BatchBefore(endOffset: batch.lastOffset + 1, leaderEpoch: batch.leaderEpoch)
    }

    private mutating func settleDoubt(_ next: EpochEvidence.Verdict) throws(LogError) {
        guard let (batch, before) = doubtful else { return }
        doubtful = nil
        guard EpochEvidence.isBatchAtFault(before, next) else { return }
        throw corrupt(at: batch.position, DamageReason.epoch(batch.leaderEpoch).text)
    }

    /// What begins at `used`, as far as its header is there; damage when the segment ends within the header.
    private func place(in bytes: ByteSlice, at used: Int) throws(LogError) -> BatchPlace? {
        let left = bytes.count - used
        guard left > 0 else { return nil }
        let at = position + used
        if left < RecordBatchHeader.size, at + left < end, used > 0 { return nil }
        do throws(DamageReason) {
            return try bytes.withUnsafeBytes { raw throws(DamageReason) in
                // `left` bytes lie there.
                try BatchPlace.read(raw.baseAddress.unsafelyUnwrapped + used, count: left, position: at)
            }
        } catch { throw corrupt(at: at, error.text) }
    }

    private func read(_ count: Int) async throws(LogError) -> ByteSlice {
        let bytes: ByteSlice
        do throws(Errno) { bytes = try await file.readAsync(count, at: position) } catch {
            throw .storage(error, path: file.path)
        }
        guard bytes.count == count else { throw corrupt(at: position + bytes.count, "the file is shorter than it was") }
        return bytes
    }

    func corrupt(at position: Int, _ reason: String) -> LogError {
        .corrupt(path: file.path, position: position, reason: reason)
    }
}
