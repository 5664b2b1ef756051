import Bytes
import Reactor
import Records

/// Steps through a `.log` file from batch to batch and checks each: frame, offsets, checksum. Reads through the ring, a
/// large chunk at a time, so that neither a device nor damage can hold up the core, whatever a length says.
struct CheckedWalk {
    /// Where and why the good part ends.
    struct Damage {
        var position: Int
        var reason: String
    }

    private let file: File
    private let end: Int
    private let start: Int
    private let limit: Int
    private let baseOffset: Int64
    private let chunkBytes: Int
    private(set) var position: Int
    /// What lies in front; `nil` when it isn't known.
    private(set) var before: BatchBefore?
    private let mayEndBehindHole: Bool
    private let evidence: EpochEvidence?
    private var chunk = ByteSlice()
    private var chunkStart = 0
    /// Set when the walk has ended before its end.
    private(set) var damage: Damage?

    /// All of a segment, whose file has `fileBytes`.
    ///
    /// - Parameter mayEndBehindHole: the last batch's offset need not follow from those before.
    init(
        _ file: File, baseOffset: Int64, fileBytes: Int, mayEndBehindHole: Bool, evidence: EpochEvidence?
    ) {
        self.mayEndBehindHole = mayEndBehindHole
        self.evidence = evidence
        self.file = file
        self.baseOffset = baseOffset
        end = fileBytes
        limit = fileBytes
        start = 0
        position = 0
        before = BatchBefore(endOffset: baseOffset, leaderEpoch: nil)
        chunkBytes = Limits.recoveryChunkBytes
    }

    /// The batches that lie wholly within `positions`, but the first in any case; the segment's batches go up to `end`.
    init(
        _ file: File, baseOffset: Int64, _ positions: Range<Int>, end: Int, before: BatchBefore?,
        evidence: EpochEvidence
    ) {
        self.evidence = evidence
        self.file = file
        self.baseOffset = baseOffset
        self.end = end
        limit = positions.upperBound
        start = positions.lowerBound
        position = positions.lowerBound
        self.before = before
        mayEndBehindHole = true
        chunkBytes = file.isResident(positions) ? Limits.checkedChunkBytes : Limits.recoveryChunkBytes
    }

    /// The next sound batch, with its bytes when it is a control batch; `nil` at the end or before the first that isn't
    /// sound.
    mutating func next() async throws(LogError) -> (place: BatchPlace, control: ByteSlice)? {
        guard position < limit, damage == nil else { return nil }
        do throws(DamageReason) {
            let place = try await header(at: position)
            guard place.size <= end - position else { throw DamageReason("the file ends within the batch") }
            if place.size > limit - position, position > start { return nil }
            guard place.lastOffset - baseOffset <= Limits.relativeOffset, place.baseOffset >= baseOffset else {
                throw DamageReason("offset \(place.lastOffset) is too far from the segment's base")
            }
            try await check(place)
            try await checkSurroundings(of: place)
            var control = ByteSlice()
            if place.header?.attributes.isControl == true, place.size <= Limits.markerBytes {
                control = try await bytes(at: position, atMost: place.size)
            }
            position += place.size
            before = BatchBefore(endOffset: place.lastOffset + 1, leaderEpoch: place.leaderEpoch)
            return (place, control)
        } catch {
            if let failure = error.failure { throw failure }
            damage = Damage(position: position, reason: error.text)
            return nil
        }
    }
    /// What lies behind the last batch, unchecked; `nil` at the segment's end, and for what can't be a batch.
    mutating func peek() async throws(LogError) -> BatchPlace? {
        do throws(DamageReason) { return try await peek(at: position) } catch {
            if let failure = error.failure { throw failure }
            return nil
        }
    }

    private mutating func peek(at position: Int) async throws(DamageReason) -> BatchPlace? {
        guard position < end else { return nil }
        do throws(DamageReason) { return try await header(at: position) } catch {
            if error.failure != nil { throw error }
            return nil
        }
    }

