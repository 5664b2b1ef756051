/// AlterConfigs (33): replaces all settings of a resource; the older way, IncrementalAlterConfigs is the better one.
/// v1 the broker answers before it throttles · v2 flexible
public struct AlterConfigsRequest: KafkaRequest {
    public typealias Response = AlterConfigsResponse
    public static let key: Int16 = 33
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 2

    public var resources: [Resource] = []
    public var validateOnly = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&resources, "resources")
        try coder.bool(&validateOnly, "validateOnly")
    }

    public struct Resource: KafkaStruct {
        public var resourceType: Int8 = 0
        public var resourceName = ""
        public var configs: [Config] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int8(&resourceType, "resourceType")
            try coder.string(&resourceName, "resourceName")
            try coder.array(&configs, "configs")
        }
    }

    public struct Config: KafkaStruct {
        public var name = ""
        public var value: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.nullableString(&value, "value", default: "")
        }
    }
}

public struct AlterConfigsResponse: KafkaResponse {
    public typealias Request = AlterConfigsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var responses: [Resource] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&responses, "responses")
    }

    public struct Resource: KafkaStruct {
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""
        public var resourceType: Int8 = 0
        public var resourceName = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "")
            try coder.int8(&resourceType, "resourceType")
            try coder.string(&resourceName, "resourceName")
        }
    }
}
