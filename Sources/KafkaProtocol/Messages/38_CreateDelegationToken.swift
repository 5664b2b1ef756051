public import Bytes

/// CreateDelegationToken (38): a token that stands for a user, to be handed to workers (KIP-48).
/// v2 flexible · v3 tokens for other users (KIP-373)
public struct CreateDelegationTokenRequest: KafkaRequest {
    public typealias Response = CreateDelegationTokenResponse
    public static let key: Int16 = 38
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleSince: Int16? = 2

    /// Nil or empty: the one who asks.
    public var ownerPrincipalType: String? = ""
    public var ownerPrincipalName: String? = ""
    public var renewers: [Renewer] = []
    /// −1: as long as the broker allows.
    public var maxLifetimeMilliseconds: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&ownerPrincipalType, "ownerPrincipalType", since: 3, default: "")
        try coder.nullableString(&ownerPrincipalName, "ownerPrincipalName", since: 3, default: "")
        try coder.array(&renewers, "renewers")
        try coder.int64(&maxLifetimeMilliseconds, "maxLifetimeMs")
    }

    public struct Renewer: KafkaStruct {
        public var principalType = ""
        public var principalName = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&principalType, "principalType")
            try coder.string(&principalName, "principalName")
        }
    }
}

/// Times are since 1970.
public struct CreateDelegationTokenResponse: KafkaResponse {
    public typealias Request = CreateDelegationTokenRequest

    public var errorCode: Int16 = 0
    public var principalType = ""
    public var principalName = ""
    public var tokenRequesterPrincipalType = ""
    public var tokenRequesterPrincipalName = ""
    public var issueTimestampMilliseconds: Int64 = 0
    public var expiryTimestampMilliseconds: Int64 = 0
    public var maxTimestampMilliseconds: Int64 = 0
    public var tokenID = ""
    public var hmac = ByteSlice()
    public var throttleTimeMilliseconds: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&errorCode, "errorCode")
        try coder.string(&principalType, "principalType")
        try coder.string(&principalName, "principalName")
        try coder.string(&tokenRequesterPrincipalType, "tokenRequesterPrincipalType", since: 3)
        try coder.string(&tokenRequesterPrincipalName, "tokenRequesterPrincipalName", since: 3)
        try coder.int64(&issueTimestampMilliseconds, "issueTimestampMs")
        try coder.int64(&expiryTimestampMilliseconds, "expiryTimestampMs")
        try coder.int64(&maxTimestampMilliseconds, "maxTimestampMs")
        try coder.string(&tokenID, "tokenId")
        try coder.bytes(&hmac, "hmac")
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
    }
}
