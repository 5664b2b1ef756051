public import Bytes

/// DeleteShareGroupState (86): the share coordinator forgets the state of partitions (KIP-932).
public struct DeleteShareGroupStateRequest: KafkaRequest {
    public typealias Response = DeleteShareGroupStateResponse
    public static let key: Int16 = 86
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

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partition, "partition")
        }
    }
}

public struct DeleteShareGroupStateResponse: KafkaResponse {
    public typealias Request = DeleteShareGroupStateRequest

    public var results: [ShareStateResult] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&results, "results")
    }
}
