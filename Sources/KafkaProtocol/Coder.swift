public import Bytes

/// Walks over a message's fields and does one of six things with them: decode, encode, compute the size, write JSON,
/// read JSON, describe the schema. Which one is a value, not a generic parameter, so that a message is compiled once.
///
/// # How to write a message
///
/// A message is a struct whose stored properties hold the schema's defaults, with one walk over its fields in the
/// schema's order, and a second one over its tagged fields if it has any:
///
///     public struct HeartbeatRequest: KafkaRequest {
///         public typealias Response = HeartbeatResponse
///         public static let key: Int16 = 12
///         public static let versions: ClosedRange<Int16> = 0...4
///         public static let flexibleSince: Int16? = 4
///         public var groupID = ""
///         public var groupInstanceID: String?
///         public init() {}
///         public mutating func fields(_ coder: inout Coder) throws(CodingError) {
///             try coder.string(&groupID, "groupId")
///             try coder.nullableString(&groupInstanceID, "groupInstanceId", since: 3)
///         }
///     }
///
/// - **Names** are the schema's in lowerCamelCase: JSON and the schema test use them.
/// - **Versions**: `since`/`until` where the field isn't in all of the message's versions; nested structures only say
///   what narrows their parent's range. An absent field keeps its default; encoding one that holds something else is
///   an error unless `ignorable: true`, as the schema says.
/// - **Defaults** other than zero, false, "" and (nullable ones) nil stand twice: as initial value and as `default:`.
///   A test compares the two. A nullable field whose default is not null says `default: ""` or `default: []`.
/// - **Null** where only some versions allow it: `nullableSince:`/`nullableUntil:`.
/// - **Tagged fields** go into `taggedFields(_:)`, ascending, with `tag:` and `since:`. Nothing else is to be done:
///   the tag section itself is written and read by the coder, unknown tags are stepped over.
/// - **Structures** conform to ``KafkaStruct`` and are nested in their message. `array`, `nullableArray`, `structure`
///   and `nullableStructure` take them; the two array methods also take Int8…Int64, String and UUID.
/// - **A response** says `public typealias Request = …` and takes key, versions and flexibility from it. Other kinds
///   conform to ``KafkaMessage`` and say `kind` (and `key`).
/// - **Register** it in the list of its group (`GroupMessages.swift`, …), which the vector and schema tests walk.
///
/// A walk only calls the coder: it never changes a property by itself, for while encoding it runs over memory that is
/// shared with others.
public struct Coder: ~Copyable {
    enum Direction: UInt8 {
        case decode, encode, size, writeJSON, readJSON, describe
    }

    let direction: Direction
    var isFlexible = false
    /// Encoding: tagged fields are only counted now, the count stands in front of them.
    var isCountingTags = false
    /// Decoding: somebody took the tagged field that was open.
    var tagWasKnown = false
    /// The version of the message under way.
    public internal(set) var version: Int16 = 0
    /// Decoding: the tag that is being read, −1 outside.
    var openTag: Int32 = -1
    var tagCount = 0
    /// The byte in front of a structure that is null: −1, but 0 where the structure is a tagged field itself.
    var nullMark: Int8 = -1
    /// Encoding: how many tagged fields enclose the present position.
    var tagDepth = 0

    /// Decoding: the first byte of `source`. Encoding: that of `block`. Else never used.
    var base: UnsafeMutableRawPointer
    /// Bytes decoded, encoded or counted so far. Gathered records (see ``init(encodingInto:gather:)``) don't count.
    public internal(set) var position: Int
    /// Decoding: where the bytes end. Encoding: the capacity of `block`.
    var end: Int

    var source = ByteSlice()
    var block: Block?
    let gathers: Bool
    var pieces: [ByteSlice] = []
    var pieceStart = 0
    var gatheredBytes = 0
    /// Where what was encoded since the last ``takePieces()`` begins.
    var taken = 0
    var exchange: Exchange?

    /// Reads messages out of `bytes`, one after the other. Byte fields are ranges of the same block: they keep it
    /// alive.
    public init(decoding bytes: ByteSlice, from position: Int = 0) {
        direction = .decode
        source = bytes
        base = bytes.unsafeMutableAddress ?? Coder.nowhere
        self.position = min(max(position, 0), bytes.count)
        end = bytes.count
        gathers = false
    }

    /// Writes messages one behind the other, from the beginning of `block`; takes a larger one when that is full.
    ///
    /// - Parameter gather: `records` aren't copied: they become pieces of their own in ``takePieces()``.
    public init(encodingInto block: Block, gather: Bool = false) {
        direction = .encode
        self.block = block
        base = block.base
        position = 0
        end = block.capacity
        gathers = gather
    }

    init(_ direction: Direction, exchange: Exchange? = nil) {
        self.direction = direction
        base = Coder.nowhere
        position = 0
        end = 0
        gathers = false
        self.exchange = exchange
    }

    /// Counts the bytes that messages take; ``position`` is the sum.
    public static func sizing() -> Coder { Coder(.size) }

    /// Never read or written: the count that goes with it is 0.
    private static var nowhere: UnsafeMutableRawPointer { UnsafeMutableRawPointer(bitPattern: 16).unsafelyUnwrapped }

    /// The next message, in `version`: decoded into `message`, which must be fresh, or encoded from it.
    public mutating func message<Message: KafkaMessage>(
        _ message: inout Message, version: Int16
    ) throws(CodingError) {
        guard Message.versions.contains(version) || direction == .describe else {
            throw CodingError(position: position, field: Message.name, reason: .unsupportedVersion(version))
        }
        self.version = version
        if let flexibleSince = Message.flexibleSince {
            isFlexible = version >= flexibleSince
        } else {
            isFlexible = false
        }
        try whole(&message)
    }

