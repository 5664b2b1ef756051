public import Bytes

/// DeleteTopics (20): removes topics, by name or, lately, by id.
/// v3 TOPIC_DELETION_DISABLED · v4 flexible · v5 message (response), THROTTLING_QUOTA_EXCEEDED (KIP-599) ·
/// v6 topic ids (KIP-516)
public struct DeleteTopicsRequest: KafkaRequest {
    public typealias Response = DeleteTopicsResponse
    public static let key: Int16 = 20
    public static let versions: ClosedRange<Int16> = 1...6
    public static let flexibleSince: Int16? = 4

    public var topics: [Topic] = []
    public var topicNames: [String] = []
    public var timeoutMilliseconds: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&topics, "topics", since: 6)
        try coder.array(&topicNames, "topicNames", until: 5, ignorable: true)
        try coder.int32(&timeoutMilliseconds, "timeoutMs")
    }
    /// Either a name or an id.

    public struct Topic: KafkaStruct {
        public var name: String?
        public var topicID = UUID.zero

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.nullableString(&name, "name")
            try coder.uuid(&topicID, "topicId")
        }
    }
}

public struct DeleteTopicsResponse: KafkaResponse {
    public typealias Request = DeleteTopicsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var responses: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", ignorable: true)
        try coder.array(&responses, "responses")
    }

    public struct Topic: KafkaStruct {
        public var name: String? = ""
        public var topicID = UUID.zero
        public var errorCode: Int16 = 0
        public var errorMessage: String?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.nullableString(&name, "name", nullableSince: 6, default: "")
            try coder.uuid(&topicID, "topicId", since: 6, ignorable: true)
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", since: 5, ignorable: true)
        }
    }
}
