public import Bytes
public import Records

/// A record to be produced.
public struct ProducerRecord: Sendable {
    public var topic: String
    /// Nil for the partitioner's choice: by the key, or where there is none, one partition for a batch's worth.
    public var partition: Int32?
    public var key: ByteSlice?
    /// Nil deletes the key on a compacted topic.
    public var value: ByteSlice?
    public var headers: [RecordHeader]
    /// Milliseconds; nil for now.
    public var timestamp: Int64?

    public init(
        topic: String, partition: Int32? = nil, key: ByteSlice? = nil, value: ByteSlice?, headers: [RecordHeader] = [],
        timestamp: Int64? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }
}

/// Where a record has gone.
public struct Delivery: Sendable, Equatable {
    public let partition: TopicPartition
    /// −1 when nobody told: with acks 0, or for a batch that the broker had already.
    public let offset: Int64
    /// Milliseconds: the record's, or the broker's where the topic wants that.
    public let timestamp: Int64
}

/// Told once what became of a record.
public typealias DeliveryReport = @Sendable (Result<Delivery, ClientError>) -> Void