    /// Bytes left to decode.
    public var remaining: Int { end - position }

    @inline(__always)
    mutating func whole<Structure: KafkaStruct>(_ value: inout Structure) throws(CodingError) {
        try value.fields(&self)
        if direction.rawValue <= Direction.size.rawValue {
            if isFlexible { try tags(of: &value) }
        } else {
            try value.taggedFields(&self)
        }
    }

    @inline(__always)
    func has(_ since: Int16, _ until: Int16) -> Bool { version >= since && version <= until }

    /// Whether the field is to be decoded or encoded right here, without a look at the rarer cases.
    @inline(__always)
    func isPlain(_ since: Int16, _ until: Int16, _ tag: Int?) -> Bool {
        tag == nil && direction.rawValue <= Direction.encode.rawValue && has(since, until)
    }

    /// Whether there is nothing to do for a field that isn't plain: the version lacks it, or a tagged one holds its
    /// default or isn't the one being read.
    @inline(__always)
    func skips(
        _ since: Int16, _ until: Int16, _ ignorable: Bool, _ tag: Int?, isInitial: @autoclosure () -> Bool
    ) -> Bool {
        guard direction.rawValue <= Direction.encode.rawValue else { return false }
        guard has(since, until) else { return direction == .decode || ignorable || isInitial() }
        guard let tag else { return false }
        return direction == .encode ? isInitial() : tag != Int(openTag) || tagWasKnown
    }

    @inline(never)
    func failure(_ field: StaticString, _ reason: CodingError.Reason) -> CodingError {
        CodingError(position: position, field: "\(field)", reason: reason)
    }
}

// MARK: - What was encoded

extension Coder {
    /// All that was encoded, in one piece. Traps on a coder that gathers.
    public consuming func finish() -> ByteSlice {
        precondition(direction == .encode && !gathers)
        return block?.slice(0..<position) ?? ByteSlice()
    }

    /// Encodes a request's whole frame behind what is there: size, header, body. When it throws, what was there before
    /// is all that is there.
    public mutating func frame<Request: KafkaRequest>(
        _ request: Request, version: Int16, correlationID: Int32, clientID: String?
    ) throws(CodingError) {
        var header = RequestHeader()
        header.key = Request.key
        header.version = version
        header.correlationID = correlationID
        header.clientID = clientID
        var body = request
        try frame { (coder) throws(CodingError) in
            try coder.message(&header, version: Request.headerVersion(version))
            try coder.message(&body, version: version)
        }
    }

    /// The same for a response.
    public mutating func frame<Response: KafkaResponse>(
        _ response: Response, version: Int16, correlationID: Int32
    ) throws(CodingError) {
        var header = ResponseHeader()
        header.correlationID = correlationID
        var body = response
        try frame { (coder) throws(CodingError) in
            try coder.message(&header, version: Response.headerVersion(version))
            try coder.message(&body, version: version)
        }
    }

    @inline(__always)
    private mutating func frame(_ encode: (inout Coder) throws(CodingError) -> Void) throws(CodingError) {
        let finished = pieces.count
        let offset = position - pieceStart
        let before = encodedBytes
        put(Int32(0))
        do throws(CodingError) { try encode(&self) } catch {
            cut(toPiece: finished, offset: offset)
            // It may have ended anywhere.
            isCountingTags = false
            tagDepth = 0
            nullMark = -1
            throw error
        }
        // The size's place may have become part of a finished piece since, and lie in a block that was left.
        let size = Int32(truncatingIfNeeded: encodedBytes - before - 4)
        if pieces.count > finished {
            pieces[finished].unsafeMutableAddress?.storeBigEndian(size, at: offset)
        } else {
            base.storeBigEndian(size, at: pieceStart + offset)
        }
    }

    /// Bytes encoded since the last ``takePieces()``, gathered records among them.
    public var encodedBytes: Int { position - taken + gatheredBytes }

    /// All that was encoded, in order: our bytes and, between them, the records as they lie. The coder is empty
    /// afterwards and goes on in the same block once nobody else holds a slice of it.
    public mutating func takePieces() -> [ByteSlice] {
        precondition(direction == .encode)
        endPiece()
        let all = pieces
        pieces = []
        gatheredBytes = 0
        taken = position
        return all
    }

    /// Begins at the front of the block again, or in a new one of `capacity` bytes while slices of the old one are
    /// about, or when that has grown beyond `limit` bytes. What wasn't taken is lost.
    public mutating func restart(capacity: Int, limit: Int) {
        if !isKnownUniquelyReferenced(&block) || end > limit {
            let fresh = Block(capacity: capacity)
            block = fresh
            base = fresh.base
            end = fresh.capacity
        }
        pieces.removeAll()
        position = 0
        pieceStart = 0
        taken = 0
        gatheredBytes = 0
    }

    private mutating func cut(toPiece finished: Int, offset: Int) {
        if pieces.count > finished {
            let begun = pieces[finished]
            pieces.removeSubrange(finished...)
            if offset > 0 { pieces.append(begun[0..<offset]) }
            pieceStart = position
        } else {
            position = pieceStart + offset
        }
        gatheredBytes = pieces.reduce(position - pieceStart) { $0 + $1.count } - (position - taken)
    }
}
