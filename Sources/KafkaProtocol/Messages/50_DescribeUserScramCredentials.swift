/// DescribeUserScramCredentials (50): which users log in with SCRAM, and how (KIP-554).
public struct DescribeUserScramCredentialsRequest: KafkaRequest {
    public typealias Response = DescribeUserScramCredentialsResponse
    public static let key: Int16 = 50
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    /// Nil or empty: all.
    public var users: [User]? = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableArray(&users, "users", default: [])
    }

    public struct User: KafkaStruct {
        public var name = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
        }
    }
}

public struct DescribeUserScramCredentialsResponse: KafkaResponse {
    public typealias Request = DescribeUserScramCredentialsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String? = ""
    public var results: [Result] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage", default: "")
        try coder.array(&results, "results")
    }

    public struct Result: KafkaStruct {
        public var user = ""
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""
        public var credentialInfos: [Credential] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&user, "user")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "")
            try coder.array(&credentialInfos, "credentialInfos")
        }
    }

    public struct Credential: KafkaStruct {
        /// 1: SCRAM-SHA-256, 2: SCRAM-SHA-512.
        public var mechanism: Int8 = 0
        public var iterations: Int32 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int8(&mechanism, "mechanism")
            try coder.int32(&iterations, "iterations")
        }
    }
}
