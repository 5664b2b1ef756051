/// AddPartitionsToTxn (24): partitions join a transaction. Clients use v0 to v3; brokers, who verify what producers
/// write, the later ones.
/// v2 PRODUCER_FENCED · v3 flexible · v4 many transactions at once, verification alone, error of the whole ·
/// v5 TRANSACTION_ABORTABLE (KIP-890)
public struct AddPartitionsToTxnRequest: KafkaRequest {
    public typealias Response = AddPartitionsToTxnResponse
    public static let key: Int16 = 24
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleSince: Int16? = 3

    public var transactions: [Transaction] = []
    public var v3AndBelowTransactionalID = ""
    public var v3AndBelowProducerID: Int64 = 0
    public var v3AndBelowProducerEpoch: Int16 = 0
    public var v3AndBelowTopics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&transactions, "transactions", since: 4)
        try coder.string(&v3AndBelowTransactionalID, "v3AndBelowTransactionalId", until: 3)
        try coder.int64(&v3AndBelowProducerID, "v3AndBelowProducerId", until: 3)
        try coder.int16(&v3AndBelowProducerEpoch, "v3AndBelowProducerEpoch", until: 3)
        try coder.array(&v3AndBelowTopics, "v3AndBelowTopics", until: 3)
    }

    public struct Transaction: KafkaStruct {
        public var transactionalID = ""
        public var producerID: Int64 = 0
        public var producerEpoch: Int16 = 0
        /// Only ask whether the partitions are in the transaction already.
        public var verifyOnly = false
        public var topics: [Topic] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&transactionalID, "transactionalId")
            try coder.int64(&producerID, "producerId")
            try coder.int16(&producerEpoch, "producerEpoch")
            try coder.bool(&verifyOnly, "verifyOnly")
            try coder.array(&topics, "topics")
        }
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&partitions, "partitions")
        }
    }
}

public struct AddPartitionsToTxnResponse: KafkaResponse {
    public typealias Request = AddPartitionsToTxnRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var resultsByTransaction: [Transaction] = []
    public var resultsByTopicV3AndBelow: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode", since: 4, ignorable: true)
        try coder.array(&resultsByTransaction, "resultsByTransaction", since: 4)
        try coder.array(&resultsByTopicV3AndBelow, "resultsByTopicV3AndBelow", until: 3)
    }

    public struct Transaction: KafkaStruct {
        public var transactionalID = ""
        public var topicResults: [Topic] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&transactionalID, "transactionalId")
            try coder.array(&topicResults, "topicResults")
        }
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var resultsByPartition: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&resultsByPartition, "resultsByPartition")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var partitionErrorCode: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&partitionErrorCode, "partitionErrorCode")
        }
    }
}
