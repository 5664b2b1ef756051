/// IncrementalAlterConfigs (44): sets, deletes, appends to and subtracts from single settings (KIP-339).
/// v1 flexible
public struct IncrementalAlterConfigsRequest: KafkaRequest {
    public typealias Response = IncrementalAlterConfigsResponse
    public static let key: Int16 = 44
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 1

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
        /// 0: set, 1: delete, 2: append, 3: subtract.
        public var configOperation: Int8 = 0
        public var value: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.int8(&configOperation, "configOperation")
            try coder.nullableString(&value, "value", default: "")
        }
    }
}

public struct IncrementalAlterConfigsResponse: KafkaResponse {
    public typealias Request = IncrementalAlterConfigsRequest

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
