/// OffsetForLeaderEpoch (23): where a leader epoch ends, for those who must find where their log parts from it.
/// v2 current leader epoch, to fence (KIP-320) · v3 replica id · v4 flexible
public struct OffsetForLeaderEpochRequest: KafkaRequest {
    public typealias Response = OffsetForLeaderEpochResponse
    public static let key: Int16 = 23
    public static let versions: ClosedRange<Int16> = 2...4
    public static let flexibleSince: Int16? = 4

    /// −1: a consumer; −2: one that may look beyond the high watermark.
    public var replicaID: Int32 = -2
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&replicaID, "replicaId", since: 3, default: -2, ignorable: true)
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var topic = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topic, "topic")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partition: Int32 = 0
        public var currentLeaderEpoch: Int32 = -1
        public var leaderEpoch: Int32 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partition, "partition")
            try coder.int32(&currentLeaderEpoch, "currentLeaderEpoch", default: -1, ignorable: true)
            try coder.int32(&leaderEpoch, "leaderEpoch")
        }
    }
}

public struct OffsetForLeaderEpochResponse: KafkaResponse {
    public typealias Request = OffsetForLeaderEpochRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", ignorable: true)
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var topic = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topic, "topic")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var errorCode: Int16 = 0
        public var partition: Int32 = 0
        public var leaderEpoch: Int32 = -1
        public var endOffset: Int64 = -1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.int32(&partition, "partition")
            try coder.int32(&leaderEpoch, "leaderEpoch", default: -1, ignorable: true)
            try coder.int64(&endOffset, "endOffset", default: -1)
        }
    }
}
