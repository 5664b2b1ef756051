import CChecksum

/// CRC-32C (Castagnoli), as record batches and producer snapshots carry it: ISA-L's folding for long inputs, the
/// processor's instruction for short ones.
public enum CRC32C {
    /// The checksum of `bytes`, or of `bytes` behind those whose checksum is `previous`.
    public static func checksum(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
        moldau_crc32c(previous, bytes.baseAddress, bytes.count)
    }
}
