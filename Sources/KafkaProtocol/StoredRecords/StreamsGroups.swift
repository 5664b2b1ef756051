/// StreamsGroupMetadataKey (17): a group of Kafka Streams applications (KIP-1071).
public struct StreamsGroupMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 17
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
    }
}

/// StreamsGroupMetadataValue (17): its epoch, a hash over its topics, and the settings of the last assignment.
public struct StreamsGroupMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 17
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct LastAssignmentConfig: KafkaStruct {
        public var key = ""
        public var value = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&key, "key")
            try coder.string(&value, "value")
        }
    }

    public var epoch: Int32 = 0
    public var metadataHash: Int64 = 0
    public var validatedTopologyEpoch: Int32 = -1
    public var lastAssignmentConfigs: [LastAssignmentConfig]? = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&epoch, "epoch")
        try coder.int64(&metadataHash, "metadataHash")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&validatedTopologyEpoch, "validatedTopologyEpoch", default: -1, tag: 0)
        try coder.nullableArray(&lastAssignmentConfigs, "lastAssignmentConfigs", default: [], tag: 1)
    }
}

/// StreamsGroupTargetAssignmentMetadataKey (20): the assignment that a group is on its way to.
public struct StreamsGroupTargetAssignmentMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 20
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
    }
}

/// StreamsGroupTargetAssignmentMetadataValue (20): the epoch of the group that it was computed for.
public struct StreamsGroupTargetAssignmentMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 20
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var assignmentEpoch: Int32 = 0
    public var assignmentTimestamp: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&assignmentEpoch, "assignmentEpoch")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.int64(&assignmentTimestamp, "assignmentTimestamp", ignorable: true, tag: 0)
    }
}

/// StreamsGroupTopologyKey (23): the shape of the application.
public struct StreamsGroupTopologyKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 23
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
    }
}

/// StreamsGroupTopologyValue (23): its parts that can run apart, with the topics they read and write.
public struct StreamsGroupTopologyValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 23
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct Subtopology: KafkaStruct {
        public var subtopologyID = ""
        public var sourceTopics: [String] = []
        public var sourceTopicRegex: [String] = []
        public var stateChangelogTopics: [TopicInfo] = []
        public var repartitionSinkTopics: [String] = []
        public var repartitionSourceTopics: [TopicInfo] = []
        public var copartitionGroups: [CopartitionGroup] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&subtopologyID, "subtopologyId")
            try coder.array(&sourceTopics, "sourceTopics")
            try coder.array(&sourceTopicRegex, "sourceTopicRegex")
            try coder.array(&stateChangelogTopics, "stateChangelogTopics")
            try coder.array(&repartitionSinkTopics, "repartitionSinkTopics")
            try coder.array(&repartitionSourceTopics, "repartitionSourceTopics")
            try coder.array(&copartitionGroups, "copartitionGroups")
        }
    }

    /// Topics that must have equally many partitions, as positions in the subtopology's arrays.
    public struct CopartitionGroup: KafkaStruct {
        public var sourceTopics: [Int16] = []
        public var sourceTopicRegex: [Int16] = []
        public var repartitionSourceTopics: [Int16] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.array(&sourceTopics, "sourceTopics")
            try coder.array(&sourceTopicRegex, "sourceTopicRegex")
            try coder.array(&repartitionSourceTopics, "repartitionSourceTopics")
        }
    }

    public struct TopicInfo: KafkaStruct {
        public var name = ""
        public var partitions: Int32 = 0
        public var replicationFactor: Int16 = 0
        public var topicConfigs: [TopicConfig] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.int32(&partitions, "partitions")
            try coder.int16(&replicationFactor, "replicationFactor")
            try coder.array(&topicConfigs, "topicConfigs")
        }
    }

    public struct TopicConfig: KafkaStruct {
        public var key = ""
        public var value = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&key, "key")
            try coder.string(&value, "value")
        }
    }

    public var epoch: Int32 = 0
    public var subtopologies: [Subtopology] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&epoch, "epoch")
        try coder.array(&subtopologies, "subtopologies")
    }
}
