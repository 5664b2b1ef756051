public import Bytes

/// FetchSnapshot (59): a follower of the quorum reads the leader's snapshot, piece by piece (KIP-630).
/// v1 directories, the leader's endpoint (KIP-853)
public struct FetchSnapshotRequest: KafkaRequest {
    public typealias Response = FetchSnapshotResponse
    public static let key: Int16 = 59
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 0

    public var replicaID: Int32 = -1
    public var maxBytes = Int32.max
    public var topics: [Topic] = []
    public var clusterID: String?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&replicaID, "replicaId", default: -1)
        try coder.int32(&maxBytes, "maxBytes", default: .max)
        try coder.array(&topics, "topics")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&clusterID, "clusterId", tag: 0)
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partition: Int32 = 0
        public var currentLeaderEpoch: Int32 = 0
        public var snapshotID = SnapshotID()
        /// The first byte wanted.
        public var position: Int64 = 0
        public var replicaDirectoryID = UUID.zero

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partition, "partition")
            try coder.int32(&currentLeaderEpoch, "currentLeaderEpoch")
            try coder.structure(&snapshotID, "snapshotId")
            try coder.int64(&position, "position")
        }

        public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&replicaDirectoryID, "replicaDirectoryId", since: 1, ignorable: true, tag: 0)
        }
    }

    /// A snapshot's name: the end of the log it stands for, and that record's epoch.
    public struct SnapshotID: KafkaStruct {
        public var endOffset: Int64 = 0
        public var epoch: Int32 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int64(&endOffset, "endOffset")
            try coder.int32(&epoch, "epoch")
        }
    }
}

public struct FetchSnapshotResponse: KafkaResponse {
    public typealias Request = FetchSnapshotRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var topics: [Topic] = []
    public var nodeEndpoints: [QuorumNodeEndpoint] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", ignorable: true)
        try coder.int16(&errorCode, "errorCode")
        try coder.array(&topics, "topics")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&nodeEndpoints, "nodeEndpoints", since: 1, tag: 0)
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var index: Int32 = 0
        public var errorCode: Int16 = 0
        public var snapshotID = FetchSnapshotRequest.SnapshotID()
        /// Bytes of the whole snapshot.
        public var size: Int64 = 0
        /// Where in the snapshot the bytes here begin.
        public var position: Int64 = 0
        /// May begin and end within a batch.
        public var unalignedRecords: ByteSlice?
        public var currentLeader = Leader()

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&index, "index")
            try coder.int16(&errorCode, "errorCode")
            try coder.structure(&snapshotID, "snapshotId")
            try coder.int64(&size, "size")
            try coder.int64(&position, "position")
            try coder.records(&unalignedRecords, "unalignedRecords", nullableSince: .max, nullableUntil: .min)
        }

        public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
            try coder.structure(&currentLeader, "currentLeader", tag: 0)
        }
    }

    public struct Leader: KafkaStruct {
        public var leaderID: Int32 = 0
        public var leaderEpoch: Int32 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&leaderID, "leaderId")
            try coder.int32(&leaderEpoch, "leaderEpoch")
        }
    }
}
