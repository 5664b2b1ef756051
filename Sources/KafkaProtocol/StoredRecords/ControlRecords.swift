public import Bytes

/// ControlRecordTypeSchema: a control record's key, behind its int16 version.
public struct ControlRecordTypeSchema: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var type: Int16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&type, "type")
    }
}

/// EndTxnMarker: the value of a commit or abort marker, behind its int16 version.
public struct EndTxnMarker: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = nil

    public var coordinatorEpoch: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&coordinatorEpoch, "coordinatorEpoch")
    }
}

/// LeaderChangeMessage: the first record of a quorum leader's epoch.
/// v1 directories of the voters (KIP-853)
public struct LeaderChangeMessage: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 0

    public struct Voter: KafkaStruct {
        public var voterID: Int32 = 0
        public var voterDirectoryID = UUID.zero

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&voterID, "voterId")
            try coder.uuid(&voterDirectoryID, "voterDirectoryId", since: 1)
        }
    }

    public var version: Int16 = 0
    public var leaderID: Int32 = 0
    public var voters: [Voter] = []
    /// Those that elected the leader.
    public var grantingVoters: [Voter] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&version, "version")
        try coder.int32(&leaderID, "leaderId")
        try coder.array(&voters, "voters")
        try coder.array(&grantingVoters, "grantingVoters")
    }
}

/// SnapshotHeaderRecord: the first record of a snapshot.
public struct SnapshotHeaderRecord: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var version: Int16 = 0
    /// Milliseconds since 1970, of the last record that the snapshot stands for.
    public var lastContainedLogTimestamp: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&version, "version")
        try coder.int64(&lastContainedLogTimestamp, "lastContainedLogTimestamp")
    }
}

/// SnapshotFooterRecord: the last record of a snapshot; without it the snapshot isn't whole.
public struct SnapshotFooterRecord: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var version: Int16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&version, "version")
    }
}

/// KRaftVersionRecord: the quorum's `kraft.version` from here on.
public struct KRaftVersionRecord: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var version: Int16 = 0
    public var kRaftVersion: Int16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&version, "version")
        try coder.int16(&kRaftVersion, "kRaftVersion")
    }
}

/// VotersRecord: the quorum's voters from here on (KIP-853).
public struct VotersRecord: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct Voter: KafkaStruct {
        public var voterID: Int32 = 0
        public var voterDirectoryID = UUID.zero
        public var endpoints: [Endpoint] = []
        public var kRaftVersionFeature = KRaftVersionFeature()

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&voterID, "voterId")
            try coder.uuid(&voterDirectoryID, "voterDirectoryId")
            try coder.array(&endpoints, "endpoints")
            try coder.structure(&kRaftVersionFeature, "kRaftVersionFeature")
        }
    }

    public struct Endpoint: KafkaStruct {
        public var name = ""
        public var host = ""
        public var port: UInt16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.string(&host, "host")
            try coder.uint16(&port, "port")
        }
    }

    /// The versions of `kraft.version` that the voter can follow.
    public struct KRaftVersionFeature: KafkaStruct {
        public var minSupportedVersion: Int16 = 0
        public var maxSupportedVersion: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&minSupportedVersion, "minSupportedVersion")
            try coder.int16(&maxSupportedVersion, "maxSupportedVersion")
        }
    }

    public var version: Int16 = 0
    public var voters: [Voter] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&version, "version")
        try coder.array(&voters, "voters")
    }
}
