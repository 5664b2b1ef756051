/// ProducerSnapshot: a partition's producers, as in the `.snapshot` files beside its segments, behind an int16 version.
public struct ProducerSnapshot: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 1...1
    public static let flexibleSince: Int16? = nil

    public struct ProducerEntry: KafkaStruct {
        public var producerID: Int64 = 0
        public var epoch: Int16 = 0
        /// −1 if none.
        public var lastSequence: Int32 = 0
        public var lastOffset: Int64 = 0
        /// From the first to the last record of the last batch.
        public var offsetDelta: Int32 = 0
        /// Milliseconds since 1970.
        public var timestamp: Int64 = 0
        public var coordinatorEpoch: Int32 = 0
        /// −1 when no transaction is open.
        public var currentTxnFirstOffset: Int64 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int64(&producerID, "producerId")
            try coder.int16(&epoch, "epoch")
            try coder.int32(&lastSequence, "lastSequence")
            try coder.int64(&lastOffset, "lastOffset")
            try coder.int32(&offsetDelta, "offsetDelta")
            try coder.int64(&timestamp, "timestamp")
            try coder.int32(&coordinatorEpoch, "coordinatorEpoch")
            try coder.int64(&currentTxnFirstOffset, "currentTxnFirstOffset")
        }
    }

    /// CRC-32C of all that follows it.
    public var crc: UInt32 = 0
    public var producerEntries: [ProducerEntry] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.uint32(&crc, "crc")
        try coder.array(&producerEntries, "producerEntries")
    }
}
