import Bytes
import LogEngine
import Reactor
import Records

/// Compaction of a log in which each key was written ten times: both passes over all of it, and a tenth written anew.
struct Compaction {
    private static let bytesOfALog = 128 << 20
    private static let writesOfAKey = 10

    let core: Core
    let directory: String

    func clean(_ table: Table) async throws {
        for (name, codec, recordBytes) in [
            ("records of 1 KiB", Compression.none, 1024), ("records of 100 bytes", .none, 100),
            ("records of 100 bytes, lz4", .lz4, 100), ("records of 100 bytes, zstd", .zstd, 100),
        ] {
            let batches = try batches(codec, recordBytes: recordBytes)
            let bytes = batches.reduce(0) { $0 + $1.totalSize } * Self.writesOfAKey
            try await table.measure(
                "compaction, \(name)", count: 1, bytes: bytes, prepare: { try await filled(batches) }
            ) { log in
                guard case .cleaned(let report) = try await log.clean(), report.recordsAfter * 5 < report.recordsBefore
                else { preconditionFailure("there was nothing to do") }
                await log.abandon()
            }
        }
    }

    /// Batches of 16 KiB with keys of their own.
    private func batches(_ codec: Compression, recordBytes: Int) throws -> [RecordBatch] {
        let compressor = Compressor()
        var serial: UInt64 = 0
        return try (0..<Self.bytesOfALog / Self.writesOfAKey / (16 << 10)).map { _ in
            var fields = BatchBuilder.Fields()
            fields.compression = codec
            let builder = BatchBuilder(fields, capacity: 17 << 10)
            while builder.isEmpty || builder.uncompressedSize + recordBytes + 40 <= 16 << 10 {
                serial += 1
                let seed = serial &* 0x9e37_79b9_7f4a_7c15
                let value = (0..<recordBytes).map { UInt8(truncatingIfNeeded: seed >> UInt64($0 % 7)) }
                builder.append(
                    timestamp: Sample.now, key: ByteSlice(utf8: "key-\(serial)"), value: ByteSlice(value))
            }
            return try builder.finish(with: compressor)
        }
    }

    private func filled(_ batches: [RecordBatch]) async throws -> Log {
        let path = directory + "/compacted-0"
        for name in (try? core.files.list(path)) ?? [] { try core.files.remove(path + "/" + name) }
        var opening = LogOpening()
        opening.config.cleanupPolicy = .compact
        opening.config.segmentBytes = 32 << 20
        opening.config.minCleanableDirtyRatio = 0
        opening.config.fileDeleteDelayMilliseconds = 1
        let log = try await Log.open(path, opening, LogContext(core: core), health: DirectoryHealth())
        for _ in 0..<Self.writesOfAKey {
            for batch in batches {
                try await log.append(BatchCheck.replica(batch.bytes), leaderEpoch: 0).written()
            }
        }
        log.updateHighWatermark(to: log.endOffset)
        try await log.flush()
        return log
    }
}
