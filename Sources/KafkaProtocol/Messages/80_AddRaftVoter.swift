public import Bytes

/// AddRaftVoter (80): another voter for the metadata quorum (KIP-853).
/// v1 an answer before the change is committed, if so wanted (KIP-1186)
public struct AddRaftVoterRequest: KafkaRequest {
    public typealias Response = AddRaftVoterResponse
    public static let key: Int16 = 80
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 0

    public var clusterID: String? = ""
    public var timeoutMilliseconds: Int32 = 0
    public var voterID: Int32 = 0
    public var voterDirectoryID = UUID.zero
    public var listeners: [QuorumListener] = []
    public var ackWhenCommitted = true

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&clusterID, "clusterId", default: "")
        try coder.int32(&timeoutMilliseconds, "timeoutMs")
        try coder.int32(&voterID, "voterId")
        try coder.uuid(&voterDirectoryID, "voterDirectoryId")
        try coder.array(&listeners, "listeners")
        try coder.bool(&ackWhenCommitted, "ackWhenCommitted", since: 1, default: true)
    }
}

public struct AddRaftVoterResponse: KafkaResponse {
    public typealias Request = AddRaftVoterRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String? = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage", default: "", ignorable: true)
    }
}
