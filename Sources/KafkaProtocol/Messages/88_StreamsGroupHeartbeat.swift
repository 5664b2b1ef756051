/// StreamsGroupHeartbeat (88): a member of a Streams group joins, lives and leaves (KIP-1071). What is nil hasn't
/// changed since the last heartbeat.
public struct StreamsGroupHeartbeatRequest: KafkaRequest {
    public typealias Response = StreamsGroupHeartbeatResponse
    public static let key: Int16 = 88
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var groupID = ""
    public var memberID = ""
    /// 0: joins, −1: leaves, −2: leaves for a while as a static member.
    public var memberEpoch: Int32 = 0
    public var endpointInformationEpoch: Int32 = 0
    public var instanceID: String?
    public var rackID: String?
    public var rebalanceTimeoutMilliseconds: Int32 = -1
    public var topology: Topology?
    public var activeTasks: [StreamsTaskIDs]?
    public var standbyTasks: [StreamsTaskIDs]?
    public var warmupTasks: [StreamsTaskIDs]?
    /// Of the instance that the member is a thread of.
    public var processID: String?
    public var userEndpoint: StreamsEndpoint?
    public var clientTags: [StreamsKeyValue]?
    public var taskOffsets: [StreamsTaskOffset]?
    public var taskEndOffsets: [StreamsTaskOffset]?
    public var shutdownApplication = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.string(&memberID, "memberId")
        try coder.int32(&memberEpoch, "memberEpoch")
        try coder.int32(&endpointInformationEpoch, "endpointInformationEpoch")
        try coder.nullableString(&instanceID, "instanceId")
        try coder.nullableString(&rackID, "rackId")
        try coder.int32(&rebalanceTimeoutMilliseconds, "rebalanceTimeoutMs", default: -1)
        try coder.nullableStructure(&topology, "topology")
        try coder.nullableArray(&activeTasks, "activeTasks")
        try coder.nullableArray(&standbyTasks, "standbyTasks")
        try coder.nullableArray(&warmupTasks, "warmupTasks")
        try coder.nullableString(&processID, "processId")
        try coder.nullableStructure(&userEndpoint, "userEndpoint")
        try coder.nullableArray(&clientTags, "clientTags")
        try coder.nullableArray(&taskOffsets, "taskOffsets")
        try coder.nullableArray(&taskEndOffsets, "taskEndOffsets")
        try coder.bool(&shutdownApplication, "shutdownApplication")
    }

    public struct Topology: KafkaStruct {
        public var epoch: Int32 = 0
        public var subtopologies: [Subtopology] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&epoch, "epoch")
            try coder.array(&subtopologies, "subtopologies")
        }
    }

    public struct Subtopology: KafkaStruct {
        public var subtopologyID = ""
        public var sourceTopics: [String] = []
        public var sourceTopicRegex: [String] = []
        public var stateChangelogTopics: [StreamsTopicInfo] = []
        public var repartitionSinkTopics: [String] = []
        public var repartitionSourceTopics: [StreamsTopicInfo] = []
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
}

public struct StreamsGroupHeartbeatResponse: KafkaResponse {
    public typealias Request = StreamsGroupHeartbeatRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String?
    public var memberID = ""
    public var memberEpoch: Int32 = 0
    public var heartbeatIntervalMilliseconds: Int32 = 0
    /// A warm-up task that lags behind by no more is as good as caught up, in records.
    public var acceptableRecoveryLag: Int32 = 0
    public var taskOffsetIntervalMilliseconds: Int32 = 0
    public var status: [Status]? = []
    public var activeTasks: [StreamsTaskIDs]?
    public var standbyTasks: [StreamsTaskIDs]?
    public var warmupTasks: [StreamsTaskIDs]?
    public var endpointInformationEpoch: Int32 = 0
    public var partitionsByUserEndpoint: [EndpointToPartitions]?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage")
        try coder.string(&memberID, "memberId")
        try coder.int32(&memberEpoch, "memberEpoch")
        try coder.int32(&heartbeatIntervalMilliseconds, "heartbeatIntervalMs")
        try coder.int32(&acceptableRecoveryLag, "acceptableRecoveryLag")
        try coder.int32(&taskOffsetIntervalMilliseconds, "taskOffsetIntervalMs")
        try coder.nullableArray(&status, "status", default: [])
        try coder.nullableArray(&activeTasks, "activeTasks")
        try coder.nullableArray(&standbyTasks, "standbyTasks")
        try coder.nullableArray(&warmupTasks, "warmupTasks")
        try coder.int32(&endpointInformationEpoch, "endpointInformationEpoch")
        try coder.nullableArray(&partitionsByUserEndpoint, "partitionsByUserEndpoint")
    }

    /// Why the group can't run yet, or what is wrong with the member.
    public struct Status: KafkaStruct {
        public var statusCode: Int8 = 0
        public var statusDetail = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int8(&statusCode, "statusCode")
            try coder.string(&statusDetail, "statusDetail")
        }
    }

    public struct EndpointToPartitions: KafkaStruct {
        public var userEndpoint = StreamsEndpoint()
        public var activePartitions: [TopicPartition] = []
        public var standbyPartitions: [TopicPartition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.structure(&userEndpoint, "userEndpoint")
            try coder.array(&activePartitions, "activePartitions")
            try coder.array(&standbyPartitions, "standbyPartitions")
        }
    }

    public struct TopicPartition: KafkaStruct {
        public var topic = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topic, "topic")
            try coder.array(&partitions, "partitions")
        }
    }
}