    private mutating func header(at position: Int) async throws(DamageReason) -> BatchPlace {
        let head = try await bytes(at: position, atMost: RecordBatchHeader.size)
        return try head.withUnsafeBytes { raw throws(DamageReason) in
            guard let base = raw.baseAddress else { throw DamageReason("the file ends within the batch") }
            return try BatchPlace.read(base, count: raw.count, position: position)
        }
    }

    /// A batch's offset and epoch are outside its checksum: they have to fit between those of the batches around it.
    private mutating func checkSurroundings(of place: BatchPlace) async throws(DamageReason) {
        if let before, place.baseOffset < before.endOffset {
            throw .offset(of: place, below: before.endOffset)
        }
        let epoch = place.header == nil ? nil : Optional(place.leaderEpoch)
        if let epoch, epoch < -1 { throw DamageReason("there is no leader epoch \(epoch)") }
        if let epoch, let earlier = before?.leaderEpoch, epoch < earlier {
            throw DamageReason("leader epoch \(epoch) comes behind epoch \(earlier)")
        }
        let follows = place.baseOffset == before?.endOffset
        let verdict = evidence?.verdict(on: place) ?? .silent
        if follows, verdict != .contradicts, epoch == before?.leaderEpoch { return }
        let next = try await peek(at: position + place.size)
        // Behind a hole, as compaction leaves them, the next batch has to leave room.
        if !follows, next == nil ? !mayEndBehindHole : place.lastOffset >= next?.baseOffset ?? .max {
            throw .offsets(of: place)
        }
        if let evidence, verdict == .contradicts,
            EpochEvidence.isBatchAtFault(evidence.verdict(on: before), next.map(evidence.verdict(on:)) ?? .silent)
        {
            throw .epoch(place.leaderEpoch)
        }
        if let epoch, let next, next.header != nil, next.leaderEpoch < epoch, verdict != .agrees {
            throw DamageReason("leader epoch \(epoch) comes in front of epoch \(next.leaderEpoch)")
        }
    }

    private mutating func check(_ place: BatchPlace) async throws(DamageReason) {
        guard let header = place.header else { return try await checkLegacy(place) }
        // Piece by piece, so that a length that lies costs no memory.
        var checksum: UInt32 = 0
        var at = position + RecordBatchHeader.attributesPosition
        let end = position + place.size
        while at < end {
            let piece = try await bytes(at: at, atMost: min(end - at, chunkBytes))
            guard !piece.isEmpty else { throw DamageReason("the file ends within the batch") }
            checksum = piece.withUnsafeBytes { CRC32C.checksum($0, after: checksum) }
            at += piece.count
        }
        guard checksum == header.crc else { throw DamageReason("the batch's CRC is wrong") }
    }

    private mutating func checkLegacy(_ place: BatchPlace) async throws(DamageReason) {
        guard place.size <= Limits.legacyMessageBytes else { throw DamageReason("a message of \(place.size) bytes") }
        let bytes = try await whole(place)
        guard let message = LegacyMessage(bytes), message.hasValidCRC else {
            throw DamageReason("the message's CRC is wrong")
        }
    }

    private func whole(_ place: BatchPlace) async throws(DamageReason) -> ByteSlice {
        do throws(Errno) { return try await file.readAsync(place.size, at: place.position) } catch {
            throw DamageReason(failure: .storage(error, path: file.path))
        }
    }

    /// Up to `count` bytes at `position`; fewer only at the end of what is held or of the file, but always the first
    /// ``RecordBatchHeader/size`` or ``Limits/markerBytes`` asked for.
    private mutating func bytes(at position: Int, atMost count: Int) async throws(DamageReason) -> ByteSlice {
        var from = position - chunkStart
        let isWhole = from >= 0 && from + min(count, Limits.markerBytes) <= chunk.count
        if !isWhole {
            // Behind the limit the next header is looked at.
            let wanted = max(count, min(chunkBytes, limit + RecordBatchHeader.size - position))
            do throws(Errno) { chunk = try await file.readAsync(min(wanted, end - position), at: position) } catch {
                throw DamageReason(failure: .storage(error, path: file.path))
            }
            chunkStart = position
            from = 0
        }
        return chunk[from..<min(from + count, chunk.count)]
    }
}
