public import Bytes

/// ShareFetch (78): a member of a share group acquires records and acknowledges earlier ones (KIP-932).
/// v2 renewing acknowledgements, acquisition by records alone (KIP-1206, KIP-1222)
public struct ShareFetchRequest: KafkaRequest {
    public typealias Response = ShareFetchResponse
    public static let key: Int16 = 78
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleSince: Int16? = 0

    public var groupID: String?
    public var memberID: String? = ""
    /// 0: opens a session, −1: closes it, else one more than before.
    public var shareSessionEpoch: Int32 = 0
    public var maxWaitMilliseconds: Int32 = 0
    public var minBytes: Int32 = 0
    public var maxBytes = Int32.max
    public var maxRecords: Int32 = 0
    /// The most records to be acquired as one batch.
    public var batchSize: Int32 = 0
    /// 0: whole batches may exceed `maxRecords`, 1: never more.
    public var shareAcquireMode: Int8 = 0
    /// Acknowledgements of type 4 renew the lock on their records; nothing is fetched then.
    public var isRenewAck = false
    public var topics: [Topic] = []
    public var forgottenTopicsData: [ForgottenTopic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&groupID, "groupId")
        try coder.nullableString(&memberID, "memberId", default: "")
        try coder.int32(&shareSessionEpoch, "shareSessionEpoch")
        try coder.int32(&maxWaitMilliseconds, "maxWaitMs")
        try coder.int32(&minBytes, "minBytes")
        try coder.int32(&maxBytes, "maxBytes", default: .max)
        try coder.int32(&maxRecords, "maxRecords")
        try coder.int32(&batchSize, "batchSize")
        try coder.int8(&shareAcquireMode, "shareAcquireMode", since: 2, ignorable: true)
        try coder.bool(&isRenewAck, "isRenewAck", since: 2)
        try coder.array(&topics, "topics")
        try coder.array(&forgottenTopicsData, "forgottenTopicsData")
    }

    public struct Topic: KafkaStruct {
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var acknowledgementBatches: [ShareAcknowledgementBatch] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.array(&acknowledgementBatches, "acknowledgementBatches")
        }
    }

    public struct ForgottenTopic: KafkaStruct {
        public var topicID = UUID.zero
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.array(&partitions, "partitions")
        }
    }
}

/// The record batches, and which of their records are the member's for the time of the lock.
public struct ShareFetchResponse: KafkaResponse {
    public typealias Request = ShareFetchRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String?
    public var acquisitionLockTimeoutMilliseconds: Int32 = 0
    public var responses: [Topic] = []
    public var nodeEndpoints: [ShareNodeEndpoint] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage")
        try coder.int32(&acquisitionLockTimeoutMilliseconds, "acquisitionLockTimeoutMs")
        try coder.array(&responses, "responses")
        try coder.array(&nodeEndpoints, "nodeEndpoints")
    }

    public struct Topic: KafkaStruct {
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId")
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var errorCode: Int16 = 0
        public var errorMessage: String?
        public var acknowledgeErrorCode: Int16 = 0
        public var acknowledgeErrorMessage: String?
        public var currentLeader = ShareLeader()
        public var records: ByteSlice?
        public var acquiredRecords: [AcquiredRecords] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage")
            try coder.int16(&acknowledgeErrorCode, "acknowledgeErrorCode")
            try coder.nullableString(&acknowledgeErrorMessage, "acknowledgeErrorMessage")
            try coder.structure(&currentLeader, "currentLeader")
            try coder.records(&records, "records", nullableUntil: 0)
            try coder.array(&acquiredRecords, "acquiredRecords")
        }
    }

    /// Records `firstOffset`…`lastOffset`, inclusive.
    public struct AcquiredRecords: KafkaStruct {
        public var firstOffset: Int64 = 0
        public var lastOffset: Int64 = 0
        public var deliveryCount: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int64(&firstOffset, "firstOffset")
            try coder.int64(&lastOffset, "lastOffset")
            try coder.int16(&deliveryCount, "deliveryCount")
        }
    }
}

/// What became of the records `firstOffset`…`lastOffset`, inclusive; in ShareFetch and ShareAcknowledge.
public struct ShareAcknowledgementBatch: KafkaStruct {
    public var firstOffset: Int64 = 0
    public var lastOffset: Int64 = 0
    /// One for all records, or one for each. 0: gap, 1: accept, 2: release, 3: reject, 4: renew.
    public var acknowledgeTypes: [Int8] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int64(&firstOffset, "firstOffset")
        try coder.int64(&lastOffset, "lastOffset")
        try coder.array(&acknowledgeTypes, "acknowledgeTypes")
    }
}

/// Who leads a partition now, in the answers of ShareFetch and ShareAcknowledge.
public struct ShareLeader: KafkaStruct {
    public var leaderID: Int32 = 0
    public var leaderEpoch: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&leaderID, "leaderId")
        try coder.int32(&leaderEpoch, "leaderEpoch")
    }
}

/// Where the leaders named in the same answer are reached.
public struct ShareNodeEndpoint: KafkaStruct {
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
