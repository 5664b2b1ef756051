package import Bytes

/// The text form that all of Kafka's checkpoint files share: version, number of entries, one entry a line.
package enum CheckpointText {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case unknownVersion
        case malformed(line: Int)
        case wrongCount(stated: Int, found: Int)

        package var description: String {
            switch self {
            case .unknownVersion: "its version is unknown"
            case .malformed(let line): "line \(line) is malformed"
            case .wrongCount(let stated, let found): "it says that it has \(stated) entries, and has \(found)"
            }
        }
    }

    package static func encode(_ lines: [String]) -> ByteSlice {
        var text = "0\n\(lines.count)\n"
        for line in lines { text += line + "\n" }
        return ByteSlice(utf8: text)
    }

    /// The fields of each entry, `fieldCount` of them.
    package static func decode(_ bytes: ByteSlice, fieldCount: Int) throws(Failure) -> [[Substring]] {
        // By bytes: by characters 10,000 partitions take a tenth of a second.
        let lines = bytes.text.utf8.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        guard lines.count >= 2 else { throw .malformed(line: lines.count + 1) }
        guard Int(Substring(lines[0]).filter { !$0.isWhitespace }) == 0 else { throw .unknownVersion }
        guard let count = Int(Substring(lines[1]).filter { !$0.isWhitespace }), count >= 0 else {
            throw .malformed(line: 2)
        }
        guard count == lines.count - 2 else { throw .wrongCount(stated: count, found: lines.count - 2) }
        var entries: [[Substring]] = []
        entries.reserveCapacity(count)
        for (index, line) in lines.dropFirst(2).enumerated() {
            let fields = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard fields.count == fieldCount else { throw .malformed(line: index + 3) }
            entries.append(fields.map { Substring($0) })
        }
        return entries
    }
}

/// `*-offset-checkpoint`: an offset for each partition.
package enum OffsetCheckpoint {
    package static let recoveryPoint = "recovery-point-offset-checkpoint"
    package static let logStart = "log-start-offset-checkpoint"
    package static let highWatermark = "replication-offset-checkpoint"
    package static let cleaner = "cleaner-offset-checkpoint"

    package static func encode(_ offsets: [TopicPartition: Int64]) -> ByteSlice {
        CheckpointText.encode(
            offsets.sorted { $0.key < $1.key }.map { "\($0.key.topic) \($0.key.partition) \($0.value)" })
    }

    package static func decode(_ bytes: ByteSlice) throws(CheckpointText.Failure) -> [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for (index, fields) in try CheckpointText.decode(bytes, fieldCount: 3).enumerated() {
            guard let partition = Int32(fields[1]), let offset = Int64(fields[2]) else {
                throw .malformed(line: index + 3)
            }
            offsets[TopicPartition(String(fields[0]), partition)] = offset
        }
        return offsets
    }
}

/// `leader-epoch-checkpoint` of a partition.
package enum LeaderEpochFile {
    package static let name = "leader-epoch-checkpoint"

    package static func encode(_ epochs: LeaderEpochs) -> ByteSlice {
        CheckpointText.encode(epochs.entries.map { "\($0.epoch) \($0.startOffset)" })
    }

    package static func decode(_ bytes: ByteSlice) throws(CheckpointText.Failure) -> LeaderEpochs {
        var entries: [LeaderEpochs.Entry] = []
        for (index, fields) in try CheckpointText.decode(bytes, fieldCount: 2).enumerated() {
            guard let epoch = Int32(fields[0]), let startOffset = Int64(fields[1]) else {
                throw .malformed(line: index + 3)
            }
            entries.append(LeaderEpochs.Entry(epoch: epoch, startOffset: startOffset))
        }
        return LeaderEpochs(entries)
    }
}
