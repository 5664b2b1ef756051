/// StreamsGroupDescribe (89): Streams groups, their topologies, members and tasks (KIP-1071).
public struct StreamsGroupDescribeRequest: KafkaRequest {
    public typealias Response = StreamsGroupDescribeResponse
    public static let key: Int16 = 89
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var groupIDs: [String] = []
    public var includeAuthorizedOperations = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&groupIDs, "groupIds")
        try coder.bool(&includeAuthorizedOperations, "includeAuthorizedOperations")
    }
}

public struct StreamsGroupDescribeResponse: KafkaResponse {
    public typealias Request = StreamsGroupDescribeRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var groups: [Group] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&groups, "groups")
    }

    public struct Group: KafkaStruct {
        public var errorCode: Int16 = 0
        public var errorMessage: String?
        public var groupID = ""
        public var groupState = ""
        public var groupEpoch: Int32 = 0
        public var assignmentEpoch: Int32 = 0
        public var topology: Topology?
        public var members: [Member] = []
        /// A bit for each operation; `Int32.min` when nobody asked.
        public var authorizedOperations = Int32.min

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage")
            try coder.string(&groupID, "groupId")
            try coder.string(&groupState, "groupState")
            try coder.int32(&groupEpoch, "groupEpoch")
            try coder.int32(&assignmentEpoch, "assignmentEpoch")
            try coder.nullableStructure(&topology, "topology")
            try coder.array(&members, "members")
            try coder.int32(&authorizedOperations, "authorizedOperations", default: .min)
        }
    }

    public struct Topology: KafkaStruct {
        public var epoch: Int32 = 0
        public var subtopologies: [Subtopology]?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&epoch, "epoch")
            try coder.nullableArray(&subtopologies, "subtopologies")
        }
    }

    public struct Subtopology: KafkaStruct {
        public var subtopologyID = ""
        public var sourceTopics: [String] = []
        public var repartitionSinkTopics: [String] = []
        public var stateChangelogTopics: [StreamsTopicInfo] = []
        public var repartitionSourceTopics: [StreamsTopicInfo] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&subtopologyID, "subtopologyId")
            try coder.array(&sourceTopics, "sourceTopics")
            try coder.array(&repartitionSinkTopics, "repartitionSinkTopics")
            try coder.array(&stateChangelogTopics, "stateChangelogTopics")
            try coder.array(&repartitionSourceTopics, "repartitionSourceTopics")
        }
    }

    public struct Member: KafkaStruct {
        public var memberID = ""
        public var memberEpoch: Int32 = 0
        public var instanceID: String?
        public var rackID: String?
        public var clientID = ""
        public var clientHost = ""
        public var topologyEpoch: Int32 = 0
        public var processID = ""
        public var userEndpoint: StreamsEndpoint?
        public var clientTags: [StreamsKeyValue] = []
        public var taskOffsets: [StreamsTaskOffset] = []
        public var taskEndOffsets: [StreamsTaskOffset] = []
        public var assignment = Assignment()
        public var targetAssignment = Assignment()
        public var isClassic = false

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&memberID, "memberId")
            try coder.int32(&memberEpoch, "memberEpoch")
            try coder.nullableString(&instanceID, "instanceId")
            try coder.nullableString(&rackID, "rackId")
            try coder.string(&clientID, "clientId")
            try coder.string(&clientHost, "clientHost")
            try coder.int32(&topologyEpoch, "topologyEpoch")
            try coder.string(&processID, "processId")
            try coder.nullableStructure(&userEndpoint, "userEndpoint")
            try coder.array(&clientTags, "clientTags")
            try coder.array(&taskOffsets, "taskOffsets")
            try coder.array(&taskEndOffsets, "taskEndOffsets")
            try coder.structure(&assignment, "assignment")
            try coder.structure(&targetAssignment, "targetAssignment")
            try coder.bool(&isClassic, "isClassic")
        }
    }

    public struct Assignment: KafkaStruct {
        public var activeTasks: [StreamsTaskIDs] = []
        public var standbyTasks: [StreamsTaskIDs] = []
        public var warmupTasks: [StreamsTaskIDs] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.array(&activeTasks, "activeTasks")
            try coder.array(&standbyTasks, "standbyTasks")
            try coder.array(&warmupTasks, "warmupTasks")
        }
    }
}
