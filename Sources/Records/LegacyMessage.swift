public import Bytes
import CCompression

/// A message of the formats before 0.11 (magic 0 and 1) as old segments hold it: stepped over, handed out and
/// compacted, never made anew. A compressed one wraps a set of messages and has the offset of the last of them.
public struct LegacyMessage: Sendable {
    /// The smallest value of the length field: CRC, magic, attributes, and two absent lengths.
    public static let minimumLength: Int32 = 14

    /// All bytes, from the offset on.
    public let bytes: ByteSlice
    /// Of one that a compressed message of magic 1 wraps, counted from 0.
    public let offset: Int64
    public let magic: Int8
    public let attributes: Int8
    /// Milliseconds; −1 in magic 0, which has none.
    public let timestamp: Int64

    /// `nil` unless `bytes` are exactly one message of magic 0 or 1.
    public init?(_ bytes: ByteSlice) {
        let read = bytes.withUnsafeBytes { raw -> (Int64, Int8, Int8, Int64)? in
            guard case .whole(let size, let magic) = BatchFrame.read(raw), size == raw.count, magic < 2,
                let base = raw.baseAddress, magic == 0 || raw.count >= 34
            else { return nil }
            return (base.bigEndian(0), magic, base.bigEndian(17), magic == 1 ? base.bigEndian(18) : -1)
        }
        guard let read else { return nil }
        self.bytes = bytes
        (offset, magic, attributes, timestamp) = read
    }

    /// Where the key lies in ``bytes``, and whether there is a value; `nil` when the lengths contradict each other.
    public var parts: (key: Range<Int>?, hasValue: Bool)? {
        let lengths = magic == 1 ? 26 : 18
        return bytes.withUnsafeBytes { raw -> (Range<Int>?, Bool)? in
            guard let base = raw.baseAddress, raw.count >= lengths + 8 else { return nil }
            let keyLength = Int(base.bigEndian(lengths, as: Int32.self))
            let value = lengths + 4 + max(keyLength, 0)
            guard value <= raw.count - 4 else { return nil }
            let key = keyLength < 0 ? nil : lengths + 4..<value
            return (key, base.bigEndian(value, as: Int32.self) >= 0)
        }
    }

    public var isCompressed: Bool { attributes & 7 != 0 }

    /// The messages that this one wraps, with their offsets in the log.
    ///
    /// - Throws: why it can't be unfolded.
    public func unfolded(
        with decompressor: Decompressor
    ) throws(LegacyFailure) -> [(message: LegacyMessage, offset: Int64)] {
        guard let parts, parts.hasValue, let codec = Compression(rawValue: UInt8(bitPattern: attributes & 7)),
            codec != .zstd
        else { throw .codec }
        // ``parts`` has found the length of the value.
        let start = (parts.key?.upperBound ?? (magic == 1 ? 30 : 22)) + 4
        let count = Int(bytes.bigEndian(start - 4, as: Int32.self))
        guard count <= bytes.count - start else { throw .unreadable("the value is longer than the message") }
        let plain: ByteSlice
        do throws(CompressionFailure) {
            plain = try bytes[start..<start + count].withUnsafeBytes { raw throws(CompressionFailure) in
                try decompressor.decompress(raw, codec, limit: RecordLimits.uncompressedBytes)
            }
        } catch { throw .unreadable("\(error)") }
        var iterator = BatchIterator(plain)
        var inner: [LegacyMessage] = []
        do throws(FramingFailure) {
            while case .legacy(let message)? = try iterator.next() { inner.append(message) }
        } catch { throw .unreadable("\(error)") }
        guard let last = inner.last else { throw .nothing }
        // Format 1 counts the offsets inside from 0; some clients leave the outer one 0 as well.
        let base = magic == 1 && offset != 0 ? offset &- last.offset : 0
        guard base >= 0 else { throw .offsets }
        if inner.contains(where: \.isCompressed) { throw .nested }
        return inner.map { ($0, base &+ $0.offset) }
    }

    /// The message as it lies in a log where nothing wraps it any more.
    public func unwrapped(at offset: Int64, from wrapper: LegacyMessage) -> ByteSlice {
        let block = Block(capacity: bytes.count)
        bytes.withUnsafeBytes { block.mutableBytes.copyMemory(from: $0) }
        block.base.storeBigEndian(offset, at: 0)
        if magic == 1, wrapper.attributes & Self.logAppendTime != 0 {
            // Of 34 bytes at least, as `init` has checked.
            block.base.storeBigEndian(attributes | Self.logAppendTime, at: 17)
            block.base.storeBigEndian(wrapper.timestamp, at: 18)
            block.base.storeBigEndian(moldau_crc32(block.base + 16, bytes.count - 16), at: 12)
        }
        return block.slice(0..<bytes.count)
    }

    private static let logAppendTime: Int8 = 8

    /// Whether the CRC-32 (IEEE) of what follows it is the one it carries. O(size).
    public var hasValidCRC: Bool {
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress, raw.count > 16 else { return false }
            return moldau_crc32(base + 16, raw.count - 16) == base.bigEndian(12, as: UInt32.self)
        }
    }
}

/// Why a compressed message of the older formats can't be unfolded.
public enum LegacyFailure: Error, Equatable, Sendable, CustomStringConvertible {
    case codec
    case unreadable(String)
    case nothing
    case offsets
    case nested

    public var description: String {
        switch self {
        case .codec: "is compressed in a way that its format doesn't know"
        case .unreadable(let reason): "can't be unfolded: \(reason)"
        case .nothing: "wraps no messages"
        case .offsets: "wraps messages with offsets beyond its own"
        case .nested: "wraps messages that are compressed again"
        }
    }
}
