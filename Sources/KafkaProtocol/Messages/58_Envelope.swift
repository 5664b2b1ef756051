public import Bytes

/// Envelope (58): a broker hands a client's whole request, header and all, on to the controller (KIP-590).
public struct EnvelopeRequest: KafkaRequest {
    public typealias Response = EnvelopeResponse
    public static let key: Int16 = 58
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var requestData = ByteSlice()
    /// A ``DefaultPrincipalData`` behind its version.
    public var requestPrincipal: ByteSlice? = ByteSlice()
    /// 4 bytes or 16.
    public var clientHostAddress = ByteSlice()

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.bytes(&requestData, "requestData")
        try coder.nullableBytes(&requestPrincipal, "requestPrincipal", default: ByteSlice())
        try coder.bytes(&clientHostAddress, "clientHostAddress")
    }
}

/// The response to the request inside, header and all; the error code is that of the envelope.
public struct EnvelopeResponse: KafkaResponse {
    public typealias Request = EnvelopeRequest

    public var responseData: ByteSlice?
    public var errorCode: Int16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableBytes(&responseData, "responseData")
        try coder.int16(&errorCode, "errorCode")
    }
}
