public import Bytes
import CCompression

/// Contexts of all codecs, used for one stream after another: making them anew costs more than a small batch.
///
/// Not `Sendable`: each core has its own.
public final class Decompressor {
    private let context: OpaquePointer
    private var window: UnsafeMutableRawBufferPointer?

    public init() {
        guard let context = moldau_decompressor_create() else { preconditionFailure("No memory for a decompressor.") }
        self.context = context
    }

    deinit {
        moldau_decompressor_destroy(context)
        window?.deallocate()
    }

    /// All of `bytes` unfolded. Memory grows with what comes out, never with what the stream declares.
    ///
    /// - Parameter limit: bytes that may come out; more end in ``CompressionFailure/outputLimit(_:)``.
    public func decompress(
        _ bytes: UnsafeRawBufferPointer, _ codec: Compression, limit: Int
    ) throws(CompressionFailure) -> ByteSlice {
        let limit = min(max(limit, 0), Int(Int32.max))
        if codec == .none {
            guard bytes.count <= limit else { throw .outputLimit(limit) }
            return ByteSlice(copying: bytes)
        }
        try begin(bytes, codec)
        defer { end() }
        // lz4 unfolds into a buffer of its own, and copies, unless there is room for a whole block.
        let least = codec == .lz4 ? RecordLimits.lz4BlockBytes : 4096
        var block = Block(capacity: min(limit + 1, max(least, min(bytes.count, limit) * 4)))
        var filled = 0
        while true {
            let free = UnsafeMutableRawBufferPointer(start: block.base + filled, count: block.capacity - filled)
            let count = try read(into: free)
            if count == 0 { return block.slice(0..<filled) }
            filled += count
            guard filled <= limit else { throw .outputLimit(limit) }
            if filled == block.capacity {
                let larger = Block(capacity: min(limit + 1, block.capacity * 2))
                larger.base.copyMemory(from: block.base, byteCount: filled)
                block = larger
            }
        }
    }

    /// Begins a stream; `bytes` have to stay until ``end()``.
    func begin(_ bytes: UnsafeRawBufferPointer, _ codec: Compression) throws(CompressionFailure) {
        try Self.check(moldau_decompressor_begin(context, Int32(codec.rawValue), bytes.baseAddress, bytes.count))
    }

    /// Fills `buffer` from its beginning; 0 only at the stream's end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(CompressionFailure) -> Int {
        try Self.check(moldau_decompressor_read(context, buffer.baseAddress, buffer.count))
    }

    /// The stream's next bytes in a buffer of this decompressor, valid until the next call; none at the end.
    func nextWindow() throws(CompressionFailure) -> UnsafeRawBufferPointer {
        let buffer = window ?? .allocate(byteCount: RecordLimits.windowBytes, alignment: 64)
        window = buffer
        return UnsafeRawBufferPointer(rebasing: buffer[..<(try read(into: buffer))])
    }

    func end() { moldau_decompressor_end(context) }

    @discardableResult
    private static func check(_ result: Int) throws(CompressionFailure) -> Int {
        if result >= 0 { return result }
        throw result == MOLDAU_NO_MEMORY ? .outOfMemory : .corrupt
    }
}
