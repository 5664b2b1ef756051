public import Bytes

/// Fetch (1): record batches from partitions, for consumers and followers; waits until enough bytes are there.
/// v4 isolation level · v5 log start offset · v7 sessions (KIP-227) · v9 leader epoch (KIP-320) · v10 zstd ·
/// v11 rack · v12 flexible, last fetched epoch · v13 topics by id (KIP-516) · v14 OFFSET_MOVED_TO_TIERED_STORAGE ·
/// v15 replica state (KIP-903) · v16 node endpoints (KIP-951) · v17 directory id (KIP-853) · v18 high watermark
/// (KIP-1166)
public struct FetchRequest: KafkaRequest {
    public typealias Response = FetchResponse
    public static let key: Int16 = 1
    public static let versions: ClosedRange<Int16> = 4...18
    public static let flexibleSince: Int16? = 12

    public struct ReplicaState: KafkaStruct {
        public var replicaID: Int32 = -1
        public var replicaEpoch: Int64 = -1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&replicaID, "replicaId", default: -1)
            try coder.int64(&replicaEpoch, "replicaEpoch", default: -1)
        }
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "topic", until: 12, ignorable: true)
            try coder.uuid(&topicID, "topicId", since: 13, ignorable: true)
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var index: Int32 = 0
        public var currentLeaderEpoch: Int32 = -1
        public var fetchOffset: Int64 = 0
        public var lastFetchedEpoch: Int32 = -1
        /// A follower's own; −1 from consumers.
        public var logStartOffset: Int64 = -1
        public var maximumBytes: Int32 = 0
        public var replicaDirectoryID = UUID.zero
        public var highWatermark: Int64 = .max

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&index, "partition")
            try coder.int32(&currentLeaderEpoch, "currentLeaderEpoch", since: 9, default: -1, ignorable: true)
            try coder.int64(&fetchOffset, "fetchOffset")
            try coder.int32(&lastFetchedEpoch, "lastFetchedEpoch", since: 12, default: -1)
            try coder.int64(&logStartOffset, "logStartOffset", since: 5, default: -1, ignorable: true)
            try coder.int32(&maximumBytes, "partitionMaxBytes")
        }

        public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&replicaDirectoryID, "replicaDirectoryId", since: 17, ignorable: true, tag: 0)
            try coder.int64(&highWatermark, "highWatermark", since: 18, default: .max, ignorable: true, tag: 1)
        }
    }

    public struct ForgottenTopic: KafkaStruct {
        public var name = ""
        public var topicID = UUID.zero
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "topic", until: 12, ignorable: true)
            try coder.uuid(&topicID, "topicId", since: 13, ignorable: true)
            try coder.array(&partitions, "partitions")
        }
    }

    public var clusterID: String?
    /// Until v14; afterwards in `replicaState`.
    public var replicaID: Int32 = -1
    public var replicaState = ReplicaState()
    public var maximumWaitMilliseconds: Int32 = 0
    public var minimumBytes: Int32 = 0
    public var maximumBytes: Int32 = .max
    /// 0 read uncommitted, 1 read committed.
    public var isolationLevel: Int8 = 0
    public var sessionID: Int32 = 0
    public var sessionEpoch: Int32 = -1
    public var topics: [Topic] = []
    public var forgottenTopics: [ForgottenTopic] = []
    public var rackID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&replicaID, "replicaId", until: 14, default: -1)
        try coder.int32(&maximumWaitMilliseconds, "maxWaitMs")
        try coder.int32(&minimumBytes, "minBytes")
        try coder.int32(&maximumBytes, "maxBytes", since: 3, default: .max, ignorable: true)
        try coder.int8(&isolationLevel, "isolationLevel", since: 4, ignorable: true)
        try coder.int32(&sessionID, "sessionId", since: 7, ignorable: true)
        try coder.int32(&sessionEpoch, "sessionEpoch", since: 7, default: -1, ignorable: true)
        try coder.array(&topics, "topics")
        try coder.array(&forgottenTopics, "forgottenTopicsData", since: 7)
        try coder.string(&rackID, "rackId", since: 11, ignorable: true)
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&clusterID, "clusterId", since: 12, ignorable: true, tag: 0)
        try coder.structure(&replicaState, "replicaState", since: 15, tag: 1)
    }
}

