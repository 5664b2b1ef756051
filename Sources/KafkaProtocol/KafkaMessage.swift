public import Bytes

/// What a message is for. The raw values are the `type`s of Kafka's schemas.
public enum MessageKind: String, Sendable {
    case request, response, header
    /// A record of the cluster's metadata log, or of another topic that frames its records so.
    case metadata
    case coordinatorKey = "coordinator-key"
    case coordinatorValue = "coordinator-value"
    /// A blob inside something else: the consumer protocol's, a control record's, a file's.
    case data
}

/// A structure with versions of its own.
public protocol KafkaMessage: KafkaStruct {
    /// Kafka's name: that of the type unless it says otherwise.
    static var name: String { get }
    static var kind: MessageKind { get }
    /// A request's or response's API key, a record's type; −1 for messages that have none.
    static var key: Int16 { get }
    static var versions: ClosedRange<Int16> { get }
    /// The first version with compact lengths and tagged fields; nil when there is none.
    static var flexibleSince: Int16? { get }
}

public protocol KafkaRequest: KafkaMessage {
    associatedtype Response: KafkaResponse where Response.Request == Self
}

public protocol KafkaResponse: KafkaMessage {
    associatedtype Request: KafkaRequest where Request.Response == Self
}

extension KafkaMessage {
    public static var name: String { String(describing: Self.self) }
    public static var key: Int16 { -1 }

    public static func isFlexible(_ version: Int16) -> Bool {
        if let flexibleSince { version >= flexibleSince } else { false }
    }
}

extension KafkaRequest {
    public static var kind: MessageKind { .request }
    public static var apiKey: APIKey? { APIKey(rawValue: key) }

    /// The version of the request header in front of a request of `version`.
    public static func headerVersion(_ version: Int16) -> Int16 { isFlexible(version) ? 2 : 1 }
}

extension KafkaResponse {
    public static var kind: MessageKind { .response }
    public static var key: Int16 { Request.key }
    public static var versions: ClosedRange<Int16> { Request.versions }
    public static var flexibleSince: Int16? { Request.flexibleSince }

    /// The version of the response header in front of a response of `version`. An ApiVersions response always has the
    /// old one, since its reader can't know yet what we speak.
    public static func headerVersion(_ version: Int16) -> Int16 {
        isFlexible(version) && key != APIKey.apiVersions.rawValue ? 1 : 0
    }
}

// MARK: - Alone

extension KafkaMessage {
    /// Decodes the message that begins at `position` of `bytes` and leaves `position` behind it.
    public init(decoding bytes: ByteSlice, at position: inout Int, version: Int16) throws(CodingError) {
        self.init()
        var coder = Coder(decoding: bytes, from: position)
        try coder.message(&self, version: version)
        position = coder.position
    }

    /// Decodes the message that `bytes` begins with; bytes behind it are ignored.
    public init(decoding bytes: ByteSlice, version: Int16) throws(CodingError) {
        var position = 0
        try self.init(decoding: bytes, at: &position, version: version)
    }

    public func encoded(version: Int16) throws(CodingError) -> ByteSlice {
        var coder = Coder(encodingInto: Block(capacity: 256))
        var message = self
        try coder.message(&message, version: version)
        return coder.finish()
    }

    /// Bytes that the message takes, found by a walk of its own.
    public func size(version: Int16) throws(CodingError) -> Int {
        var coder = Coder.sizing()
        var message = self
        try coder.message(&message, version: version)
        return coder.position
    }
}

// MARK: - In frames

extension KafkaRequest {
    /// The whole frame: size, header, body.
    public func frame(version: Int16, correlationID: Int32, clientID: String?) throws(CodingError) -> ByteSlice {
        var coder = Coder(encodingInto: Block(capacity: 512))
        try coder.frame(self, version: version, correlationID: correlationID, clientID: clientID)
        return coder.finish()
    }
}

extension KafkaResponse {
    /// The whole frame: size, header, body.
    public func frame(version: Int16, correlationID: Int32) throws(CodingError) -> ByteSlice {
        var coder = Coder(encodingInto: Block(capacity: 512))
        try coder.frame(self, version: version, correlationID: correlationID)
        return coder.finish()
    }

    /// The whole frame in pieces, to be sent in order: records are not copied, each is a piece of its own.
    public func framePieces(version: Int16, correlationID: Int32) throws(CodingError) -> [ByteSlice] {
        var coder = Coder(encodingInto: Block(capacity: 512), gather: true)
        try coder.frame(self, version: version, correlationID: correlationID)
        return coder.takePieces()
    }
}
