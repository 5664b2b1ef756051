/// ListTransactions (66): the transactions of one coordinator (KIP-664).
/// v1 by duration (KIP-994) · v2 by pattern (KIP-1152)
public struct ListTransactionsRequest: KafkaRequest {
    public typealias Response = ListTransactionsResponse
    public static let key: Int16 = 66
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 0

    /// An empty filter lets all pass.
    public var stateFilters: [String] = []
    public var producerIDFilters: [Int64] = []
    /// Only those open for longer, in milliseconds; negative: all.
    public var durationFilter: Int64 = -1
    /// A regular expression.
    public var transactionalIDPattern: String?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&stateFilters, "stateFilters")
        try coder.array(&producerIDFilters, "producerIdFilters")
        try coder.int64(&durationFilter, "durationFilter", since: 1, default: -1)
        try coder.nullableString(&transactionalIDPattern, "transactionalIdPattern", since: 2)
    }
}

public struct ListTransactionsResponse: KafkaResponse {
    public typealias Request = ListTransactionsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var unknownStateFilters: [String] = []
    public var transactionStates: [TransactionState] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.array(&unknownStateFilters, "unknownStateFilters")
        try coder.array(&transactionStates, "transactionStates")
    }

    public struct TransactionState: KafkaStruct {
        public var transactionalID = ""
        public var producerID: Int64 = 0
        public var transactionState = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&transactionalID, "transactionalId")
            try coder.int64(&producerID, "producerId")
            try coder.string(&transactionState, "transactionState")
        }
    }
}
