/// ListGroups (16): the groups this broker coordinates.
/// v1 throttle time (response) · v3 flexible · v4 states, as filter and in the answer (KIP-518) · v5 types likewise
/// (KIP-848)
public struct ListGroupsRequest: KafkaRequest {
    public typealias Response = ListGroupsResponse
    public static let key: Int16 = 16
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleSince: Int16? = 3

    public var statesFilter: [String] = []
    public var typesFilter: [String] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&statesFilter, "statesFilter", since: 4)
        try coder.array(&typesFilter, "typesFilter", since: 5)
    }
}

public struct ListGroupsResponse: KafkaResponse {
    public typealias Request = ListGroupsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var groups: [Group] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 1, ignorable: true)
        try coder.int16(&errorCode, "errorCode")
        try coder.array(&groups, "groups")
    }

    public struct Group: KafkaStruct {
        public var groupID = ""
        public var protocolType = ""
        public var groupState = ""
        public var groupType = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&groupID, "groupId")
            try coder.string(&protocolType, "protocolType")
            try coder.string(&groupState, "groupState", since: 4, ignorable: true)
            try coder.string(&groupType, "groupType", since: 5, ignorable: true)
        }
    }
}
