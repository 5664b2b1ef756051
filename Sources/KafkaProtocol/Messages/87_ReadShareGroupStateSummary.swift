public import Bytes

/// ReadShareGroupStateSummary (87): as ReadShareGroupState, without the state of single records (KIP-932).
/// v1 count of records done with (KIP-1226)
public struct ReadShareGroupStateSummaryRequest: KafkaRequest {
    public typealias Response = ReadShareGroupStateSummaryResponse
    public static let key: Int16 = 87
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 0

    public var groupID = ""
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partition: Int32 = 0
        public var leaderEpoch: Int32 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partition, "partition")
            try coder.int32(&leaderEpoch, "leaderEpoch")
        }
    }
}

public struct ReadShareGroupStateSummaryResponse: KafkaResponse {
    public typealias Request = ReadShareGroupStateSummaryRequest

    public var results: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&results, "results")
    }

    public struct Topic: KafkaStruct {
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partition: Int32 = 0
        public var errorCode: Int16 = 0
        public var errorMessage: String?
        public var stateEpoch: Int32 = 0
        public var leaderEpoch: Int32 = 0
        /// −1: not known yet.
        public var startOffset: Int64 = 0
        /// Records from the start offset on that need no further delivery; −1: unknown.
        public var deliveryCompleteCount: Int32 = -1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partition, "partition")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage")
            try coder.int32(&stateEpoch, "stateEpoch")
            try coder.int32(&leaderEpoch, "leaderEpoch")
            try coder.int64(&startOffset, "startOffset")
            try coder.int32(&deliveryCompleteCount, "deliveryCompleteCount", since: 1, default: -1, ignorable: true)
        }
    }
}
