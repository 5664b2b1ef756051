/// WriteTxnMarkers (27): the transaction coordinator has partitions' leaders write how transactions ended.
/// v1 flexible · v2 version of the transactions' protocol (KIP-1228)
public struct WriteTxnMarkersRequest: KafkaRequest {
    public typealias Response = WriteTxnMarkersResponse
    public static let key: Int16 = 27
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleSince: Int16? = 1

    public var markers: [Marker] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&markers, "markers")
    }

    public struct Marker: KafkaStruct {
        public var producerID: Int64 = 0
        public var producerEpoch: Int16 = 0
        /// True: committed.
        public var transactionResult = false
        public var topics: [Topic] = []
        public var coordinatorEpoch: Int32 = 0
        public var transactionVersion: Int8 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int64(&producerID, "producerId")
            try coder.int16(&producerEpoch, "producerEpoch")
            try coder.bool(&transactionResult, "transactionResult")
            try coder.array(&topics, "topics")
            try coder.int32(&coordinatorEpoch, "coordinatorEpoch")
            try coder.int8(&transactionVersion, "transactionVersion", since: 2, ignorable: true)
        }
    }

    public struct Topic: KafkaStruct {
        public var name = ""
        public var partitionIndexes: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.array(&partitionIndexes, "partitionIndexes")
        }
    }
}

public struct WriteTxnMarkersResponse: KafkaResponse {
    public typealias Request = WriteTxnMarkersRequest

    public var markers: [Marker] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&markers, "markers")
    }

    public struct Marker: KafkaStruct {
        public var producerID: Int64 = 0
        public var topics: [Topic] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int64(&producerID, "producerId")
            try coder.array(&topics, "topics")
        }
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
        public var partitionIndex: Int32 = 0
        public var errorCode: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
        }
    }
}
