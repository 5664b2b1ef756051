/// ListOffsets (2): the offset that belongs to a timestamp, or to one of the negative ones with a meaning of their own
/// (−1 end, −2 start, −3 record of the highest timestamp, −4 local start, −5 last tiered, −6 first not yet tiered).
/// v1 one offset, with its timestamp · v2 isolation level · v3 throttling after the answer · v4 leader epoch ·
/// v5 OFFSET_NOT_AVAILABLE · v6 flexible · v7 −3 (KIP-734) · v8 −4 (KIP-405) · v9 −5 (KIP-1005) ·
/// v10 timeout (KIP-1075) · v11 −6 (KIP-1023)
public struct ListOffsetsRequest: KafkaRequest {
    public typealias Response = ListOffsetsResponse
    public static let key: Int16 = 2
    public static let versions: ClosedRange<Int16> = 1...11
    public static let flexibleSince: Int16? = 6

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
        public var index: Int32 = 0
        public var currentLeaderEpoch: Int32 = -1
        public var timestamp: Int64 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&index, "partitionIndex")
            try coder.int32(&currentLeaderEpoch, "currentLeaderEpoch", since: 4, default: -1, ignorable: true)
            try coder.int64(&timestamp, "timestamp")
        }
    }

    /// −1 from consumers, −2 from tools that look at a replica.
    public var replicaID: Int32 = 0
    public var isolationLevel: Int8 = 0
    public var topics: [Topic] = []
    public var timeoutMilliseconds: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&replicaID, "replicaId")
        try coder.int8(&isolationLevel, "isolationLevel", since: 2)
        try coder.array(&topics, "topics")
        try coder.int32(&timeoutMilliseconds, "timeoutMs", since: 10, ignorable: true)
    }
}

/// Offset −1 where no record is late enough.
public struct ListOffsetsResponse: KafkaResponse {
    public typealias Request = ListOffsetsRequest

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
        public var index: Int32 = 0
        public var errorCode: Int16 = 0
        public var timestamp: Int64 = -1
        public var offset: Int64 = -1
        public var leaderEpoch: Int32 = -1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&index, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
            try coder.int64(&timestamp, "timestamp", default: -1)
            try coder.int64(&offset, "offset", default: -1)
            try coder.int32(&leaderEpoch, "leaderEpoch", since: 4, default: -1)
        }
    }

    public var throttleTimeMilliseconds: Int32 = 0
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 2, ignorable: true)
        try coder.array(&topics, "topics")
    }
}
