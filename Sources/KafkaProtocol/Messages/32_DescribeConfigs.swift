/// DescribeConfigs (32): settings of topics, brokers, groups and client metrics.
/// v1 synonyms and where a value comes from (KIP-226) · v3 type and documentation (KIP-569) · v4 flexible
public struct DescribeConfigsRequest: KafkaRequest {
    public typealias Response = DescribeConfigsResponse
    public static let key: Int16 = 32
    public static let versions: ClosedRange<Int16> = 1...4
    public static let flexibleSince: Int16? = 4

    public var resources: [Resource] = []
    public var includeSynonyms = false
    public var includeDocumentation = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&resources, "resources")
        try coder.bool(&includeSynonyms, "includeSynonyms")
        try coder.bool(&includeDocumentation, "includeDocumentation", since: 3)
    }

    public struct Resource: KafkaStruct {
        public var resourceType: Int8 = 0
        public var resourceName = ""
        /// Nil: all of them.
        public var configurationKeys: [String]? = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int8(&resourceType, "resourceType")
            try coder.string(&resourceName, "resourceName")
            try coder.nullableArray(&configurationKeys, "configurationKeys", default: [])
        }
    }
}

public struct DescribeConfigsResponse: KafkaResponse {
    public typealias Request = DescribeConfigsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var results: [Result] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&results, "results")
    }

    public struct Result: KafkaStruct {
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""
        public var resourceType: Int8 = 0
        public var resourceName = ""
        public var configs: [Config] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "")
            try coder.int8(&resourceType, "resourceType")
            try coder.string(&resourceName, "resourceName")
            try coder.array(&configs, "configs")
        }
    }

    public struct Config: KafkaStruct {
        public var name = ""
        /// Nil for a sensitive one.
        public var value: String? = ""
        public var isReadOnly = false
        public var configSource: Int8 = -1
        public var isSensitive = false
        public var synonyms: [Synonym] = []
        public var configType: Int8 = 0
        public var documentation: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.nullableString(&value, "value", default: "")
            try coder.bool(&isReadOnly, "readOnly")
            try coder.int8(&configSource, "configSource", default: -1, ignorable: true)
            try coder.bool(&isSensitive, "isSensitive")
            try coder.array(&synonyms, "synonyms", ignorable: true)
            try coder.int8(&configType, "configType", since: 3, ignorable: true)
            try coder.nullableString(&documentation, "documentation", since: 3, default: "", ignorable: true)
        }
    }

    public struct Synonym: KafkaStruct {
        public var name = ""
        public var value: String? = ""
        public var source: Int8 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.nullableString(&value, "value", default: "")
            try coder.int8(&source, "source")
        }
    }
}
