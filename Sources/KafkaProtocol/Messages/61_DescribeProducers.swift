/// DescribeProducers (61): the producers a partition's leader knows, with the transactions they have open (KIP-664).
public struct DescribeProducersRequest: KafkaRequest {
    public typealias Response = DescribeProducersResponse
    public static let key: Int16 = 61
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitionIndexes: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&partitionIndexes, "partitionIndexes")
        }
    }
}

public struct DescribeProducersResponse: KafkaResponse {
    public typealias Request = DescribeProducersRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
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
        public var errorCode: Int16 = 0
        public var errorMessage: String?
        public var activeProducers: [Producer] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage")
            try coder.array(&activeProducers, "activeProducers")
        }
    }

    public struct Producer: KafkaStruct {
        public var producerID: Int64 = 0
        public var producerEpoch: Int32 = 0
        public var lastSequence: Int32 = -1
        /// Milliseconds since 1970.
        public var lastTimestamp: Int64 = -1
        public var coordinatorEpoch: Int32 = 0
        public var currentTransactionStartOffset: Int64 = -1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int64(&producerID, "producerId")
            try coder.int32(&producerEpoch, "producerEpoch")
            try coder.int32(&lastSequence, "lastSequence", default: -1)
            try coder.int64(&lastTimestamp, "lastTimestamp", default: -1)
            try coder.int32(&coordinatorEpoch, "coordinatorEpoch")
            try coder.int64(&currentTransactionStartOffset, "currentTxnStartOffset", default: -1)
        }
    }
}
