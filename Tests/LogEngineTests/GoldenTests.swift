import Bytes
import Foundation
import LogEngine
import Reactor
import Records
import Testing

/// A data directory that Apache Kafka 4.3.1 wrote, and what was written to it. See the README beside the archives.
private enum Golden {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden")

    static func unpack(_ name: String, to directory: String, _ files: FileSystem) throws -> String {
        try Archive(bytes(name + ".tar.gz")).unpack(to: directory, files)
        return directory + "/" + name
    }

    private static func bytes(_ name: String) throws -> ByteSlice {
        let packed = try Data(contentsOf: folder.appendingPathComponent(name))
        return try packed.withUnsafeBytes { try Decompressor().decompress($0, .gzip, limit: 64 << 20) }
    }

    static func told() throws -> [String: Any] {
        let data = Data(try bytes("told.json.gz").array)
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    struct Told: Equatable {
        var offset: Int64
        var timestamp: Int64
        var key: String?
        var value: String?
    }

    static func records(_ topic: String) throws -> [Told] {
        let rows = try told()[topic] as? [[String: Any]] ?? []
        return rows.map { row in
            Told(
                offset: (row["offset"] as? NSNumber)?.int64Value ?? -1,
                timestamp: (row["timestamp"] as? NSNumber)?.int64Value ?? -1,
                key: row["key"] as? String, value: row["value"] as? String)
        }
    }

    static func config(_ topic: String) -> LogConfig {
        var config = LogConfig()
        if topic == "compacted" { config.cleanupPolicy = .compact }
        if topic.hasPrefix("codec-") {
            config.segmentBytes = 16384
            config.indexIntervalBytes = 512
        }
        return config
    }
}

extension Record {
    fileprivate var told: Golden.Told {
        Golden.Told(offset: offset, timestamp: timestamp, key: key?.text, value: value?.text)
    }
}

/// The golden directory, unpacked and opened; every log of it.
private final class OpenDirectory {
    let path: String
    let directory: LogDirectory
    var logs: [String: Log] = [:]

    init(_ name: String, in parent: String, _ context: LogContext) async throws {
        path = try Golden.unpack(name, to: parent, context.core.files)
        directory = try await LogDirectory.open(path, core: context.core)
        for partition in try directory.partitions() where partition.name.state == .current {
            let topic = partition.name.partition.topic
            guard topic != "__cluster_metadata" else { continue }
            logs["\(partition.name.partition)"] = try await Log.open(
                partition.path, partition.opening(Golden.config(topic)), context, health: directory.health)
        }
    }

