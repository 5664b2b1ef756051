/// CreatePartitions (37): more partitions for topics that exist.
/// v1 the broker answers before it throttles · v2 flexible · v3 THROTTLING_QUOTA_EXCEEDED (KIP-599)
public struct CreatePartitionsRequest: KafkaRequest {
    public typealias Response = CreatePartitionsResponse
    public static let key: Int16 = 37
    public static let versions: ClosedRange<Int16> = 0...3
    public static let flexibleSince: Int16? = 2

    public var topics: [Topic] = []
    public var timeoutMilliseconds: Int32 = 0
    public var validateOnly = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&topics, "topics")
        try coder.int32(&timeoutMilliseconds, "timeoutMs")
        try coder.bool(&validateOnly, "validateOnly")
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        /// What there shall be in all.
        public var count: Int32 = 0
        /// One for each new partition; nil: the broker chooses.
        public var assignments: [Assignment]? = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.int32(&count, "count")
            try coder.nullableArray(&assignments, "assignments", default: [])
        }
    }

    public struct Assignment: KafkaStruct {
        public var brokerIDs: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.array(&brokerIDs, "brokerIds")
        }
    }
}

public struct CreatePartitionsResponse: KafkaResponse {
    public typealias Request = CreatePartitionsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var results: [Result] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&results, "results")
    }

    public struct Result: KafkaStruct {
        public var name = ""
        public var errorCode: Int16 = 0
        public var errorMessage: String?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage")
        }
    }
}
