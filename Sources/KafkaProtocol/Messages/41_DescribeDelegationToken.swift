public import Bytes

/// DescribeDelegationToken (41): the tokens of some owners.
/// v2 flexible · v3 who asked for a token (KIP-373)
public struct DescribeDelegationTokenRequest: KafkaRequest {
    public typealias Response = DescribeDelegationTokenResponse
    public static let key: Int16 = 41
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleSince: Int16? = 2

    /// Nil: all.
    public var owners: [Owner]? = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableArray(&owners, "owners", default: [])
    }

    public struct Owner: KafkaStruct {
        public var principalType = ""
        public var principalName = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&principalType, "principalType")
            try coder.string(&principalName, "principalName")
        }
    }
}

public struct DescribeDelegationTokenResponse: KafkaResponse {
    public typealias Request = DescribeDelegationTokenRequest

    public var errorCode: Int16 = 0
    public var tokens: [Token] = []
    public var throttleTimeMilliseconds: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&errorCode, "errorCode")
        try coder.array(&tokens, "tokens")
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
    }
    /// Times are milliseconds since 1970.

    public struct Token: KafkaStruct {
        public var principalType = ""
        public var principalName = ""
        public var tokenRequesterPrincipalType = ""
        public var tokenRequesterPrincipalName = ""
        public var issueTimestamp: Int64 = 0
        public var expiryTimestamp: Int64 = 0
        public var maxTimestamp: Int64 = 0
        public var tokenID = ""
        public var hmac = ByteSlice()
        public var renewers: [Renewer] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&principalType, "principalType")
            try coder.string(&principalName, "principalName")
            try coder.string(&tokenRequesterPrincipalType, "tokenRequesterPrincipalType", since: 3)
            try coder.string(&tokenRequesterPrincipalName, "tokenRequesterPrincipalName", since: 3)
            try coder.int64(&issueTimestamp, "issueTimestamp")
            try coder.int64(&expiryTimestamp, "expiryTimestamp")
            try coder.int64(&maxTimestamp, "maxTimestamp")
            try coder.string(&tokenID, "tokenId")
            try coder.bytes(&hmac, "hmac")
            try coder.array(&renewers, "renewers")
        }
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
