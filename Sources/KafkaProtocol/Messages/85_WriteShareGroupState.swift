public import Bytes

/// WriteShareGroupState (85): the leader of share partitions hands their state to the share coordinator (KIP-932).
/// v1 count of records done with (KIP-1226)
public struct WriteShareGroupStateRequest: KafkaRequest {
    public typealias Response = WriteShareGroupStateResponse
    public static let key: Int16 = 85
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
        public var stateEpoch: Int32 = 0
        public var leaderEpoch: Int32 = 0
        /// −1: as before.
        public var startOffset: Int64 = 0
        /// Records from the start offset on that need no further delivery; −1: unknown.
        public var deliveryCompleteCount: Int32 = -1
        public var stateBatches: [ShareStateBatch] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partition, "partition")
            try coder.int32(&stateEpoch, "stateEpoch")
            try coder.int32(&leaderEpoch, "leaderEpoch")
            try coder.int64(&startOffset, "startOffset")
            try coder.int32(&deliveryCompleteCount, "deliveryCompleteCount", since: 1, default: -1, ignorable: true)
            try coder.array(&stateBatches, "stateBatches")
        }
    }
}

public struct WriteShareGroupStateResponse: KafkaResponse {
    public typealias Request = WriteShareGroupStateRequest

    public var results: [ShareStateResult] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&results, "results")
    }
}
