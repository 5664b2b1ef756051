/// Numbers that bound what one batch may cost.
public enum RecordLimits {
    /// Bytes that a compressed batch may unfold to while a leader checks it: above, it is refused. A batch of 1 MiB of
    /// very repetitive records reaches about a hundred times its size.
    public static let uncompressedBytes = 256 << 20

    /// Rejected records that an error names one by one; the rest is only counted.
    public static let recordErrors = 1000

    /// Bytes decompressed at a time while checking: fits the second-level cache, and holds two blocks of lz4.
    static let windowBytes = 128 << 10

    /// Bytes of a block of lz4 as Kafka's clients write it, unfolded.
    static let lz4BlockBytes = 64 << 10
}
