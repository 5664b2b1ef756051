public import Bytes

/// Produce (0): record batches for partitions. With acks 0 nothing answers.
/// v3 transactions, format v2 only · v4 KAFKA_STORAGE_ERROR · v5 log start offset · v7 zstd · v8 errors by record
/// (KIP-467) · v9 flexible · v10 current leader (KIP-951) · v11 TRANSACTION_ABORTABLE · v12 adds partitions to the
/// transaction (KIP-890) · v13 topics by id (KIP-516)
public struct ProduceRequest: KafkaRequest {
    public typealias Response = ProduceResponse
    public static let key: Int16 = 0
    public static let versions: ClosedRange<Int16> = 3...13
    public static let flexibleSince: Int16? = 9

    public struct Topic: KafkaStruct {
        public var name = ""
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name", until: 12, ignorable: true)
            try coder.uuid(&topicID, "topicId", since: 13, ignorable: true)
            try coder.array(&partitions, "partitionData")
        }
    }

    public struct Partition: KafkaStruct {
        public var index: Int32 = 0
        public var records: ByteSlice?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&index, "index")
            try coder.records(&records, "records")
        }
    }

    public var transactionalID: String?
    /// 0 none, 1 the leader, −1 all in-sync replicas.
    public var acks: Int16 = 0
    public var timeoutMilliseconds: Int32 = 0
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&transactionalID, "transactionalId")
        try coder.int16(&acks, "acks")
        try coder.int32(&timeoutMilliseconds, "timeoutMs")
        try coder.array(&topics, "topicData")
    }
}

/// The base offset and time each partition's batches got, or an error; which records are to blame from v8 on.
public struct ProduceResponse: KafkaResponse {
    public typealias Request = ProduceRequest

    public struct Topic: KafkaStruct {
        public var name = ""
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name", until: 12, ignorable: true)
            try coder.uuid(&topicID, "topicId", since: 13, ignorable: true)
            try coder.array(&partitions, "partitionResponses")
        }
    }

    public struct Partition: KafkaStruct {
        public var index: Int32 = 0
        public var errorCode: Int16 = 0
        public var baseOffset: Int64 = 0
        /// −1 unless the topic's timestamps are those of the append.
        public var logAppendTimeMilliseconds: Int64 = -1
        public var logStartOffset: Int64 = -1
        public var recordErrors: [RecordError] = []
        public var errorMessage: String?
        /// Tells a client that asked the wrong broker where to go.
        public var currentLeader = Leader()

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&index, "index")
            try coder.int16(&errorCode, "errorCode")
            try coder.int64(&baseOffset, "baseOffset")
            try coder.int64(&logAppendTimeMilliseconds, "logAppendTimeMs", since: 2, default: -1, ignorable: true)
            try coder.int64(&logStartOffset, "logStartOffset", since: 5, default: -1, ignorable: true)
            try coder.array(&recordErrors, "recordErrors", since: 8, ignorable: true)
            try coder.nullableString(&errorMessage, "errorMessage", since: 8, ignorable: true)
        }

        public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
            try coder.structure(&currentLeader, "currentLeader", since: 10, tag: 0)
        }
    }

    public struct RecordError: KafkaStruct {
        public var batchIndex: Int32 = 0
        public var message: String?

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&batchIndex, "batchIndex")
            try coder.nullableString(&message, "batchIndexErrorMessage")
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

    public var topics: [Topic] = []
    public var throttleTimeMilliseconds: Int32 = 0
    public var nodeEndpoints: [Endpoint] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&topics, "responses")
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 1, ignorable: true)
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&nodeEndpoints, "nodeEndpoints", since: 10, tag: 0)
    }
}
