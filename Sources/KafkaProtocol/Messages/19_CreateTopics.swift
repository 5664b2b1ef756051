public import Bytes

/// CreateTopics (19): new topics, by partition and replica counts or by explicit assignment.
/// v2 throttle time · v3 throttling after the answer · v4 counts of −1 take the broker's defaults (KIP-464) ·
/// v5 flexible, configs in the answer (KIP-525) · v6 THROTTLING_QUOTA_EXCEEDED (KIP-599) · v7 topic id in the answer
public struct CreateTopicsRequest: KafkaRequest {
    public typealias Response = CreateTopicsResponse
    public static let key: Int16 = 19
    public static let versions: ClosedRange<Int16> = 2...7
    public static let flexibleSince: Int16? = 5

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitionCount: Int32 = 0
        public var replicationFactor: Int16 = 0
        public var assignments: [Assignment] = []
        public var configs: [Config] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.int32(&partitionCount, "numPartitions")
            try coder.int16(&replicationFactor, "replicationFactor")
            try coder.array(&assignments, "assignments")
            try coder.array(&configs, "configs")
        }
    }

    public struct Assignment: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var brokerIDs: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.array(&brokerIDs, "brokerIds")
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

    public var topics: [Topic] = []
    public var timeoutMilliseconds: Int32 = 60000
    public var validateOnly = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&topics, "topics")
        try coder.int32(&timeoutMilliseconds, "timeoutMs", default: 60000)
        try coder.bool(&validateOnly, "validateOnly", since: 1)
    }
}

/// What became of each topic; from v5 on also what it looks like, unless the client may not see that
/// (`configErrorCode`).
public struct CreateTopicsResponse: KafkaResponse {
    public typealias Request = CreateTopicsRequest

    public struct Topic: KafkaStruct {
        public var name = ""
        public var topicID = UUID.zero
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""
        public var configErrorCode: Int16 = 0
        public var partitionCount: Int32 = -1
        public var replicationFactor: Int16 = -1
        public var configs: [Config]? = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.uuid(&topicID, "topicId", since: 7, ignorable: true)
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "", ignorable: true)
            try coder.int32(&partitionCount, "numPartitions", since: 5, default: -1, ignorable: true)
            try coder.int16(&replicationFactor, "replicationFactor", since: 5, default: -1, ignorable: true)
            try coder.nullableArray(&configs, "configs", since: 5, default: [], ignorable: true)
        }

        public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&configErrorCode, "topicConfigErrorCode", since: 5, ignorable: true, tag: 0)
        }
    }

    public struct Config: KafkaStruct {
        public var name = ""
        public var value: String? = ""
        public var isReadOnly = false
        public var source: Int8 = -1
        public var isSensitive = false

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.nullableString(&value, "value", default: "")
            try coder.bool(&isReadOnly, "readOnly")
            try coder.int8(&source, "configSource", default: -1, ignorable: true)
            try coder.bool(&isSensitive, "isSensitive")
        }
    }

    public var throttleTimeMilliseconds: Int32 = 0
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", ignorable: true)
        try coder.array(&topics, "topics")
    }
}
