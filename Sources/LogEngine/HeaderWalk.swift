import Bytes
import Reactor
import Records

/// A batch (or a message of the older formats) as it lies in a `.log` file.
struct BatchPlace {
    var position: Int
    var size: Int
    var baseOffset: Int64
    var lastOffset: Int64
    var maxTimestamp: Int64
    /// −1 when none is known.
    var leaderEpoch: Int32
    /// `nil` for messages of the older formats.
    var header: RecordBatchHeader?
    /// Known when the walk came by there.
    var before: BatchBefore?

    /// Compaction has taken records out of it.
    var lacksRecords: Bool { header.map { Int64($0.recordsCount) < Int64($0.lastOffsetDelta) + 1 } ?? false }

    /// Reads what is at `bytes`, of which there are `count`. Throws the reason when it can't be a batch.
    static func read(_ bytes: UnsafeRawPointer, count: Int, position: Int) throws(DamageReason) -> BatchPlace {
        guard count >= 17 else { throw DamageReason("\(count) bytes can't hold a batch") }
        switch BatchFrame.announced(bytes) {
        case .partial: throw DamageReason("the batch is incomplete")
        case .invalid(let failure): throw DamageReason("\(failure)")
        case .whole(let size, let magic):
            if magic == 2 {
                guard count >= RecordBatchHeader.size else { throw DamageReason("the batch's header is incomplete") }
                let header = RecordBatchHeader(unchecked: bytes)
                guard header.baseOffset >= 0, header.lastOffsetDelta >= 0, header.lastOffset >= header.baseOffset,
                    header.lastOffset < .max
                else { throw DamageReason("the batch's offsets are impossible") }
                return BatchPlace(
                    position: position, size: size, baseOffset: header.baseOffset, lastOffset: header.lastOffset,
                    maxTimestamp: header.maxTimestamp, leaderEpoch: header.partitionLeaderEpoch, header: header)
            }
            guard count >= 26 else { throw DamageReason("the message's header is incomplete") }
            let offset: Int64 = bytes.bigEndian(0)
            guard offset >= 0, offset < .max else { throw DamageReason("the message's offset is impossible") }
            return BatchPlace(
                position: position, size: size, baseOffset: offset, lastOffset: offset,
                maxTimestamp: magic == 1 ? bytes.bigEndian(18) : -1, leaderEpoch: -1, header: nil)
        }
    }
}

/// What lies in front of a batch. Its own checksum says nothing about its offset and its epoch.
struct BatchBefore: Equatable {
    /// The batch can't begin below.
    var endOffset: Int64
    /// `nil` when it isn't known.
    var leaderEpoch: Int32?
}

/// Why bytes of a log can't be read as a batch.
struct DamageReason: Error {
    let text: String
    /// Set when they could not be read at all, which says nothing about them.
    let failure: LogError?

    init(_ text: String) {
        self.text = text
        failure = nil
    }

    init(failure: LogError) {
        text = ""
        self.failure = failure
    }

    static func offset(of place: BatchPlace, below due: Int64) -> DamageReason {
        DamageReason("offset \(place.baseOffset) comes where \(due) or more is due")
    }

    static func offsets(of place: BatchPlace) -> DamageReason {
        DamageReason("offsets \(place.baseOffset) to \(place.lastOffset) don't fit in")
    }

    static func epoch(_ epoch: Int32) -> DamageReason {
        DamageReason("leader epoch \(epoch) is none that the log had at that offset")
    }
}

/// Steps from batch header to batch header through a `.log` file; what lies between isn't read. Offsets that don't
/// ascend are damage.
struct HeaderWalk {
    private let file: File
    /// Where the next batch begins.
    private(set) var position: Int
    private let end: Int
    private let buffer = Block(capacity: Limits.headerChunkBytes)
    private var held = 0..<0
    private(set) var before: BatchBefore?

    /// - Parameters:
    ///   - end: the position after the last batch.
    ///   - before: what is known of the batch in front of `position`.
    init(_ file: File, from position: Int, to end: Int, before: BatchBefore? = nil) {
        self.file = file
        self.position = position
        self.end = end
        self.before = before
    }

    /// The next batch; `nil` at the end. A batch that runs over the end is damage.
    mutating func next() throws(LogError) -> BatchPlace? {
        guard position < end else { return nil }
        let wanted = min(RecordBatchHeader.size, end - position)
        if position < held.lowerBound || position + wanted > held.upperBound { try fill() }
        let count = min(held.upperBound - position, end - position)
        var place: BatchPlace
        do throws(DamageReason) {
            place = try BatchPlace.read(
                UnsafeRawPointer(buffer.base + (position - held.lowerBound)), count: count, position: position)
            guard place.size <= end - position else { throw DamageReason("the batch is incomplete") }
            if let before, place.baseOffset < before.endOffset {
                throw DamageReason.offset(of: place, below: before.endOffset)
            }
        } catch {
            throw .corrupt(path: file.path, position: position, reason: error.text)
        }
        place.before = before
        before = BatchBefore(endOffset: place.lastOffset + 1, leaderEpoch: place.leaderEpoch)
        position += place.size
        return place
    }

    /// Goes on where `earlier` stands, an earlier state of this walk.
    mutating func goBack(to earlier: HeaderWalk) {
        position = earlier.position
        before = earlier.before
    }

    private mutating func fill() throws(LogError) {
        let count = min(buffer.capacity, end - position)
        let file = file
        let position = position
        let target = UnsafeMutableRawBufferPointer(start: buffer.base, count: count)
        let read = try at(file.path) { () throws(Errno) in try file.read(into: target, at: position) }
        held = position..<position + read
    }
}
