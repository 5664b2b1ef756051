/// DescribeClientQuotas (48): the quotas of the users, clients and addresses that fit a filter (KIP-546).
/// v1 flexible
public struct DescribeClientQuotasRequest: KafkaRequest {
    public typealias Response = DescribeClientQuotasResponse
    public static let key: Int16 = 48
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 1

    public var components: [Component] = []
    /// Leave out entities that have other components too.
    public var strict = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&components, "components")
        try coder.bool(&strict, "strict")
    }

    public struct Component: KafkaStruct {
        public var entityType = ""
        /// 0: this name, 1: the default, 2: any name.
        public var matchType: Int8 = 0
        public var match: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&entityType, "entityType")
            try coder.int8(&matchType, "matchType")
            try coder.nullableString(&match, "match", default: "")
        }
    }
}

public struct DescribeClientQuotasResponse: KafkaResponse {
    public typealias Request = DescribeClientQuotasRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String? = ""
    public var entries: [Entry]? = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage", default: "")
        try coder.nullableArray(&entries, "entries", default: [])
    }

    public struct Entry: KafkaStruct {
        public var entity: [Entity] = []
        public var values: [Value] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.array(&entity, "entity")
            try coder.array(&values, "values")
        }
    }

    public struct Entity: KafkaStruct {
        public var entityType = ""
        /// Nil: the default.
        public var entityName: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&entityType, "entityType")
            try coder.nullableString(&entityName, "entityName", default: "")
        }
    }

    public struct Value: KafkaStruct {
        public var key = ""
        public var value: Double = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&key, "key")
            try coder.float64(&value, "value")
        }
    }
}
