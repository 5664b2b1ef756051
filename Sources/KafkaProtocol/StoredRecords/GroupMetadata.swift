public import Bytes

/// GroupMetadata (coordinator 2): a classic group in `__consumer_offsets`, by its name.
public struct GroupMetadataKey: KafkaMessage {
    public static let kind = MessageKind.coordinatorKey
    public static let key: Int16 = 2
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var group = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&group, "group")
    }
}

/// The generation of a classic group, its members and what they were assigned.
/// v1 rebalance timeout · v2 time of the last change of state · v3 static members · v4 flexible
public struct GroupMetadataValue: KafkaMessage {
    public static let kind = MessageKind.coordinatorValue
    public static let key: Int16 = 2
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleSince: Int16? = 4

    public struct Member: KafkaStruct {
        public var memberID = ""
        public var groupInstanceID: String?
        public var clientID = ""
        public var clientHost = ""
        public var rebalanceTimeoutMilliseconds: Int32 = -1
        public var sessionTimeoutMilliseconds: Int32 = 0
        public var subscription = ByteSlice()
        public var assignment = ByteSlice()

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&memberID, "memberId")
            try coder.nullableString(&groupInstanceID, "groupInstanceId", since: 3, ignorable: true)
            try coder.string(&clientID, "clientId")
            try coder.string(&clientHost, "clientHost")
            try coder.int32(&rebalanceTimeoutMilliseconds, "rebalanceTimeout", since: 1, default: -1, ignorable: true)
            try coder.int32(&sessionTimeoutMilliseconds, "sessionTimeout")
            try coder.bytes(&subscription, "subscription")
            try coder.bytes(&assignment, "assignment")
        }
    }

    public var protocolType = ""
    public var generation: Int32 = 0
    public var protocolName: String? = ""
    public var leader: String? = ""
    public var currentStateTimestamp: Int64 = -1
    public var members: [Member] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&protocolType, "protocolType")
        try coder.int32(&generation, "generation")
        try coder.nullableString(&protocolName, "protocol", default: "")
        try coder.nullableString(&leader, "leader", default: "")
        try coder.int64(&currentStateTimestamp, "currentStateTimestamp", since: 2, default: -1, ignorable: true)
        try coder.array(&members, "members")
    }
}
