public import Bytes
public import Records

/// A record as a consumer gets it. Key, value and headers are ranges of the bytes that were fetched and keep them
/// alive.
public struct ConsumerRecord: Sendable {
    public let partition: TopicPartition
    public let record: Record
    public let timestampType: TimestampType
    /// −1 when unknown.
    public let leaderEpoch: Int32

    public var topic: String { partition.topic }
    public var offset: Int64 { record.offset }
    /// Milliseconds; −1 for none.
    public var timestamp: Int64 { record.timestamp }
    public var key: ByteSlice? { record.key }
    public var value: ByteSlice? { record.value }
    public var headers: [RecordHeader] { record.headers }
}
