public import Bytes

/// One record of a batch. Key, value and headers are ranges of the batch's bytes (or of what it was unfolded to).
public struct Record: Equatable, Sendable {
    public var offset: Int64
    /// Milliseconds; −1 for none.
    public var timestamp: Int64
    /// −1 for none.
    public var sequence: Int32
    public var key: ByteSlice?
    /// `nil` deletes the key on a compacted topic.
    public var value: ByteSlice?
    public var headers: [RecordHeader]

    public init(
        offset: Int64 = 0, timestamp: Int64 = -1, sequence: Int32 = SequenceNumber.none, key: ByteSlice? = nil,
        value: ByteSlice? = nil, headers: [RecordHeader] = []
    ) {
        self.offset = offset
        self.timestamp = timestamp
        self.sequence = sequence
        self.key = key
        self.value = value
        self.headers = headers
    }
}
