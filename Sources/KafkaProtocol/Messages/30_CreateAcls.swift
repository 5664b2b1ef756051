/// CreateAcls (30): adds access rules.
/// v1 pattern types (KIP-290) · v2 flexible · v3 rules for users (KIP-373)
public struct CreateAclsRequest: KafkaRequest {
    public typealias Response = CreateAclsResponse
    public static let key: Int16 = 30
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleSince: Int16? = 2

    public var creations: [Creation] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&creations, "creations")
    }

    public struct Creation: KafkaStruct {
        public var resourceType: Int8 = 0
        public var resourceName = ""
        public var resourcePatternType: Int8 = 3
        public var principal = ""
        public var host = ""
        public var operation: Int8 = 0
        public var permissionType: Int8 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int8(&resourceType, "resourceType")
            try coder.string(&resourceName, "resourceName")
            try coder.int8(&resourcePatternType, "resourcePatternType", default: 3)
            try coder.string(&principal, "principal")
            try coder.string(&host, "host")
            try coder.int8(&operation, "operation")
            try coder.int8(&permissionType, "permissionType")
        }
    }
}

public struct CreateAclsResponse: KafkaResponse {
    public typealias Request = CreateAclsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    /// In the order of the creations.
    public var results: [Result] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&results, "results")
    }

    public struct Result: KafkaStruct {
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "")
        }
    }
}
