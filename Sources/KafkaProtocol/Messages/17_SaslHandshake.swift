/// SaslHandshake (17): the mechanism a client wants to log in with.
/// v1 tokens follow in SaslAuthenticate requests instead of bare
public struct SaslHandshakeRequest: KafkaRequest {
    public typealias Response = SaslHandshakeResponse
    public static let key: Int16 = 17
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = nil

    public var mechanism = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&mechanism, "mechanism")
    }
}

public struct SaslHandshakeResponse: KafkaResponse {
    public typealias Request = SaslHandshakeRequest

    public var errorCode: Int16 = 0
    /// All that the broker takes.
    public var mechanisms: [String] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&errorCode, "errorCode")
        try coder.array(&mechanisms, "mechanisms")
    }
}
