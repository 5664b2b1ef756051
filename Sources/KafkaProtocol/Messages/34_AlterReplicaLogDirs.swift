/// AlterReplicaLogDirs (34): moves replicas between the log directories of a broker.
/// v2 flexible
public struct AlterReplicaLogDirsRequest: KafkaRequest {
    public typealias Response = AlterReplicaLogDirsResponse
    public static let key: Int16 = 34
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleSince: Int16? = 2

    public var dirs: [Directory] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&dirs, "dirs")
    }
    /// Where the replicas shall go.

    public struct Directory: KafkaStruct {
        public var path = ""
        public var topics: [Topic] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&path, "path")
            try coder.array(&topics, "topics")
        }
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&partitions, "partitions")
        }
    }
}

public struct AlterReplicaLogDirsResponse: KafkaResponse {
    public typealias Request = AlterReplicaLogDirsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var results: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&results, "results")
    }

    public struct Topic: KafkaStruct {
        public var topicName = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topicName, "topicName")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var errorCode: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
        }
    }
}
