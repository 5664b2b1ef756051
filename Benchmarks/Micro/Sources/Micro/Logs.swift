import Bytes
import Glibc
import LogEngine
import Reactor
import Records

/// The log on a real file system, beside the least that has to be done with the same bytes.
struct Logs {
    private static let bytesOfARun = 256 << 20

    let core: Core
    let directory: String

    func append(_ table: Table) async throws {
        for (name, size, batchesOfATurn) in [
            ("16 KB batch, one a turn", 16 << 10, 1), ("16 KB batch, eight a turn", 16 << 10, 8),
            ("128 KB batch, one a turn", 128 << 10, 1),
        ] {
            let batches = (0..<batchesOfATurn).map { _ in Sample.batch(size, recordBytes: 1 << 10) }
            let bytes = batches[0].totalSize
            let count = Self.bytesOfARun / bytes
            try await table.compare(
                count: count, bytes: bytes,
                "CRC-32C and pwrite, \(name)", prepare: { try PlainFile(directory + "/plain") },
                { try $0.write(batches, $1) },
                "check and append, \(name)", prepareSecond: { try await emptyLog() },
                { try await append(batches, $1, to: $0) }, finish: { await $0.abandon() })
        }
    }

    func lookUp(_ table: Table) async throws {
        let log = try await emptyLog()
        let batch = Sample.batch(16 << 10, recordBytes: 1 << 10)
        try await append([batch], Self.bytesOfARun / batch.totalSize, to: log)
        let end = log.endOffset
        try await table.measure("look-up of an offset anywhere, 256 MiB segment") { count in
            for _ in 0..<count {
                let offset = Int64(core.random() % UInt64(end))
                use(try log.locate(offset, maxBytes: 1 << 20, upTo: end, wholeBatch: true))
            }
        }
        try await table.measure("look-up of one of the last 100 batches") { count in
            let last = UInt64(batch.header.recordsCount) * 100
            for _ in 0..<count {
                let offset = end - 1 - Int64(core.random() % last)
                use(try log.locate(offset, maxBytes: 1 << 20, upTo: end, wholeBatch: true))
            }
        }
        for (name, size) in [("64 KiB, copied", 64 << 10), ("1 MiB, mapped", 1 << 20)] {
            try await table.measure("read from the page cache, \(name)", bytes: size) { count in
                for _ in 0..<count {
                    let offset = Int64(core.random() % UInt64(end - 2000))
                    use(try await log.read(from: offset, maxBytes: size, upTo: end))
                }
            }
        }
        await log.abandon()
    }

    private func append(_ batches: [RecordBatch], _ count: Int, to log: Log) async throws {
        let check = BatchCheck()
        let rules = BatchRules()
        var left = count
        while left > 0 {
            var last: AppendResult?
            for batch in batches {
                batch.patch(baseOffset: 0, partitionLeaderEpoch: -1)  // it was given its place the last time
                last = try log.append(try check.append(batch.bytes, rules, now: Sample.now), leaderEpoch: 0)
            }
            try await last?.written()
            left -= batches.count
        }
    }

    private func emptyLog() async throws -> Log {
        let path = directory + "/measured-0"
        for name in (try? core.files.list(path)) ?? [] { try core.files.remove(path + "/" + name) }
        return try await Log.open(path, LogOpening(), LogContext(core: core), health: DirectoryHealth())
    }
}

/// The least that can be done: a CRC over each batch, one write for a turn's batches.
private final class PlainFile {
    private let descriptor: Int32
    private var position = 0

    init(_ path: String) throws {
        unlink(path)
        descriptor = open(path, O_RDWR | O_CREAT, 0o644)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    }

    deinit { close(descriptor) }

    func write(_ batches: [RecordBatch], _ count: Int) throws {
        let vectors = batches.map {
            iovec(iov_base: $0.bytes.unsafeMutableAddress, iov_len: $0.totalSize)
        }
        var left = count
        while left > 0 {
            for batch in batches { use(batch.bytes.withUnsafeBytes { CRC32C.checksum($0) }) }
            let written = pwritev(descriptor, vectors, Int32(vectors.count), position)
            guard written > 0 else { throw Errno(rawValue: errno) }
            position += written
            left -= batches.count
        }
        withExtendedLifetime(batches) {}
    }
}
