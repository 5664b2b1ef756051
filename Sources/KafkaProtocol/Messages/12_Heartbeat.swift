/// Heartbeat (12): a member of a classic group says that it lives, and learns whether it has to join again.
/// v1 throttle time · v2 throttling after the answer · v3 static members (KIP-345) · v4 flexible
public struct HeartbeatRequest: KafkaRequest {
    public typealias Response = HeartbeatResponse
    public static let key: Int16 = 12
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleSince: Int16? = 4

    public var groupID = ""
    public var generationID: Int32 = 0
    public var memberID = ""
    public var groupInstanceID: String?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.int32(&generationID, "generationId")
        try coder.string(&memberID, "memberId")
        try coder.nullableString(&groupInstanceID, "groupInstanceId", since: 3)
    }
}

/// Errors: REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, those of a coordinator.
public struct HeartbeatResponse: KafkaResponse {
    public typealias Request = HeartbeatRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 1, ignorable: true)
        try coder.int16(&errorCode, "errorCode")
    }
}
