import Bytes
import Foundation
import Records
import Testing

/// One line of `batches.jsonl.gz`: batches that Apache Kafka's own classes wrote.
struct VectorBatch: Decodable, CustomTestStringConvertible {
    struct Batch: Decodable {
        let baseOffset, lastOffset, baseTimestamp, maxTimestamp, producerId: Int64
        let sizeInBytes, count: Int
        let partitionLeaderEpoch, baseSequence, lastSequence: Int32
        let producerEpoch: Int16
        let crc: UInt32
        let compression, timestampType: String
        let transactional, control: Bool
        let records: [Line]
    }

    struct Line: Decodable {
        let offset, timestamp: Int64
        let sequence: Int32
        let key, value: String?
        let headers: [[String?]]

        var record: Record {
            Record(
                offset: offset, timestamp: timestamp, sequence: sequence, key: base64(key), value: base64(value),
                headers: headers.map { RecordHeader($0[0] ?? "", base64($0[1])) })
        }

        private func base64(_ text: String?) -> ByteSlice? {
            text.flatMap { Data(base64Encoded: $0) }.map { ByteSlice([UInt8]($0)) }
        }
    }

    let what: String
    let batches: [Batch]
    let hex: String

    var testDescription: String { "\(what) \(batches.first?.compression ?? "") \(batches.first?.timestampType ?? "")" }

    var bytes: ByteSlice {
        let digits = Array(hex.utf8)
        return ByteSlice(
            stride(from: 0, to: digits.count - 1, by: 2).map { index in
                UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) ?? 0
            })
    }

    /// All lines, from the folder that MOLDAU_VECTORS names or the copy beside this file.
    static let all: [VectorBatch] = {
        let beside = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors").path
        let folder = ProcessInfo.processInfo.environment["MOLDAU_VECTORS"] ?? beside
        guard let file = FileManager.default.contents(atPath: folder + "/batches.jsonl.gz"),
            let text = try? file.withUnsafeBytes({ try Decompressor().decompress($0, .gzip, limit: 64 << 20) })
        else { return [] }
        return text.text.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(VectorBatch.self, from: Data($0.utf8))
        }
    }()
}
