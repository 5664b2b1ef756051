import Bytes

extension RecordBatch {
    /// A batch of `header` and the uncompressed records `plain`, compressed by `codec`; sets length and CRC.
    ///
    /// - Parameter room: the memory for as many bytes.
    static func assemble(
        _ header: inout RecordBatchHeader, _ plain: ByteSlice, _ codec: Compression, level: Int32?,
        with compressor: Compressor, in room: (Int) -> Block = { Block(capacity: $0) }
    ) throws(CompressionFailure) -> ByteSlice {
        var writer = ByteWriter(into: room(RecordBatchHeader.size + plain.count))
        writer.fill(RecordBatchHeader.size) { _ in RecordBatchHeader.size }
        let raw = UnsafeRawBufferPointer(start: plain.unsafeAddress, count: plain.count)
        defer { withExtendedLifetime(plain) {} }
        try compressor.compress(raw, codec, level: level, into: &writer)
        return seal(&header, writer)
    }

    /// Writes `header` into the room left at the beginning of `writer`, with the length and CRC of what follows.
    static func seal(_ header: inout RecordBatchHeader, _ writer: consuming ByteWriter) -> ByteSlice {
        seal(&header, writer.finish())
    }

    /// The same for bytes that nobody else has seen yet.
    static func seal(_ header: inout RecordBatchHeader, _ bytes: ByteSlice) -> ByteSlice {
        // Whoever fills them leaves 61 bytes at their beginning and stays below 2 GiB.
        precondition(bytes.count >= RecordBatchHeader.size && bytes.count <= Int(Int32.max))
        let base = bytes.unsafeMutableAddress.unsafelyUnwrapped
        header.batchLength = Int32(bytes.count - RecordBatchHeader.overhead)
        header.store(at: base)
        storeCRC(at: base, size: bytes.count)
        header.crc = UnsafeRawPointer(base).bigEndian(17)
        return bytes
    }
}
