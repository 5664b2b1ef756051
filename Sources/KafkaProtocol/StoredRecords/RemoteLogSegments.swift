public import Bytes

/// A partition with its topic's name and id.
public struct RemotePartition: KafkaStruct {
    public var name = ""
    public var id = UUID.zero
    public var partition: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&name, "name")
        try coder.uuid(&id, "id")
        try coder.int32(&partition, "partition")
    }
}

/// A segment in remote storage.
public struct RemoteLogSegmentID: KafkaStruct {
    public var topicIDPartition = RemotePartition()
    public var id = UUID.zero

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.structure(&topicIDPartition, "topicIdPartition")
        try coder.uuid(&id, "id")
    }
}

/// Where a leader's epoch begins in a segment.
public struct RemoteLogSegmentLeaderEpoch: KafkaStruct {
    public var leaderEpoch: Int32 = 0
    public var offset: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&leaderEpoch, "leaderEpoch")
        try coder.int64(&offset, "offset")
    }
}

/// RemoteLogSegmentMetadataRecord (0): a segment is being copied to remote storage (KIP-405). Times are milliseconds
/// since 1970.
public struct RemoteLogSegmentMetadataRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var remoteLogSegmentID = RemoteLogSegmentID()
    public var startOffset: Int64 = 0
    /// The segment's last offset: inclusive, as Kafka has it.
    public var lastOffset: Int64 = 0
    public var brokerID: Int32 = 0
    public var maxTimestampMilliseconds: Int64 = 0
    public var eventTimestampMilliseconds: Int64 = 0
    public var segmentLeaderEpochs: [RemoteLogSegmentLeaderEpoch] = []
    public var segmentSizeInBytes: Int32 = 0
    public var customMetadata: ByteSlice?
    public var remoteLogSegmentState: Int8 = 0
    public var txnIndexEmpty = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.structure(&remoteLogSegmentID, "remoteLogSegmentId")
        try coder.int64(&startOffset, "startOffset")
        try coder.int64(&lastOffset, "endOffset")
        try coder.int32(&brokerID, "brokerId")
        try coder.int64(&maxTimestampMilliseconds, "maxTimestampMs")
        try coder.int64(&eventTimestampMilliseconds, "eventTimestampMs")
        try coder.array(&segmentLeaderEpochs, "segmentLeaderEpochs")
        try coder.int32(&segmentSizeInBytes, "segmentSizeInBytes")
        try coder.nullableBytes(&customMetadata, "customMetadata")
        try coder.int8(&remoteLogSegmentState, "remoteLogSegmentState")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.bool(&txnIndexEmpty, "txnIndexEmpty", tag: 0)
    }
}

/// RemoteLogSegmentMetadataUpdateRecord (1): the copy is complete, or is being deleted, or is gone.
public struct RemoteLogSegmentMetadataUpdateRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 1
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var remoteLogSegmentID = RemoteLogSegmentID()
    public var brokerID: Int32 = 0
    public var eventTimestampMilliseconds: Int64 = 0
    public var customMetadata: ByteSlice?
    public var remoteLogSegmentState: Int8 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.structure(&remoteLogSegmentID, "remoteLogSegmentId")
        try coder.int32(&brokerID, "brokerId")
        try coder.int64(&eventTimestampMilliseconds, "eventTimestampMs")
        try coder.nullableBytes(&customMetadata, "customMetadata")
        try coder.int8(&remoteLogSegmentState, "remoteLogSegmentState")
    }
}

/// RemotePartitionDeleteMetadataRecord (2): all remote segments of a partition are to go, are going, are gone.
public struct RemotePartitionDeleteMetadataRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 2
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var topicIDPartition = RemotePartition()
    public var brokerID: Int32 = 0
    public var eventTimestampMilliseconds: Int64 = 0
    public var remotePartitionDeleteState: Int8 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.structure(&topicIDPartition, "topicIdPartition")
        try coder.int32(&brokerID, "brokerId")
        try coder.int64(&eventTimestampMilliseconds, "eventTimestampMs")
        try coder.int8(&remotePartitionDeleteState, "remotePartitionDeleteState")
    }
}

/// RemoteLogSegmentMetadataSnapshotRecord (3): as ``RemoteLogSegmentMetadataRecord``, in a snapshot of one partition.
public struct RemoteLogSegmentMetadataSnapshotRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 3
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var segmentID = UUID.zero
    public var startOffset: Int64 = 0
    /// The segment's last offset: inclusive, as Kafka has it.
    public var lastOffset: Int64 = 0
    public var brokerID: Int32 = 0
    public var maxTimestampMilliseconds: Int64 = 0
    public var eventTimestampMilliseconds: Int64 = 0
    public var segmentLeaderEpochs: [RemoteLogSegmentLeaderEpoch] = []
    public var segmentSizeInBytes: Int32 = 0
    public var customMetadata: ByteSlice?
    public var remoteLogSegmentState: Int8 = 0
    public var txnIndexEmpty = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.uuid(&segmentID, "segmentId")
        try coder.int64(&startOffset, "startOffset")
        try coder.int64(&lastOffset, "endOffset")
        try coder.int32(&brokerID, "brokerId")
        try coder.int64(&maxTimestampMilliseconds, "maxTimestampMs")
        try coder.int64(&eventTimestampMilliseconds, "eventTimestampMs")
        try coder.array(&segmentLeaderEpochs, "segmentLeaderEpochs")
        try coder.int32(&segmentSizeInBytes, "segmentSizeInBytes")
        try coder.nullableBytes(&customMetadata, "customMetadata")
        try coder.int8(&remoteLogSegmentState, "remoteLogSegmentState")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.bool(&txnIndexEmpty, "txnIndexEmpty", tag: 0)
    }
}
