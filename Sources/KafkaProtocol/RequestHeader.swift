/// What stands in front of every request.
/// v1 client id · v2 flexible, but the client id keeps its old form so that any broker can read it
public struct RequestHeader: KafkaMessage {
    public static let kind = MessageKind.header
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleSince: Int16? = 2

    public var key: Int16 = 0
    public var version: Int16 = 0
    public var correlationID: Int32 = 0
    public var clientID: String? = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&key, "requestApiKey")
        try coder.int16(&version, "requestApiVersion")
        try coder.int32(&correlationID, "correlationId")
        try coder.legacyNullableString(&clientID, "clientId")
    }

    /// Reads the header that the coder stands at. Its version follows from the key and version it begins with; those
    /// of an unknown API are taken for old ones.
    public init(from coder: inout Coder) throws(CodingError) {
        self.init()
        let start = coder.position
        let key: Int16 = try coder.take("requestApiKey")
        let version: Int16 = try coder.take("requestApiVersion")
        coder.position = start
        let isFlexible = APIKey(rawValue: key)?.flexibleSince.map { version >= $0 } ?? false
        try coder.message(&self, version: isFlexible ? 2 : 1)
    }
}

/// What stands in front of every response.
/// v0 correlation id · v1 flexible
public struct ResponseHeader: KafkaMessage {
    public static let kind = MessageKind.header
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 1

    public var correlationID: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&correlationID, "correlationId")
    }
}
