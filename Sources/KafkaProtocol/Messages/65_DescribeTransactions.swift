/// DescribeTransactions (65): the state of transactions, asked of their coordinator (KIP-664).
public struct DescribeTransactionsRequest: KafkaRequest {
    public typealias Response = DescribeTransactionsResponse
    public static let key: Int16 = 65
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var transactionalIDs: [String] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&transactionalIDs, "transactionalIds")
    }
}

public struct DescribeTransactionsResponse: KafkaResponse {
    public typealias Request = DescribeTransactionsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var transactionStates: [TransactionState] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&transactionStates, "transactionStates")
    }

    public struct TransactionState: KafkaStruct {
        public var errorCode: Int16 = 0
        public var transactionalID = ""
        public var transactionState = ""
        public var transactionTimeoutMilliseconds: Int32 = 0
        /// Since 1970; −1: none is open.
        public var transactionStartTimeMilliseconds: Int64 = 0
        public var producerID: Int64 = 0
        public var producerEpoch: Int16 = 0
        public var topics: [Topic] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.string(&transactionalID, "transactionalId")
            try coder.string(&transactionState, "transactionState")
            try coder.int32(&transactionTimeoutMilliseconds, "transactionTimeoutMs")
            try coder.int64(&transactionStartTimeMilliseconds, "transactionStartTimeMs")
            try coder.int64(&producerID, "producerId")
            try coder.int16(&producerEpoch, "producerEpoch")
            try coder.array(&topics, "topics")
        }
    }

    public struct Topic: KafkaStruct {
        public var topic = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topic, "topic")
            try coder.array(&partitions, "partitions")
        }
    }
}
