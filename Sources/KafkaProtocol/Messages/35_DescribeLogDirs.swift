/// DescribeLogDirs (35): a broker's log directories, and what of the topics asked for lies in each.
/// v2 flexible · v3 error of the whole · v4 total and usable bytes (KIP-827) · v5 cordoned directories (KIP-1066)
public struct DescribeLogDirsRequest: KafkaRequest {
    public typealias Response = DescribeLogDirsResponse
    public static let key: Int16 = 35
    public static let versions: ClosedRange<Int16> = 1...5
    public static let flexibleSince: Int16? = 2

    /// Nil: all.
    public var topics: [Topic]? = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableArray(&topics, "topics", default: [])
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

public struct DescribeLogDirsResponse: KafkaResponse {
    public typealias Request = DescribeLogDirsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var results: [Result] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode", since: 3, ignorable: true)
        try coder.array(&results, "results")
    }

    public struct Result: KafkaStruct {
        public var errorCode: Int16 = 0
        public var logDir = ""
        public var topics: [Topic] = []
        /// Of the volume; −1: unknown.
        public var totalBytes: Int64 = -1
        public var usableBytes: Int64 = -1
        public var isCordoned = false

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.string(&logDir, "logDir")
            try coder.array(&topics, "topics")
            try coder.int64(&totalBytes, "totalBytes", since: 4, default: -1, ignorable: true)
            try coder.int64(&usableBytes, "usableBytes", since: 4, default: -1, ignorable: true)
            try coder.bool(&isCordoned, "isCordoned", since: 5, ignorable: true)
        }
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
        /// Bytes of all segments.
        public var partitionSize: Int64 = 0
        /// Records behind the high watermark, or, a future log, behind the present one.
        public var offsetLag: Int64 = 0
        public var isFutureKey = false

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int64(&partitionSize, "partitionSize")
            try coder.int64(&offsetLag, "offsetLag")
            try coder.bool(&isFutureKey, "isFutureKey")
        }
    }
}
