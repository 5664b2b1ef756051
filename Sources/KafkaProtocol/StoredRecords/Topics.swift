public import Bytes

/// TopicRecord (2): a topic exists. Its partitions follow as records of their own.
public struct TopicRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 2
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var name = ""
    public var topicID = UUID.zero

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&name, "name")
        try coder.uuid(&topicID, "topicId")
    }
}

/// RemoveTopicRecord (9): a topic and all of its partitions are gone, and so is its configuration.
public struct RemoveTopicRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 9
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var topicID = UUID.zero

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.uuid(&topicID, "topicId")
    }
}

/// ClearElrRecord (28): forget the eligible leader replicas (KIP-966) of a topic; with an empty name, of all topics.
public struct ClearELRRecord: KafkaMessage {
    public static let name = "ClearElrRecord"
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 28
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var topicName = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&topicName, "topicName")
    }
}
