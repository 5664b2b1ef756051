/// StreamsGroupMemberMetadataKey (19): a member of a Streams group.
public struct StreamsGroupMemberMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 19
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""
    public var memberID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.string(&memberID, "memberId")
    }
}

/// StreamsGroupMemberMetadataValue (19): who it is, where it answers queries, and its tags for placing standbys.
public struct StreamsGroupMemberMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 19
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct Endpoint: KafkaStruct {
        public var host = ""
        public var port: UInt16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&host, "host")
            try coder.uint16(&port, "port")
        }
    }

    public struct KeyValue: KafkaStruct {
        public var key = ""
        public var value = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&key, "key")
            try coder.string(&value, "value")
        }
    }

    public var instanceID: String? = ""
    public var rackID: String? = ""
    public var clientID = ""
    public var clientHost = ""
    public var rebalanceTimeoutMilliseconds: Int32 = -1
    public var topologyEpoch: Int32 = 0
    public var processID = ""
    public var userEndpoint: Endpoint?
    public var clientTags: [KeyValue] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&instanceID, "instanceId", default: "")
        try coder.nullableString(&rackID, "rackId", default: "")
        try coder.string(&clientID, "clientId")
        try coder.string(&clientHost, "clientHost")
        try coder.int32(&rebalanceTimeoutMilliseconds, "rebalanceTimeoutMs", default: -1)
        try coder.int32(&topologyEpoch, "topologyEpoch")
        try coder.string(&processID, "processId")
        try coder.nullableStructure(&userEndpoint, "userEndpoint")
        try coder.array(&clientTags, "clientTags")
    }
}

/// StreamsGroupTargetAssignmentMemberKey (21): a member's share of the assignment that its group is on its way to.
public struct StreamsGroupTargetAssignmentMemberKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 21
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""
    public var memberID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.string(&memberID, "memberId")
    }
}

/// StreamsGroupTargetAssignmentMemberValue (21)
public struct StreamsGroupTargetAssignmentMemberValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 21
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct TaskIDs: KafkaStruct {
        public var subtopologyID = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&subtopologyID, "subtopologyId")
            try coder.array(&partitions, "partitions")
        }
    }

    public var activeTasks: [TaskIDs] = []
    public var standbyTasks: [TaskIDs] = []
    public var warmupTasks: [TaskIDs] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&activeTasks, "activeTasks")
        try coder.array(&standbyTasks, "standbyTasks")
        try coder.array(&warmupTasks, "warmupTasks")
    }
}

/// StreamsGroupCurrentMemberAssignmentKey (22): what a member holds now.
public struct StreamsGroupCurrentMemberAssignmentKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 22
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var groupID = ""
    public var memberID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.string(&memberID, "memberId")
    }
}

/// StreamsGroupCurrentMemberAssignmentValue (22): its epoch, its tasks, and those that it still has to give up.
public struct StreamsGroupCurrentMemberAssignmentValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 22
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct TaskIDs: KafkaStruct {
        public var subtopologyID = ""
        public var partitions: [Int32] = []
        /// Parallel to `partitions`: the member's epoch when it got them.
        public var assignmentEpochs: [Int32]? = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&subtopologyID, "subtopologyId")
            try coder.array(&partitions, "partitions")
        }

        public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
            try coder.nullableArray(&assignmentEpochs, "assignmentEpochs", default: [], tag: 0)
        }
    }

    public var memberEpoch: Int32 = 0
    public var previousMemberEpoch: Int32 = 0
    public var state: Int8 = 0
    public var activeTasks: [TaskIDs] = []
    public var standbyTasks: [TaskIDs] = []
    public var warmupTasks: [TaskIDs] = []
    public var activeTasksPendingRevocation: [TaskIDs] = []
    public var standbyTasksPendingRevocation: [TaskIDs] = []
    public var warmupTasksPendingRevocation: [TaskIDs] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&memberEpoch, "memberEpoch")
        try coder.int32(&previousMemberEpoch, "previousMemberEpoch")
        try coder.int8(&state, "state")
        try coder.array(&activeTasks, "activeTasks")
        try coder.array(&standbyTasks, "standbyTasks")
        try coder.array(&warmupTasks, "warmupTasks")
        try coder.array(&activeTasksPendingRevocation, "activeTasksPendingRevocation")
        try coder.array(&standbyTasksPendingRevocation, "standbyTasksPendingRevocation")
        try coder.array(&warmupTasksPendingRevocation, "warmupTasksPendingRevocation")
    }
}
