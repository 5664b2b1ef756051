public import Bytes
import CCompression

/// A message of the formats before 0.11 (magic 0 and 1) as old segments hold it: stepped over and handed out, never
/// written. A compressed one wraps a set of messages and has the offset of the last of them.
public struct LegacyMessage: Sendable {
    /// The smallest value of the length field: CRC, magic, attributes, and two absent lengths.
    public static let minimumLength: Int32 = 14

    /// All bytes, from the offset on.
    public let bytes: ByteSlice
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

    /// Whether the CRC-32 (IEEE) of what follows it is the one it carries. O(size).
    public var hasValidCRC: Bool {
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress, raw.count > 16 else { return false }
            return moldau_crc32(base + 16, raw.count - 16) == base.bigEndian(12, as: UInt32.self)
        }
    }
}
