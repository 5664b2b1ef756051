/// ListConfigResources (74): what has a configuration (KIP-1142). In v0 it was ListClientMetricsResources.
/// v1 resources of any type
public struct ListConfigResourcesRequest: KafkaRequest {
    public typealias Response = ListConfigResourcesResponse
    public static let key: Int16 = 74
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 0

    /// Empty: all types.
    public var resourceTypes: [Int8] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&resourceTypes, "resourceTypes", since: 1)
    }
}

public struct ListConfigResourcesResponse: KafkaResponse {
    public typealias Request = ListConfigResourcesRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var configResources: [ConfigResource] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.array(&configResources, "configResources")
    }

    public struct ConfigResource: KafkaStruct {
        public var resourceName = ""
        /// 16: a client-metrics subscription.
        public var resourceType: Int8 = 16

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&resourceName, "resourceName")
            try coder.int8(&resourceType, "resourceType", since: 1, default: 16, ignorable: true)
        }
    }
}
