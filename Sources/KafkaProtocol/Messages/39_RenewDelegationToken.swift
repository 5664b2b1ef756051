public import Bytes

/// RenewDelegationToken (39): a token shall live longer.
/// v2 flexible
public struct RenewDelegationTokenRequest: KafkaRequest {
    public typealias Response = RenewDelegationTokenResponse
    public static let key: Int16 = 39
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleSince: Int16? = 2

    public var hmac = ByteSlice()
    public var renewPeriodMilliseconds: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.bytes(&hmac, "hmac")
        try coder.int64(&renewPeriodMilliseconds, "renewPeriodMs")
    }
}

public struct RenewDelegationTokenResponse: KafkaResponse {
    public typealias Request = RenewDelegationTokenRequest

    public var errorCode: Int16 = 0
    /// Since 1970.
    public var expiryTimestampMilliseconds: Int64 = 0
    public var throttleTimeMilliseconds: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&errorCode, "errorCode")
        try coder.int64(&expiryTimestampMilliseconds, "expiryTimestampMs")
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
    }
}
