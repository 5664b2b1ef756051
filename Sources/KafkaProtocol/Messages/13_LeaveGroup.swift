/// LeaveGroup (13): members of a classic group go.
/// v1 throttle time (response) · v3 many members at once, static ones by their instance id (KIP-345) · v4 flexible ·
/// v5 reason (KIP-800)
public struct LeaveGroupRequest: KafkaRequest {
    public typealias Response = LeaveGroupResponse
    public static let key: Int16 = 13
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleSince: Int16? = 4

    public var groupID = ""
    public var memberID = ""
    public var members: [Member] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.string(&memberID, "memberId", until: 2)
        try coder.array(&members, "members", since: 3)
    }

    public struct Member: KafkaStruct {
        public var memberID = ""
        public var groupInstanceID: String?
        public var reason: String?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&memberID, "memberId")
            try coder.nullableString(&groupInstanceID, "groupInstanceId")
            try coder.nullableString(&reason, "reason", since: 5, ignorable: true)
        }
    }
}

public struct LeaveGroupResponse: KafkaResponse {
    public typealias Request = LeaveGroupRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var members: [Member] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 1, ignorable: true)
        try coder.int16(&errorCode, "errorCode")
        try coder.array(&members, "members", since: 3)
    }

    public struct Member: KafkaStruct {
        public var memberID = ""
        public var groupInstanceID: String? = ""
        public var errorCode: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&memberID, "memberId")
            try coder.nullableString(&groupInstanceID, "groupInstanceId", default: "")
            try coder.int16(&errorCode, "errorCode")
        }
    }
}
