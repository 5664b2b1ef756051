public import Bytes

/// ExpireDelegationToken (40): a token shall end, now or at a time.
/// v2 flexible
public struct ExpireDelegationTokenRequest: KafkaRequest {
    public typealias Response = ExpireDelegationTokenResponse
    public static let key: Int16 = 40
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleSince: Int16? = 2

    public var hmac = ByteSlice()
    /// Negative: at once.
    public var expiryTimePeriodMilliseconds: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.bytes(&hmac, "hmac")
        try coder.int64(&expiryTimePeriodMilliseconds, "expiryTimePeriodMs")
    }
}

public struct ExpireDelegationTokenResponse: KafkaResponse {
    public typealias Request = ExpireDelegationTokenRequest

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
