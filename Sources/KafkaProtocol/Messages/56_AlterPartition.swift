public import Bytes

/// AlterPartition (56): a partition's leader asks the controller for another set of in-sync replicas (KIP-497).
/// v2 topics by id (KIP-841) · v3 replicas with their broker epochs (KIP-903)
public struct AlterPartitionRequest: KafkaRequest {
    public typealias Response = AlterPartitionResponse
    public static let key: Int16 = 56
    public static let versions: ClosedRange<Int16> = 2...3
    public static let flexibleSince: Int16? = 0

    public var brokerID: Int32 = 0
    public var brokerEpoch: Int64 = -1
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&brokerID, "brokerId")
        try coder.int64(&brokerEpoch, "brokerEpoch", default: -1)
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId", ignorable: true)
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var leaderEpoch: Int32 = 0
        public var newISR: [Int32] = []
        public var newISRWithEpochs: [BrokerState] = []
        /// 0: recovered, 1: recovering from an unclean election.
        public var leaderRecoveryState: Int8 = 0
        public var partitionEpoch: Int32 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int32(&leaderEpoch, "leaderEpoch")
            try coder.array(&newISR, "newIsr", until: 2)
            try coder.array(&newISRWithEpochs, "newIsrWithEpochs", since: 3)
            try coder.int8(&leaderRecoveryState, "leaderRecoveryState")
            try coder.int32(&partitionEpoch, "partitionEpoch")
        }
    }

    public struct BrokerState: KafkaStruct {
        public var brokerID: Int32 = 0
        /// −1: not to be checked.
        public var brokerEpoch: Int64 = -1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&brokerID, "brokerId")
            try coder.int64(&brokerEpoch, "brokerEpoch", default: -1)
        }
    }
}

public struct AlterPartitionResponse: KafkaResponse {
    public typealias Request = AlterPartitionRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var topics: [Topic] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.array(&topics, "topics")
    }

    public struct Topic: KafkaStruct {
        public var topicID = UUID.zero
        public var partitions: [Partition] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.uuid(&topicID, "topicId", ignorable: true)
            try coder.array(&partitions, "partitions")
        }
    }

    public struct Partition: KafkaStruct {
        public var partitionIndex: Int32 = 0
        public var errorCode: Int16 = 0
        public var leaderID: Int32 = 0
        public var leaderEpoch: Int32 = 0
        public var isr: [Int32] = []
        public var leaderRecoveryState: Int8 = 0
        public var partitionEpoch: Int32 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&partitionIndex, "partitionIndex")
            try coder.int16(&errorCode, "errorCode")
            try coder.int32(&leaderID, "leaderId")
            try coder.int32(&leaderEpoch, "leaderEpoch")
            try coder.array(&isr, "isr")
            try coder.int8(&leaderRecoveryState, "leaderRecoveryState", ignorable: true)
            try coder.int32(&partitionEpoch, "partitionEpoch")
        }
    }
}
