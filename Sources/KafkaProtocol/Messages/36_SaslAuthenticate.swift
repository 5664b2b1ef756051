public import Bytes

/// SaslAuthenticate (36): a step of the login, a token each way.
/// v1 lifetime of the session (KIP-368) · v2 flexible
public struct SaslAuthenticateRequest: KafkaRequest {
    public typealias Response = SaslAuthenticateResponse
    public static let key: Int16 = 36
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 2

    public var authBytes = ByteSlice()

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.bytes(&authBytes, "authBytes")
    }
}

public struct SaslAuthenticateResponse: KafkaResponse {
    public typealias Request = SaslAuthenticateRequest

    public var errorCode: Int16 = 0
    public var errorMessage: String? = ""
    public var authBytes = ByteSlice()
    /// After that the client has to log in again; 0: never.
    public var sessionLifetimeMilliseconds: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage", default: "")
        try coder.bytes(&authBytes, "authBytes")
        try coder.int64(&sessionLifetimeMilliseconds, "sessionLifetimeMs", since: 1, ignorable: true)
    }
}
