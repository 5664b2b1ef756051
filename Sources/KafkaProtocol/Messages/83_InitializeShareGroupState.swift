public import Bytes

/// InitializeShareGroupState (83): the share coordinator begins to keep the state of partitions (KIP-932).
public struct InitializeShareGroupStateRequest: KafkaRequest {
    public typealias Response = InitializeShareGroupStateResponse
    public static let key: Int16 = 83
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
        public var stateEpoch: Int32 = 0
        /// −1: the partition's leader finds out.
        public var startOffset: Int64 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partition, "partition")
            try coder.int32(&stateEpoch, "stateEpoch")
            try coder.int64(&startOffset, "startOffset")
        }
    }
}

public struct InitializeShareGroupStateResponse: KafkaResponse {
    public typealias Request = InitializeShareGroupStateRequest

    public var results: [ShareStateResult] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&results, "results")
    }
}

/// How it went with a topic: the answers to InitializeShareGroupState, WriteShareGroupState and DeleteShareGroupState.
public struct ShareStateResult: KafkaStruct {
    public var topicID = UUID.zero
    public var partitions: [Partition] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.uuid(&topicID, "topicId")
        try coder.array(&partitions, "partitions")
    }

    public struct Partition: KafkaStruct {
        public var partition: Int32 = 0
        public var errorCode: Int16 = 0
        public var errorMessage: String?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partition, "partition")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage")
        }
    }
}
