/// AlterPartitionReassignments (45): gives partitions other replicas, or calls a reassignment off (KIP-455).
/// v1 a change of the replication factor can be forbidden (KIP-860)
public struct AlterPartitionReassignmentsRequest: KafkaRequest {
    public typealias Response = AlterPartitionReassignmentsResponse
    public static let key: Int16 = 45
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 0

    public var timeoutMilliseconds: Int32 = 60_000
    public var allowReplicationFactorChange = true
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&timeoutMilliseconds, "timeoutMs", default: 60_000)
        try coder.bool(&allowReplicationFactorChange, "allowReplicationFactorChange", since: 1, default: true)
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        /// Nil: call off what is under way.
        public var replicas: [Int32]?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.nullableArray(&replicas, "replicas")
        }
    }
}

public struct AlterPartitionReassignmentsResponse: KafkaResponse {
    public typealias Request = AlterPartitionReassignmentsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var allowReplicationFactorChange = true
    public var errorCode: Int16 = 0
    public var errorMessage: String? = ""
    public var responses: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.bool(
            &allowReplicationFactorChange, "allowReplicationFactorChange", since: 1, default: true, ignorable: true)
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage", default: "")
        try coder.array(&responses, "responses")
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "")
        }
    }
}
