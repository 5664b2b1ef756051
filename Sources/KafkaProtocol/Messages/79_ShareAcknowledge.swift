public import Bytes

/// ShareAcknowledge (79): a member of a share group says what became of records, without fetching more (KIP-932).
/// v2 renewing acknowledgements (KIP-1222)
public struct ShareAcknowledgeRequest: KafkaRequest {
    public typealias Response = ShareAcknowledgeResponse
    public static let key: Int16 = 79
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleSince: Int16? = 0

    public var groupID: String?
    public var memberID: String? = ""
    /// As in ``ShareFetchRequest``; a session can't be opened here.
    public var shareSessionEpoch: Int32 = 0
    public var isRenewAck = false
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&groupID, "groupId")
        try coder.nullableString(&memberID, "memberId", default: "")
        try coder.int32(&shareSessionEpoch, "shareSessionEpoch")
        try coder.bool(&isRenewAck, "isRenewAck", since: 2)
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
        public var partitionIndex: Int32 = 0
        public var acknowledgementBatches: [ShareAcknowledgementBatch] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.array(&acknowledgementBatches, "acknowledgementBatches")
        }
    }
}

public struct ShareAcknowledgeResponse: KafkaResponse {
    public typealias Request = ShareAcknowledgeRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String?
    public var acquisitionLockTimeoutMilliseconds: Int32 = 0
    public var responses: [Topic] = []
    public var nodeEndpoints: [ShareNodeEndpoint] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage")
        try coder.int32(&acquisitionLockTimeoutMilliseconds, "acquisitionLockTimeoutMs", since: 2, ignorable: true)
        try coder.array(&responses, "responses")
        try coder.array(&nodeEndpoints, "nodeEndpoints")
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
        public var partitionIndex: Int32 = 0
        public var errorCode: Int16 = 0
        public var errorMessage: String?
        public var currentLeader = ShareLeader()

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage")
            try coder.structure(&currentLeader, "currentLeader")
        }
    }
}
