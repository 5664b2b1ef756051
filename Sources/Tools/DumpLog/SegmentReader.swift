import Bytes
import Reactor
import Records

/// Reads a segment's batches one after the other through a window; nothing is believed but the file's size.
final class SegmentReader {
    /// A batch as its first bytes announce it.
    struct Frame {
        let position: Int
        let size: Int
        let offset: Int64
        let magic: Int8
    }

    /// Bytes read at a time.
    static let windowBytes = 256 << 10
    /// Bytes of the largest batch whose records are read: it has to be in memory as a whole.
    static let largestBatch = 256 << 20
    /// Without these nobody can tell a batch's size and format.
    private static let announcement = 17

    let path: String
    private let file: File
    private let fileSize: Int
    private var window = ByteSlice()
    private var windowStart = 0

    init(_ file: File) throws(DumpFailure) {
        path = file.path
        self.file = file
        do { fileSize = try file.size() } catch { throw DumpFailure("\(file.path): \(error)") }
        guard fileSize <= Int(Int32.max) else {
            throw DumpFailure(
                "The size of segment \(path) (\(fileSize)) is larger than the maximum allowed segment size of "
                    + "\(Int32.max)")
        }
    }

    /// The part of the file that begins at `position` and has `count` bytes, or as many as there are.
    func slice(from position: Int, count: Int) throws(DumpFailure) -> Range<Int> {
        guard position >= 0, position <= fileSize else {
            throw DumpFailure("\(path): position \(position) is outside the file of \(fileSize) bytes")
        }
        guard count >= 0 else { throw DumpFailure("Invalid size: \(count) in read from \(path)") }
        return position..<position + min(count, fileSize - position)
    }

    /// The batch that begins at `position`; nil when the slice ends before it does.
    func frame(at position: Int, in slice: Range<Int>) throws(DumpFailure) -> Frame? {
        guard position < slice.upperBound - Self.announcement else { return nil }
        let head = try bytes(position, Self.announcement)
        let length: Int32 = head.bigEndian(8)
        guard length >= LegacyMessage.minimumLength else {
            throw DumpFailure(
                "Found record size \(length) smaller than minimum record overhead (\(LegacyMessage.minimumLength)) "
                    + "in file \(path).")
        }
        let size = RecordBatchHeader.overhead + Int(length)
        guard size <= slice.upperBound - position else { return nil }
        return Frame(position: position, size: size, offset: head.bigEndian(0), magic: head.bigEndian(16))
    }

    /// The batch's 61 fixed bytes, also when its length claims fewer.
    func header(_ frame: Frame) throws(DumpFailure) -> RecordBatchHeader {
        let bytes = try bytes(frame.position, RecordBatchHeader.size)
        guard let header = bytes.withUnsafeBytes({ RecordBatchHeader($0) }) else { throw ended(frame.position) }
        return header
    }

    func hasValidCRC(_ frame: Frame, _ header: RecordBatchHeader) throws(DumpFailure) -> Bool {
        guard frame.size >= RecordBatchHeader.size else { return false }
        var crc: UInt32 = 0
        var position = frame.position + RecordBatchHeader.attributesPosition
        let end = frame.position + frame.size
        while position < end {
            let piece = try bytes(position, min(end - position, Self.windowBytes))
            crc = piece.withUnsafeBytes { CRC32C.checksum($0, after: crc) }
            position += piece.count
        }
        return crc == header.crc
    }

    /// All of the batch.
    func whole(_ frame: Frame) throws(DumpFailure) -> ByteSlice {
        guard frame.size <= Self.largestBatch else {
            throw DumpFailure(
                "\(path): the batch at position \(frame.position) has \(frame.size) bytes; records are shown of "
                    + "batches up to \(Self.largestBatch)")
        }
        return try bytes(frame.position, frame.size)
    }

    private func ended(_ position: Int) -> DumpFailure {
        DumpFailure("\(path): the file ends within the batch at position \(position)")
    }

    /// Exactly `count` bytes from `position`. They stay valid: each window is a block of its own.
    private func bytes(_ position: Int, _ count: Int) throws(DumpFailure) -> ByteSlice {
        if position < windowStart || position - windowStart > window.count - count {
            let wanted = max(count, Self.windowBytes)
            let block = Block(capacity: wanted)
            let buffer = UnsafeMutableRawBufferPointer(rebasing: block.mutableBytes[..<wanted])
            do { window = block.slice(0..<(try file.read(into: buffer, at: position))) } catch {
                throw DumpFailure("\(path): \(error)")
            }
            windowStart = position
        }
        guard window.count - (position - windowStart) >= count else { throw ended(position) }
        return window[position - windowStart..<position - windowStart + count]
    }
}
