/// Tasks of one subtopology: those of these partitions. As the other parts here, in StreamsGroupHeartbeat and
/// StreamsGroupDescribe.
public struct StreamsTaskIDs: KafkaStruct {
    public var subtopologyID = ""
    public var partitions: [Int32] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&subtopologyID, "subtopologyId")
        try coder.array(&partitions, "partitions")
    }
}

/// How far a task's state is restored.
public struct StreamsTaskOffset: KafkaStruct {
    public var subtopologyID = ""
    public var partition: Int32 = 0
    public var offset: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&subtopologyID, "subtopologyId")
        try coder.int32(&partition, "partition")
        try coder.int64(&offset, "offset")
    }
}

/// Where an instance answers queries about its state.
public struct StreamsEndpoint: KafkaStruct {
    public var host = ""
    public var port: UInt16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&host, "host")
        try coder.uint16(&port, "port")
    }
}

/// A topic that the application needs and the broker may create.
public struct StreamsTopicInfo: KafkaStruct {
    public var name = ""
    /// 0: as many as its source has.
    public var partitions: Int32 = 0
    /// 0: the broker's default.
    public var replicationFactor: Int16 = 0
    public var topicConfigs: [StreamsKeyValue] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&name, "name")
        try coder.int32(&partitions, "partitions")
        try coder.int16(&replicationFactor, "replicationFactor")
        try coder.array(&topicConfigs, "topicConfigs")
    }
}

/// A client's tag, or a topic's setting.
public struct StreamsKeyValue: KafkaStruct {
    public var key = ""
    public var value = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&key, "key")
        try coder.string(&value, "value")
    }
}
