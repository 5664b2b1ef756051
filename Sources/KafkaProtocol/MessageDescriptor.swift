public import Bytes

/// A message type without its type: for tests, dumps and other code that walks over all of them.
public struct MessageDescriptor: Sendable {
    public let name: String
    public let kind: MessageKind
    /// −1 when there is none.
    public let key: Int16
    public let versions: ClosedRange<Int16>
    public let flexibleSince: Int16?
    private let codec: any Codec

    public init<Message: KafkaMessage>(_ type: Message.Type) {
        name = Message.name
        kind = Message.kind
        key = Message.key
        versions = Message.versions
        flexibleSince = Message.flexibleSince
        codec = TypedCodec<Message>()
    }

    /// Decodes the message at `position` and leaves `position` behind it.
    public func json(decoding bytes: ByteSlice, at position: inout Int, version: Int16) throws(CodingError) -> JSON {
        try codec.json(bytes, &position, version)
    }

    /// Decodes the message that `bytes` begins with and gives the position behind it.
    @discardableResult
    public func decode(_ bytes: ByteSlice, version: Int16) throws(CodingError) -> Int {
        try codec.decode(bytes, version)
    }

    public func encode(_ json: JSON, version: Int16) throws(CodingError) -> ByteSlice {
        try codec.encode(json, version)
    }

    /// Bytes that the message takes, by the coder's sizing walk.
    public func size(_ json: JSON, version: Int16) throws(CodingError) -> Int { try codec.size(json, version) }

    /// The schema that the description amounts to, versions as declared.
    public func fields() throws(CodingError) -> [FieldDescription] { try codec.fields() }
}

private protocol Codec: Sendable {
    func json(_ bytes: ByteSlice, _ position: inout Int, _ version: Int16) throws(CodingError) -> JSON
    func decode(_ bytes: ByteSlice, _ version: Int16) throws(CodingError) -> Int
    func encode(_ json: JSON, _ version: Int16) throws(CodingError) -> ByteSlice
    func size(_ json: JSON, _ version: Int16) throws(CodingError) -> Int
    func fields() throws(CodingError) -> [FieldDescription]
}

private struct TypedCodec<Message: KafkaMessage>: Codec {
    func json(_ bytes: ByteSlice, _ position: inout Int, _ version: Int16) throws(CodingError) -> JSON {
        try Message(decoding: bytes, at: &position, version: version).json(version: version)
    }

    func decode(_ bytes: ByteSlice, _ version: Int16) throws(CodingError) -> Int {
        var position = 0
        _ = try Message(decoding: bytes, at: &position, version: version)
        return position
    }

    func encode(_ json: JSON, _ version: Int16) throws(CodingError) -> ByteSlice {
        try Message(json: json, version: version).encoded(version: version)
    }

    func size(_ json: JSON, _ version: Int16) throws(CodingError) -> Int {
        try Message(json: json, version: version).size(version: version)
    }

    func fields() throws(CodingError) -> [FieldDescription] { try Message.describe() }
}
