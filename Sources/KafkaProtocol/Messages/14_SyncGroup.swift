public import Bytes

/// SyncGroup (14): a classic group's leader hands in the assignment, every member takes its own part of it.
/// v1 throttle time (response) · v3 static members (KIP-345) · v4 flexible · v5 protocol type and name, which must
/// agree with the group's (KIP-559)
public struct SyncGroupRequest: KafkaRequest {
    public typealias Response = SyncGroupResponse
    public static let key: Int16 = 14
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleSince: Int16? = 4

    public var groupID = ""
    public var generationID: Int32 = 0
    public var memberID = ""
    public var groupInstanceID: String?
    public var protocolType: String?
    public var protocolName: String?
    public var assignments: [Assignment] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&groupID, "groupId")
        try coder.int32(&generationID, "generationId")
        try coder.string(&memberID, "memberId")
        try coder.nullableString(&groupInstanceID, "groupInstanceId", since: 3)
        try coder.nullableString(&protocolType, "protocolType", since: 5, ignorable: true)
        try coder.nullableString(&protocolName, "protocolName", since: 5, ignorable: true)
        try coder.array(&assignments, "assignments")
    }

    public struct Assignment: KafkaStruct {
        public var memberID = ""
        public var assignment = ByteSlice()

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&memberID, "memberId")
            try coder.bytes(&assignment, "assignment")
        }
    }
}

public struct SyncGroupResponse: KafkaResponse {
    public typealias Request = SyncGroupRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var protocolType: String?
    public var protocolName: String?
    public var assignment = ByteSlice()

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 1, ignorable: true)
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&protocolType, "protocolType", since: 5, ignorable: true)
        try coder.nullableString(&protocolName, "protocolName", since: 5, ignorable: true)
        try coder.bytes(&assignment, "assignment")
    }
}
