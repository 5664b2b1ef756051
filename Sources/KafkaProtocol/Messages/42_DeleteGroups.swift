/// DeleteGroups (42): removes empty groups with their offsets.
/// v1 the broker answers before it throttles · v2 flexible
public struct DeleteGroupsRequest: KafkaRequest {
    public typealias Response = DeleteGroupsResponse
    public static let key: Int16 = 42
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 2

    public var groupsNames: [String] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&groupsNames, "groupsNames")
    }
}

public struct DeleteGroupsResponse: KafkaResponse {
    public typealias Request = DeleteGroupsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var results: [Result] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&results, "results")
    }

    public struct Result: KafkaStruct {
        public var groupID = ""
        public var errorCode: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&groupID, "groupId")
            try coder.int16(&errorCode, "errorCode")
        }
    }
}