    func log(_ name: String) throws -> Log { try #require(logs[name]) }

    func close() async throws {
        var offsets = LogOffsets()
        for (name, log) in logs {
            try await log.close()
            offsets.add(try #require(PartitionDirectoryName(name)).partition, log)
        }
        try await directory.close(offsets, brokerEpoch: 12)
    }

    func abandon() async {
        for log in logs.values { await log.abandon() }
        directory.abandon()
    }
}

private let codecs = ["codec-none", "codec-gzip", "codec-snappy", "codec-lz4", "codec-zstd"]

@Suite struct GoldenTests {
    @Test func theDirectoryIsKnownAsCleanlyStopped() async throws {
        try await withLogs { context, parent in
            let open = try await OpenDirectory("clean", in: parent, context)
            #expect(open.directory.wasClean)
            #expect(open.directory.previousBrokerEpoch == 11)
            #expect(open.directory.meta.clusterID == "4L6g3nShT-eMCtK--X86sw")
            #expect(!context.core.files.exists(open.path + "/.kafka_cleanshutdown"))
            let all = try open.directory.partitions()
            #expect(all.filter { $0.name.state == .delete }.count == 2)
            for partition in all where partition.name.state == .current {
                guard let log = open.logs["\(partition.name.partition)"] else { continue }
                #expect(log.endOffset == partition.recoveryPoint)
                #expect(log.recoveryPoint == log.endOffset)
            }
            await open.abandon()
        }
    }

    @Test(arguments: codecs + ["idempotent"])
    func recordsAreServedAsTheyWereWritten(_ topic: String) async throws {
        try await withLogs { context, parent in
            let open = try await OpenDirectory("clean", in: parent, context)
            let records = try await open.log(topic + "-0").records()
            #expect(records.map(\.told) == (try Golden.records(topic)))
            await open.abandon()
        }
    }

    @Test func everyOffsetIsFoundAndEveryTimestamp() async throws {
        try await withLogs { context, parent in
            let open = try await OpenDirectory("clean", in: parent, context)
            for topic in codecs {
                let log = try open.log(topic + "-0")
                for told in try Golden.records(topic) {
                    let found = try await log.batches(from: told.offset, maxBytes: 1).first
                    let header = try #require(found).header
                    #expect(header.baseOffset <= told.offset && told.offset <= header.lastOffset)
                    let timed = try await log.offset(forTimestamp: told.timestamp)
                    #expect(timed?.offset == told.offset && timed?.timestamp == told.timestamp)
                }
                #expect(try await log.offsetOfMaxTimestamp()?.offset == 299)
            }
            await open.abandon()
        }
    }

    @Test func readCommittedReadersSeeWhatWasCommitted() async throws {
        try await withLogs { context, parent in
            let open = try await OpenDirectory("clean", in: parent, context)
            let log = try open.log("txn-0")
            #expect(log.highWatermark == 117)
            #expect(log.lastStableOffset == 116)
            #expect(try await committed(log) == (try Golden.told()["txn, read committed"] as? [String]))
            await open.abandon()
        }
    }

    /// What a consumer does: data of a producer is dropped from an aborted transaction's first offset to its marker.
    private func committed(_ log: Log) async throws -> [String] {
        let aborted = try log.abortedTransactions(from: 0, upTo: log.lastStableOffset)
        let decompressor = Decompressor()
        var values: [String] = []
        for batch in try await log.batches() where batch.header.baseOffset < log.lastStableOffset {
            let header = batch.header
            let isAborted = aborted.contains {
                $0.producerID == header.producerID && $0.firstOffset <= header.baseOffset
                    && header.baseOffset < $0.lastOffset
            }
            if isAborted || header.attributes.isControl { continue }
            values += try batch.records(with: decompressor).compactMap { $0.value?.text }
        }
        return values
    }

    @Test func trimmedLogsBeginWhereRecordsWereDeletedTo() async throws {
        try await withLogs { context, parent in
            let open = try await OpenDirectory("clean", in: parent, context)
            let log = try open.log("trimmed-0")
            #expect(log.startOffset == 123 && log.endOffset == 400)
            #expect(try await log.records(from: 123).map(\.offset) == Array(123..<400))
            await open.abandon()
        }
    }

    @Test func compactedLogsHoldTheLatestValueOfEachKey() async throws {
        try await withLogs { context, parent in
            let open = try await OpenDirectory("clean", in: parent, context)
            var latest: [String: String?] = [:]
            for record in try await open.log("compacted-0").records() {
                latest[record.key?.text ?? ""] = record.value?.text
            }
            var expected: [String: String?] = [:]
            for told in try Golden.records("compacted") { expected[told.key ?? ""] = told.value }
            #expect(latest.filter { $0.value != nil } == expected.filter { $0.value != nil })
            await open.abandon()
        }
    }

    @Test func openingAndClosingChangesNoFileOfAPartition() async throws {
        try await withLogs { context, parent in
            let untouched = try contents(try Golden.unpack("clean", to: parent, context.core.files), context)
            let open = try await OpenDirectory("clean", in: parent, context)
            try await open.close()
            #expect(try contents(open.path, context) == untouched)
            let again = try await LogDirectory.open(open.path, core: context.core)
            #expect(again.previousBrokerEpoch == 12)
            again.abandon()
        }
    }

    /// Bytes of the current partitions' files, temporaries aside. Offset and time index may get longer by what a close
    /// adds, so they are in it as well.
    private func contents(_ path: String, _ context: LogContext) throws -> [String: [UInt8]] {
        let files = context.core.files
        var found: [String: [UInt8]] = [:]
        for name in try files.list(path) {
            guard let partition = PartitionDirectoryName(name), partition.state == .current,
                partition.partition.topic != "__cluster_metadata"
            else { continue }
            for file in try files.list(path + "/" + name) where !file.hasSuffix(".deleted") {
                found[name + "/" + file] = try files.readAll(path + "/" + name + "/" + file).array
            }
        }
        return found
    }

    @Test func theTornDirectoryIsRecoveredAsKafkaRecoversIt() async throws {
        try await withLogs { context, parent in
            let open = try await OpenDirectory("torn", in: parent, context)
            #expect(!open.directory.wasClean)
            let expected: [String: Int64] = [
                "codec-none-0": 297, "codec-gzip-0": 300, "codec-snappy-0": 300, "codec-lz4-0": 300,
                "codec-zstd-0": 300,
                "append-time-0": 30, "compacted-0": 400, "trimmed-0": 400, "idempotent-0": 55, "txn-0": 117,
            ]
            for (name, end) in expected { #expect(try open.log(name).endOffset == end, "\(name)") }
            for topic in codecs + ["idempotent"] {
                let records = try await open.log(topic + "-0").records().map(\.told)
                #expect(records == Array(try Golden.records(topic).prefix(records.count)), "\(topic)")
            }
            #expect(try open.log("trimmed-0").startOffset == 123)
            await open.abandon()
        }
    }

    @Test func recoveryRebuildsTheIndexesAndTheProducersThatKafkaHad() async throws {
        try await withLogs { context, parent in
            let clean = try Golden.unpack("clean", to: parent, context.core.files)
            let open = try await OpenDirectory("torn", in: parent, context)
            let files = context.core.files
            for name in ["codec-gzip-0", "codec-snappy-0", "codec-lz4-0", "codec-zstd-0", "txn-0", "append-time-0"] {
                for file in try files.list(clean + "/" + name) where SegmentFileName(file) != nil {
                    let kafkas = try files.readAll(clean + "/" + name + "/" + file).array
                    let ours = try files.readAll(open.path + "/" + name + "/" + file).array
                    #expect(ours == kafkas, "\(name)/\(file)")
                }
            }
            let kafkas = try files.readAll(clean + "/codec-none-0/00000000000000000264.index").array
            let ours = try files.readAll(open.path + "/codec-none-0/00000000000000000264.index").array
            #expect(ours == Array(kafkas.prefix(ours.count)))
            #expect(try await committed(open.log("txn-0")) == (try Golden.told()["txn, read committed"] as? [String]))
            await open.abandon()
        }
    }
}
