/// What a topic asks of the batches appended to it: the part of its configuration that a check needs.
public struct BatchRules: Sendable {
    /// Who writes. Anyone but a client may write control batches and choose the base offset.
    public enum Origin: Sendable {
        case client
        case coordinator
        case raftLeader
    }

    public var origin = Origin.client
    /// `max.message.bytes`: of the whole batch, before and after a change.
    public var maxMessageBytes = 1_048_588
    /// The topic is compacted: every record needs a key.
    public var requiresKeys = false
    /// `message.timestamp.type`
    public var timestampType = TimestampType.createTime
    /// `message.timestamp.before.max.ms`
    public var timestampBeforeMaxMilliseconds = Int64.max
    /// `message.timestamp.after.max.ms`
    public var timestampAfterMaxMilliseconds: Int64 = 3_600_000
    /// `compression.type`; `nil` is `producer`: as it comes.
    public var compression: Compression?
    /// The level for batches that have to be compressed anew; `nil` is the codec's default.
    public var compressionLevel: Int32?
    /// Bytes that a compressed batch may unfold to.
    public var uncompressedLimit = RecordLimits.uncompressedBytes

    public init() {}
}
