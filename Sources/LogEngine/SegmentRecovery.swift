import Bytes
import Reactor
import Records

/// Walks a segment after an unclean stop, checks every batch, and tells what follows from each. Reads through the ring,
/// a large chunk at a time.
struct SegmentRecovery {
    /// Where and why the good part ends.
    struct Damage {
        var position: Int
        var reason: String
    }

    private let file: File
    private let fileBytes: Int
    private let baseOffset: Int64
    private(set) var position = 0
    private var nextOffset: Int64
    private var chunk = ByteSlice()
    private var chunkStart = 0
    /// Set when the walk has ended before the file's end.
    private(set) var damage: Damage?

    init(_ file: File, baseOffset: Int64, fileBytes: Int) {
        self.file = file
        self.baseOffset = baseOffset
        self.fileBytes = fileBytes
        nextOffset = baseOffset
    }

    /// The next sound batch, with its bytes when it is a control batch; `nil` at the end or before the first that isn't
    /// sound.
    mutating func next() async throws(LogError) -> (place: BatchPlace, control: ByteSlice)? {
        guard position < fileBytes, damage == nil else { return nil }
        do throws(DamageReason) {
            let head = try await bytes(at: position, atMost: RecordBatchHeader.size)
            let place = try head.withUnsafeBytes { raw throws(DamageReason) in
                guard let base = raw.baseAddress else { throw DamageReason("the file ends within the batch") }
                return try BatchPlace.read(base, count: raw.count, position: position)
            }
            guard place.size <= fileBytes - position else { throw DamageReason("the file ends within the batch") }
            guard place.baseOffset >= nextOffset else {
                throw DamageReason("offset \(place.baseOffset) comes where \(nextOffset) or more is due")
            }
            guard place.lastOffset - baseOffset <= Limits.relativeOffset else {
                throw DamageReason("offset \(place.lastOffset) is too far from the segment's base")
            }
            try await check(place)
            var control = ByteSlice()
            if place.header?.attributes.isControl == true, place.size <= Limits.markerBytes {
                control = try await bytes(at: position, atMost: place.size)
            }
            position += place.size
            nextOffset = place.lastOffset + 1
            return (place, control)
        } catch {
            if let failure = error.failure { throw failure }
            damage = Damage(position: position, reason: error.text)
            return nil
        }
    }

    private mutating func check(_ place: BatchPlace) async throws(DamageReason) {
        guard let header = place.header else { return try await checkLegacy(place) }
        // Piece by piece, so that a length that lies costs no memory.
        var checksum: UInt32 = 0
        var at = position + RecordBatchHeader.attributesPosition
        let end = position + place.size
        while at < end {
            let piece = try await bytes(at: at, atMost: min(end - at, Limits.recoveryChunkBytes))
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
            do throws(Errno) {
                chunk = try await file.readAsync(
                    min(Limits.recoveryChunkBytes, fileBytes - position), at: position)
            } catch {
                throw DamageReason(failure: .storage(error, path: file.path))
            }
            chunkStart = position
            from = 0
        }
        return chunk[from..<min(from + count, chunk.count)]
    }
}
