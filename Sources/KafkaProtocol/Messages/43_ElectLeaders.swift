/// ElectLeaders (43): partitions shall get their preferred leader, or any at all.
/// v1 kind of election and error of the whole (KIP-460) · v2 flexible
public struct ElectLeadersRequest: KafkaRequest {
    public typealias Response = ElectLeadersResponse
    public static let key: Int16 = 43
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 2

    /// 0: preferred, 1: unclean.
    public var electionType: Int8 = 0
    /// Nil: all partitions.
    public var topicPartitions: [Topic]? = []
    public var timeoutMilliseconds: Int32 = 60_000

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int8(&electionType, "electionType", since: 1)
        try coder.nullableArray(&topicPartitions, "topicPartitions", default: [])
        try coder.int32(&timeoutMilliseconds, "timeoutMs", default: 60_000)
    }

    public struct Topic: KafkaStruct {
        public var topic = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topic, "topic")
            try coder.array(&partitions, "partitions")
        }
    }
}

public struct ElectLeadersResponse: KafkaResponse {
    public typealias Request = ElectLeadersRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var replicaElectionResults: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode", since: 1)
        try coder.array(&replicaElectionResults, "replicaElectionResults")
    }

    public struct Topic: KafkaStruct {
        public var topic = ""
        public var partitionResult: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topic, "topic")
            try coder.array(&partitionResult, "partitionResult")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionID: Int32 = 0
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionID, "partitionId")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "")
        }
    }
}
