public import Bytes

/// AlterUserScramCredentials (51): sets and removes users' SCRAM credentials; passwords come salted (KIP-554).
public struct AlterUserScramCredentialsRequest: KafkaRequest {
    public typealias Response = AlterUserScramCredentialsResponse
    public static let key: Int16 = 51
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var deletions: [Deletion] = []
    public var upsertions: [Upsertion] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&deletions, "deletions")
        try coder.array(&upsertions, "upsertions")
    }

    public struct Deletion: KafkaStruct {
        public var name = ""
        public var mechanism: Int8 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.int8(&mechanism, "mechanism")
        }
    }

    public struct Upsertion: KafkaStruct {
        public var name = ""
        public var mechanism: Int8 = 0
        public var iterations: Int32 = 0
        public var salt = ByteSlice()
        public var saltedPassword = ByteSlice()

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.int8(&mechanism, "mechanism")
            try coder.int32(&iterations, "iterations")
            try coder.bytes(&salt, "salt")
            try coder.bytes(&saltedPassword, "saltedPassword")
        }
    }
}

public struct AlterUserScramCredentialsResponse: KafkaResponse {
    public typealias Request = AlterUserScramCredentialsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var results: [Result] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&results, "results")
    }

    public struct Result: KafkaStruct {
        public var user = ""
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&user, "user")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "")
        }
    }
}