/// Records and the offsets that frame them, by partition. `framePieces` sends the records without copying them.
public struct FetchResponse: KafkaResponse {
    public typealias Request = FetchRequest

    public struct Topic: KafkaStruct {
        public var name = ""
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "topic", until: 12, ignorable: true)
            try coder.uuid(&topicID, "topicId", since: 13, ignorable: true)
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var index: Int32 = 0
        public var errorCode: Int16 = 0
        public var highWatermark: Int64 = 0
        public var lastStableOffset: Int64 = -1
        public var logStartOffset: Int64 = -1
        /// Where the follower's log and ours part, when its last fetched epoch isn't ours.
        public var divergingEpoch = EpochEnd()
        public var currentLeader = Leader()
        /// The snapshot to fetch first, when the offset lies before the log's start (metadata log only).
        public var snapshotID = SnapshotID()
        public var abortedTransactions: [AbortedTransaction]? = []
        public var preferredReadReplica: Int32 = -1
        public var records: RecordPieces?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&index, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
            try coder.int64(&highWatermark, "highWatermark")
            try coder.int64(&lastStableOffset, "lastStableOffset", since: 4, default: -1, ignorable: true)
            try coder.int64(&logStartOffset, "logStartOffset", since: 5, default: -1, ignorable: true)
            try coder.nullableArray(
                &abortedTransactions, "abortedTransactions", since: 4, default: [], ignorable: true)
            try coder.int32(&preferredReadReplica, "preferredReadReplica", since: 11, default: -1)
            try coder.records(&records, "records")
        }

        public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
            try coder.structure(&divergingEpoch, "divergingEpoch", since: 12, tag: 0)
            try coder.structure(&currentLeader, "currentLeader", since: 12, tag: 1)
            try coder.structure(&snapshotID, "snapshotId", since: 12, tag: 2)
        }
    }

    public struct EpochEnd: KafkaStruct {
        public var epoch: Int32 = -1
        public var endOffset: Int64 = -1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&epoch, "epoch", default: -1)
            try coder.int64(&endOffset, "endOffset", default: -1)
        }
    }

    public struct Leader: KafkaStruct {
        public var leaderID: Int32 = -1
        public var leaderEpoch: Int32 = -1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&leaderID, "leaderId", default: -1)
            try coder.int32(&leaderEpoch, "leaderEpoch", default: -1)
        }
    }

    public struct SnapshotID: KafkaStruct {
        public var endOffset: Int64 = -1
        public var epoch: Int32 = -1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int64(&endOffset, "endOffset", default: -1)
            try coder.int32(&epoch, "epoch", default: -1)
        }
    }

    public struct AbortedTransaction: KafkaStruct {
        public var producerID: Int64 = 0
        public var firstOffset: Int64 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int64(&producerID, "producerId")
            try coder.int64(&firstOffset, "firstOffset")
        }
    }

    public struct Endpoint: KafkaStruct {
        public var nodeID: Int32 = 0
        public var host = ""
        public var port: Int32 = 0
        public var rack: String?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&nodeID, "nodeId")
            try coder.string(&host, "host")
            try coder.int32(&port, "port")
            try coder.nullableString(&rack, "rack")
        }
    }

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var sessionID: Int32 = 0
    public var topics: [Topic] = []
    public var nodeEndpoints: [Endpoint] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 1, ignorable: true)
        try coder.int16(&errorCode, "errorCode", since: 7, ignorable: true)
        try coder.int32(&sessionID, "sessionId", since: 7)
        try coder.array(&topics, "responses")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&nodeEndpoints, "nodeEndpoints", since: 16, tag: 0)
    }
}
