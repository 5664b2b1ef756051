public import Bytes
import Reactor

/// How a log was left when it was closed in order. It spares the next start a look into the log's directory: after an
/// orderly stop at all, after another one once the files are seen to be as long as they were.
public struct ClosedLog: Equatable, Sendable {
    public let topicID: UUID
    public let endOffset: Int64
    /// The base offset of the last segment.
    let baseOffset: Int64
    /// Bytes of the last segment's files, in the order of ``kinds``, and of `partition.metadata`; 0 where none is.
    let bytes: [Int]

    static let kinds: [SegmentFileName.Kind] = [.log, .index, .timeindex, .txnindex]

    init(topicID: UUID, endOffset: Int64, baseOffset: Int64, bytes: [Int]) {
        self.topicID = topicID
        self.endOffset = endOffset
        self.baseOffset = baseOffset
        self.bytes = bytes
    }

    /// The same with a `partition.metadata`, which is written if none was there when the log was closed: older versions
    /// gave none to logs without batches. Not durable, as that of a new log.
    func withTopicID(in directory: String, _ files: FileSystem) -> ClosedLog {
        guard bytes.last == 0 else { return self }
        do throws(Errno) {
            try PartitionMetadataFile.write(topicID, inDirectory: directory, files: files, replacing: false)
        } catch { return self }
        return ClosedLog(
            topicID: topicID, endOffset: endOffset, baseOffset: baseOffset,
            bytes: bytes.dropLast() + [PartitionMetadataFile.encode(topicID).count])
    }

    /// Whether nothing has been written to the log in `directory` since it was closed, whatever has become of the
    /// process. All that a log does but appending to its last segment is durable before it counts, so that it shows in
    /// the names; an append shows in the sizes, also where a power cut has left but a part of it.
    ///
    /// - Complexity: one listing, and the status of three or four files.
    func isUnchanged(in directory: String, _ files: FileSystem) -> Bool {
        guard let names = try? files.list(directory) else { return false }
        var last = SegmentFileName(-1, .log)
        var hasTopicID = false
        var present: Set<SegmentFileName> = []
        for name in names {
            guard let file = SegmentFileName(name) else {
                if name == PartitionMetadataFile.name { hasTopicID = true }
                continue
            }
            switch file.temporary {
            case .cleaned, .swap: return false
            case .deleted: continue
            case nil: break
            }
            if file.kind == .log, file.baseOffset > last.baseOffset { last = file }
            if file.baseOffset == baseOffset { present.insert(file) }
        }
        guard last.baseOffset == baseOffset else { return false }
        func size(_ name: String, isThere: Bool) -> Int? {
            isThere ? try? files.status(directory + "/" + name).size : 0
        }
        var sizes = Self.kinds.map { kind in
            let name = SegmentFileName(baseOffset, kind)
            return size(name.text, isThere: present.contains(name))
        }
        sizes.append(size(PartitionMetadataFile.name, isThere: hasTopicID))
        return sizes == bytes
    }
}

/// `closed-log-checkpoint`, a file of ours that Apache Kafka ignores: how each log of a data directory was closed. A
/// line is the partition, the topic's id, the end offset, the last segment's base offset, and the bytes of its files
/// and of `partition.metadata`.
package enum ClosedLogFile {
    package static let name = "closed-log-checkpoint"

    package static func encode(_ logs: [TopicPartition: ClosedLog]) -> ByteSlice {
        CheckpointText.encode(
            logs.sorted { $0.key < $1.key }.map { partition, log in
                let numbers = [log.endOffset, log.baseOffset] + log.bytes.map(Int64.init)
                return "\(partition.topic) \(partition.partition) \(log.topicID.text) "
                    + numbers.map { "\($0)" }.joined(separator: " ")
            })
    }

    package static func decode(_ bytes: ByteSlice) throws(CheckpointText.Failure) -> [TopicPartition: ClosedLog] {
        let files = ClosedLog.kinds.count + 1
        var logs: [TopicPartition: ClosedLog] = [:]
        for (index, fields) in try CheckpointText.decode(bytes, fieldCount: 5 + files).enumerated() {
            let numbers = fields[3...].compactMap { Int64($0) }
            guard let partition = Int32(fields[1]), let topicID = UUID(text: fields[2]), numbers.count == 2 + files,
                numbers.allSatisfy({ $0 >= 0 })
            else { throw .malformed(line: index + 3) }
            logs[TopicPartition(String(fields[0]), partition)] = ClosedLog(
                topicID: topicID, endOffset: numbers[0], baseOffset: numbers[1], bytes: numbers[2...].map { Int($0) })
        }
        return logs
    }
}

extension Segment {
    /// What ``ClosedLog`` keeps of a segment whose indexes are loaded.
    var fileBytes: [Int] {
        [
            size, offsetIndex.count * OffsetIndexEntry.byteCount, timeIndex.count * TimeIndexEntry.byteCount,
            hasTransactionIndex ? transactionIndex.count * AbortedTransaction.byteCount : 0,
        ]
    }
}
