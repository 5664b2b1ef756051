/// Why a batch's records can't be read.
public enum RecordFailure: Error, Equatable, Sendable {
    /// The record at `index` contradicts its own lengths or ends early.
    case malformed(index: Int)
    /// The batch holds fewer or more records than its header says.
    case count(declared: Int32)
    /// The attributes name a codec that doesn't exist.
    case unknownCodec
    /// The records don't unfold.
    case compression(CompressionFailure)
}

extension RecordFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let index): "Record \(index) of the batch is malformed."
        case .count(let declared): "The batch doesn't hold the \(declared) records that its header declares."
        case .unknownCodec: "The batch names a compression that doesn't exist."
        case .compression(let failure): failure.description
        }
    }
}
