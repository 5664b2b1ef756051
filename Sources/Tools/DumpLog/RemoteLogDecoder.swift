import Bytes
import KafkaProtocol
import Records

/// Records of `__remote_log_metadata`, framed as the metadata log's. Kafka prints them as its objects name
/// themselves, not as JSON.
enum RemoteLogDecoder {
    static func decode(_ record: Record) -> String {
        do throws(FramedValue.Failure) { return try text(FramedValue(record.value ?? ByteSlice())) } catch {
            return "Error at offset \(record.offset), skipping. \(error.reason)"
        }
    }

    private static func text(_ value: FramedValue) throws(FramedValue.Failure) -> String {
        switch value.type {
        case RemoteLogSegmentMetadataRecord.key: text(try value.message(RemoteLogSegmentMetadataRecord.self))
        case RemoteLogSegmentMetadataUpdateRecord.key:
            text(try value.message(RemoteLogSegmentMetadataUpdateRecord.self))
        case RemotePartitionDeleteMetadataRecord.key:
            text(try value.message(RemotePartitionDeleteMetadataRecord.self))
        case RemoteLogSegmentMetadataSnapshotRecord.key:
            text(try value.message(RemoteLogSegmentMetadataSnapshotRecord.self))
        default:
            throw .because(
                "org.apache.kafka.common.errors.UnsupportedVersionException: Unknown metadata id \(value.type)")
        }
    }

    private static func text(_ record: RemoteLogSegmentMetadataRecord) -> String {
        "RemoteLogSegmentMetadata{remoteLogSegmentId=\(text(record.remoteLogSegmentID)), "
            + "startOffset=\(record.startOffset), endOffset=\(record.lastOffset), brokerId=\(record.brokerID), "
            + "maxTimestampMs=\(record.maxTimestampMilliseconds), "
            + "eventTimestampMs=\(record.eventTimestampMilliseconds), "
            + "segmentLeaderEpochs=\(text(record.segmentLeaderEpochs)), "
            + "segmentSizeInBytes=\(record.segmentSizeInBytes), customMetadata=\(text(record.customMetadata)), "
            + "state=\(segmentState(record.remoteLogSegmentState)), txnIdxEmpty=\(record.txnIndexEmpty)}"
    }

    private static func text(_ record: RemoteLogSegmentMetadataSnapshotRecord) -> String {
        "RemoteLogSegmentMetadataSnapshot{segmentId=\(record.segmentID), startOffset=\(record.startOffset), "
            + "endOffset=\(record.lastOffset), maxTimestampMs=\(record.maxTimestampMilliseconds), "
            + "segmentLeaderEpochs=\(text(record.segmentLeaderEpochs)), "
            + "segmentSizeInBytes=\(record.segmentSizeInBytes), customMetadata=\(text(record.customMetadata)), "
            + "state=\(segmentState(record.remoteLogSegmentState)), txnIdxEmpty=\(record.txnIndexEmpty)}"
    }

    private static func text(_ record: RemoteLogSegmentMetadataUpdateRecord) -> String {
        "RemoteLogSegmentMetadataUpdate{remoteLogSegmentId=\(text(record.remoteLogSegmentID)), "
            + "customMetadata=\(text(record.customMetadata)), state=\(segmentState(record.remoteLogSegmentState)), "
            + "eventTimestampMs=\(record.eventTimestampMilliseconds), brokerId=\(record.brokerID)}"
    }

    private static func text(_ record: RemotePartitionDeleteMetadataRecord) -> String {
        let states = ["DELETE_PARTITION_MARKED", "DELETE_PARTITION_STARTED", "DELETE_PARTITION_FINISHED"]
        return "RemotePartitionDeleteMetadata{topicPartition=\(text(record.topicIDPartition)), "
            + "state=\(name(record.remotePartitionDeleteState, states)), "
            + "eventTimestampMs=\(record.eventTimestampMilliseconds), brokerId=\(record.brokerID)}"
    }

    private static func text(_ partition: RemotePartition) -> String {
        "\(partition.id):\(partition.name)-\(partition.partition)"
    }

    private static func text(_ id: RemoteLogSegmentID) -> String {
        "RemoteLogSegmentId{topicIdPartition=\(text(id.topicIDPartition)), id=\(id.id)}"
    }

    private static func text(_ epochs: [RemoteLogSegmentLeaderEpoch]) -> String {
        let sorted = epochs.sorted { $0.leaderEpoch < $1.leaderEpoch }
        return "{" + sorted.map { "\($0.leaderEpoch)=\($0.offset)" }.joined(separator: ", ") + "}"
    }

    private static func text(_ custom: ByteSlice?) -> String {
        custom.map { "Optional[CustomMetadata{\($0.count) bytes}]" } ?? "Optional.empty"
    }

    private static func segmentState(_ state: Int8) -> String {
        name(
            state,
            ["COPY_SEGMENT_STARTED", "COPY_SEGMENT_FINISHED", "DELETE_SEGMENT_STARTED", "DELETE_SEGMENT_FINISHED"])
    }

    private static func name(_ number: Int8, _ names: [String]) -> String {
        names.indices.contains(Int(number)) ? names[Int(number)] : "null"
    }
}
