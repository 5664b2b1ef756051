public import Bytes

/// JoinGroup (11): a consumer enters a classic group, or enters it again when the group rebalances; the answer waits
/// for the others.
/// v1 rebalance timeout · v2 throttle time · v3 throttling after the answer · v4 a first request gets
/// MEMBER_ID_REQUIRED and an id · v5 static members (KIP-345) · v6 flexible · v7 protocol type in the answer (KIP-559)
/// · v8 reason (KIP-800) · v9 skip assignment (KIP-814)
public struct JoinGroupRequest: KafkaRequest {
    public typealias Response = JoinGroupResponse
    public static let key: Int16 = 11
    public static let versions: ClosedRange<Int16> = 0...9
    public static let flexibleSince: Int16? = 6

    public struct SupportedProtocol: KafkaStruct {
        public var name = ""
        public var metadata = ByteSlice()

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.bytes(&metadata, "metadata")
        }
    }

    public var groupID = ""
    public var sessionTimeoutMilliseconds: Int32 = 0
    /// −1 (v0): the session timeout stands for it.
    public var rebalanceTimeoutMilliseconds: Int32 = -1
    public var memberID = ""
    public var groupInstanceID: String?
    public var protocolType = ""
    public var protocols: [SupportedProtocol] = []
    public var reason: String?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.int32(&sessionTimeoutMilliseconds, "sessionTimeoutMs")
        try coder.int32(&rebalanceTimeoutMilliseconds, "rebalanceTimeoutMs", since: 1, default: -1, ignorable: true)
        try coder.string(&memberID, "memberId")
        try coder.nullableString(&groupInstanceID, "groupInstanceId", since: 5)
        try coder.string(&protocolType, "protocolType")
        try coder.array(&protocols, "protocols")
        try coder.nullableString(&reason, "reason", since: 8, ignorable: true)
    }
}

/// The generation and, for its leader, the members with what they subscribe to.
public struct JoinGroupResponse: KafkaResponse {
    public typealias Request = JoinGroupRequest

    public struct Member: KafkaStruct {
        public var memberID = ""
        public var groupInstanceID: String?
        public var metadata = ByteSlice()

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&memberID, "memberId")
            try coder.nullableString(&groupInstanceID, "groupInstanceId", since: 5, ignorable: true)
            try coder.bytes(&metadata, "metadata")
        }
    }

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var generationID: Int32 = -1
    public var protocolType: String?
    public var protocolName: String? = ""
    public var leader = ""
    public var skipAssignment = false
    public var memberID = ""
    public var members: [Member] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 2, ignorable: true)
        try coder.int16(&errorCode, "errorCode")
        try coder.int32(&generationID, "generationId", default: -1)
        try coder.nullableString(&protocolType, "protocolType", since: 7, ignorable: true)
        try coder.nullableString(&protocolName, "protocolName", nullableSince: 7, default: "")
        try coder.string(&leader, "leader")
        try coder.bool(&skipAssignment, "skipAssignment", since: 9)
        try coder.string(&memberID, "memberId")
        try coder.array(&members, "members")
    }
}
