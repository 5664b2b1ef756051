public import Bytes

/// One record batch (magic 2) as it lies in memory: a view of its bytes, read field by field, patched in place.
public struct RecordBatch: Sendable {
    /// Bytes of a batch without records.
    public static let minimumSize = RecordBatchHeader.size

    /// Exactly the batch.
    public let bytes: ByteSlice

    /// `nil` unless `bytes` are exactly one batch of magic 2 by its length field. The CRC isn't looked at.
    public init?(_ bytes: ByteSlice) {
        let fits = bytes.withUnsafeBytes { BatchFrame.read($0) == .whole(size: $0.count, magic: 2) }
        guard fits else { return nil }
        self.bytes = bytes
    }

    /// For bytes that ``BatchFrame`` has measured.
    init(measured bytes: ByteSlice) { self.bytes = bytes }

    public var header: RecordBatchHeader {
        bytes.withUnsafeBytes { raw in
            // Every initialiser has made sure of 61 bytes.
            RecordBatchHeader(unchecked: raw.baseAddress.unsafelyUnwrapped)
        }
    }

    public var totalSize: Int { bytes.count }

    /// The records' bytes, compressed as the attributes say.
    public var payload: ByteSlice { bytes[RecordBatchHeader.size..<bytes.count] }

    /// Whether the CRC-32C is that of the bytes. O(size).
    public var hasValidCRC: Bool { bytes.withUnsafeBytes { Self.hasValidCRC($0) } }

    /// Whether `bytes`, a whole batch, carry the right CRC-32C; false for fewer than 61 bytes. O(size).
    public static func hasValidCRC(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress, bytes.count >= minimumSize else { return false }
        let covered = UnsafeRawBufferPointer(rebasing: bytes[RecordBatchHeader.attributesPosition...])
        return CRC32C.checksum(covered) == base.bigEndian(17, as: UInt32.self)
    }

    // MARK: Patching, by the one owner who hasn't shared the bytes yet

    /// Writes what lies before the CRC; nothing else changes. O(1).
    public func patch(baseOffset: Int64, partitionLeaderEpoch: Int32) {
        guard let base = bytes.unsafeMutableAddress else { return }
        Self.patch(baseOffset: baseOffset, partitionLeaderEpoch: partitionLeaderEpoch, at: base)
    }

    /// Writes offset and leader epoch of the batch at `base`, of which the caller knows 16 bytes to be there. O(1).
    public static func patch(baseOffset: Int64, partitionLeaderEpoch: Int32, at base: UnsafeMutableRawPointer) {
        base.storeBigEndian(baseOffset, at: 0)
        base.storeBigEndian(partitionLeaderEpoch, at: 12)
    }

    /// Writes timestamp type and greatest timestamp, and the CRC that follows from it. O(size).
    public func patch(timestampType: TimestampType, maxTimestamp: Int64) {
        guard let base = bytes.unsafeMutableAddress else { return }
        var attributes = header.attributes
        attributes.timestampType = timestampType
        base.storeBigEndian(attributes.rawValue, at: RecordBatchHeader.attributesPosition)
        base.storeBigEndian(maxTimestamp, at: 35)
        Self.storeCRC(at: base, size: bytes.count)
    }

    /// Computes and writes the CRC of the batch of `size` bytes (61 or more) at `base`.
    static func storeCRC(at base: UnsafeMutableRawPointer, size: Int) {
        let start = RecordBatchHeader.attributesPosition
        let crc = CRC32C.checksum(UnsafeRawBufferPointer(start: base + start, count: size - start))
        base.storeBigEndian(crc, at: 17)
    }
}
