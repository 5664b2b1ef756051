public import Bytes

/// UpdateRaftVoter (82): a voter tells the quorum's leader its new endpoints and versions (KIP-853).
public struct UpdateRaftVoterRequest: KafkaRequest {
    public typealias Response = UpdateRaftVoterResponse
    public static let key: Int16 = 82
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var clusterID: String? = ""
    public var currentLeaderEpoch: Int32 = 0
    public var voterID: Int32 = 0
    public var voterDirectoryID = UUID.zero
    public var listeners: [QuorumListener] = []
    public var kRaftVersionFeature = KRaftVersionFeature()

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&clusterID, "clusterId", default: "")
        try coder.int32(&currentLeaderEpoch, "currentLeaderEpoch")
        try coder.int32(&voterID, "voterId")
        try coder.uuid(&voterDirectoryID, "voterDirectoryId")
        try coder.array(&listeners, "listeners")
        try coder.structure(&kRaftVersionFeature, "kRaftVersionFeature")
    }

    public struct KRaftVersionFeature: KafkaStruct {
        public var minSupportedVersion: Int16 = 0
        public var maxSupportedVersion: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&minSupportedVersion, "minSupportedVersion")
            try coder.int16(&maxSupportedVersion, "maxSupportedVersion")
        }
    }
}

public struct UpdateRaftVoterResponse: KafkaResponse {
    public typealias Request = UpdateRaftVoterRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var currentLeader = CurrentLeader()

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.structure(&currentLeader, "currentLeader", tag: 0)
    }

    /// The leader as the answering node knows it; −1 where it doesn't.
    public struct CurrentLeader: KafkaStruct {
        public var leaderID: Int32 = -1
        public var leaderEpoch: Int32 = -1
        public var host = ""
        public var port: Int32 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&leaderID, "leaderId", default: -1)
            try coder.int32(&leaderEpoch, "leaderEpoch", default: -1)
            try coder.string(&host, "host")
            try coder.int32(&port, "port")
        }
    }
}
