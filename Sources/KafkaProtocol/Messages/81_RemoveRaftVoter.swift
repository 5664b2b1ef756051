public import Bytes

/// RemoveRaftVoter (81): one voter less for the metadata quorum (KIP-853).
public struct RemoveRaftVoterRequest: KafkaRequest {
    public typealias Response = RemoveRaftVoterResponse
    public static let key: Int16 = 81
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var clusterID: String? = ""
    public var voterID: Int32 = 0
    public var voterDirectoryID = UUID.zero

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&clusterID, "clusterId", default: "")
        try coder.int32(&voterID, "voterId")
        try coder.uuid(&voterDirectoryID, "voterDirectoryId")
    }
}

public struct RemoveRaftVoterResponse: KafkaResponse {
    public typealias Request = RemoveRaftVoterRequest

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
