public import Bytes

/// Record batches of one partition that lie in several places (windows of a mapped file, say): on the wire they are one
/// field of records.
public struct RecordPieces: NullableValue {
    public var pieces: [ByteSlice]

    public init(_ pieces: [ByteSlice] = []) { self.pieces = pieces }

    public var count: Int { pieces.reduce(0) { $0 + $1.count } }

    /// The bytes in one piece: copied unless they are already.
    public var joined: ByteSlice {
        if pieces.count <= 1 { return pieces.first ?? ByteSlice() }
        var writer = ByteWriter(capacity: count)
        for piece in pieces { writer.bytes(piece) }
        return writer.finish()
    }

    public static func == (left: RecordPieces, right: RecordPieces) -> Bool { left.joined == right.joined }

    public static var typeName: String { "records" }
    public static var blank: RecordPieces { RecordPieces() }

    public mutating func code(_ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        if coder.direction == .decode {
            guard let value = try coder.takeBytes(field) else { throw coder.failure(field, .null) }
            pieces = [value]
        } else {
            try coder.putRecords(pieces, field)
        }
    }

    public static func code(
        _ value: inout RecordPieces?, _ coder: inout Coder, _ field: StaticString, nullAllowed: Bool
    ) throws(CodingError) {
        if coder.direction == .decode {
            value = try coder.takeBytes(field).map { RecordPieces([$0]) }
            if value == nil, !nullAllowed { throw coder.failure(field, .null) }
        } else if let present = value {
            try coder.putRecords(present.pieces, field)
        } else {
            guard nullAllowed else { throw coder.failure(field, .null) }
            coder.putNull()
        }
    }

    public func json(_ coder: inout Coder) throws(CodingError) -> JSON { joined.json(&coder) }

    public mutating func read(_ json: JSON, _ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        var bytes = ByteSlice()
        try bytes.read(json, &coder, field)
        pieces = [bytes]
    }
}
