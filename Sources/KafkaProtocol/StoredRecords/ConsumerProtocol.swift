public import Bytes

/// ConsumerProtocolSubscription: what a classic consumer tells its group's leader. An int16 version stands in front.
/// v1 owned partitions (KIP-429) · v2 generation · v3 rack (KIP-881)
public struct ConsumerProtocolSubscription: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 0...3
    public static let flexibleSince: Int16? = nil

    public struct TopicPartition: KafkaStruct {
        public var topic = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topic, "topic")
            try coder.array(&partitions, "partitions")
        }
    }

    public var topics: [String] = []
    public var userData: ByteSlice?
    public var ownedPartitions: [TopicPartition] = []
    public var generationID: Int32 = -1
    public var rackID: String?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&topics, "topics")
        try coder.nullableBytes(&userData, "userData")
        try coder.array(&ownedPartitions, "ownedPartitions", since: 1, ignorable: true)
        try coder.int32(&generationID, "generationId", since: 2, default: -1, ignorable: true)
        try coder.nullableString(&rackID, "rackId", since: 3, ignorable: true)
    }
}

/// ConsumerProtocolAssignment: what the leader of a classic group answers. An int16 version stands in front.
public struct ConsumerProtocolAssignment: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 0...3
    public static let flexibleSince: Int16? = nil

    public struct TopicPartition: KafkaStruct {
        public var topic = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&topic, "topic")
            try coder.array(&partitions, "partitions")
        }
    }

    public var assignedPartitions: [TopicPartition] = []
    public var userData: ByteSlice?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&assignedPartitions, "assignedPartitions")
        try coder.nullableBytes(&userData, "userData")
    }
}
