/// Why bytes could not be compressed or decompressed.
public enum CompressionFailure: Error, Equatable, Sendable {
    /// The stream is damaged, stops short or isn't of that codec.
    case corrupt
    /// The stream unfolds to more bytes than the caller allows.
    case outputLimit(Int)
    /// The codec's context found no memory.
    case outOfMemory
}

extension CompressionFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .corrupt: "The compressed records are damaged or incomplete."
        case .outputLimit(let limit): "The compressed records unfold to more than \(limit) bytes."
        case .outOfMemory: "No memory for the codec."
        }
    }
}
