public import Bytes

/// DescribeGroups (15): state and members of classic groups.
/// v1 throttle time (response) · v3 authorized operations · v4 static members (KIP-345) · v5 flexible ·
/// v6 GROUP_ID_NOT_FOUND with a message, where older versions tell of a dead group (KIP-1043)
public struct DescribeGroupsRequest: KafkaRequest {
    public typealias Response = DescribeGroupsResponse
    public static let key: Int16 = 15
    public static let versions: ClosedRange<Int16> = 0...6
    public static let flexibleSince: Int16? = 5

    public var groups: [String] = []
    public var includeAuthorizedOperations = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&groups, "groups")
        try coder.bool(&includeAuthorizedOperations, "includeAuthorizedOperations", since: 3)
    }
}

public struct DescribeGroupsResponse: KafkaResponse {
    public typealias Request = DescribeGroupsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var groups: [Group] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 1, ignorable: true)
        try coder.array(&groups, "groups")
    }

    public struct Group: KafkaStruct {
        public var errorCode: Int16 = 0
        public var errorMessage: String?
        public var groupID = ""
        public var groupState = ""
        public var protocolType = ""
        /// The assignor's name, in a stable group.
        public var protocolData = ""
        public var members: [Member] = []
        /// A bit for each operation; `Int32.min` when nobody asked.
        public var authorizedOperations = Int32.min

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", since: 6)
            try coder.string(&groupID, "groupId")
            try coder.string(&groupState, "groupState")
            try coder.string(&protocolType, "protocolType")
            try coder.string(&protocolData, "protocolData")
            try coder.array(&members, "members")
            try coder.int32(&authorizedOperations, "authorizedOperations", since: 3, default: .min)
        }
    }

    public struct Member: KafkaStruct {
        public var memberID = ""
        public var groupInstanceID: String?
        public var clientID = ""
        public var clientHost = ""
        public var memberMetadata = ByteSlice()
        public var memberAssignment = ByteSlice()

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&memberID, "memberId")
            try coder.nullableString(&groupInstanceID, "groupInstanceId", since: 4, ignorable: true)
            try coder.string(&clientID, "clientId")
            try coder.string(&clientHost, "clientHost")
            try coder.bytes(&memberMetadata, "memberMetadata")
            try coder.bytes(&memberAssignment, "memberAssignment")
        }
    }
}
