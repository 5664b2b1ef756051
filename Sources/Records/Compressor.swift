public import Bytes
import CCompression

/// Contexts of all codecs for writing, used again and again. Not `Sendable`: each core has its own.
public final class Compressor {
    private let context: OpaquePointer

    public init() {
        guard let context = moldau_compressor_create() else { preconditionFailure("No memory for a compressor.") }
        self.context = context
    }

    deinit { moldau_compressor_destroy(context) }

    /// Appends `bytes`, compressed and framed as a record batch wants it, to `writer`.
    ///
    /// - Parameter level: within ``Compression/levels``, `nil` for the codec's default; snappy has none.
    public func compress(
        _ bytes: UnsafeRawBufferPointer, _ codec: Compression, level: Int32? = nil, into writer: inout ByteWriter
    ) throws(CompressionFailure) {
        if codec == .none { return writer.bytes(bytes) }
        let number = Int32(codec.rawValue)
        let level = level ?? Int32.min  // MOLDAU_DEFAULT_LEVEL
        try writer.fill(moldau_compress_bound(number, bytes.count)) { (room) throws(CompressionFailure) -> Int in
            let written = moldau_compress(
                context, number, level, bytes.baseAddress, bytes.count, room.baseAddress, room.count)
            guard written >= 0 else { throw .outOfMemory }
            return written
        }
    }
}
