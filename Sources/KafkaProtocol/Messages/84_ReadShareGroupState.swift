public import Bytes

/// ReadShareGroupState (84): the leader of share partitions reads their state from the share coordinator (KIP-932).
public struct ReadShareGroupStateRequest: KafkaRequest {
    public typealias Response = ReadShareGroupStateResponse
    public static let key: Int16 = 84
    public static let versions: ClosedRange<Int16> = 0...0
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

public struct ReadShareGroupStateResponse: KafkaResponse {
    public typealias Request = ReadShareGroupStateRequest

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
        /// −1: not known yet.
        public var startOffset: Int64 = 0
        public var stateBatches: [ShareStateBatch] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partition, "partition")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage")
            try coder.int32(&stateEpoch, "stateEpoch")
            try coder.int64(&startOffset, "startOffset")
            try coder.array(&stateBatches, "stateBatches")
        }
    }
}
