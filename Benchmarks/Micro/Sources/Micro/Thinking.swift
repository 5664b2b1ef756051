import Bytes
import KafkaProtocol
import Records

/// What needs no machine: messages, checksums, the check of a batch.
enum Thinking {
    static func codec(_ table: Table) async throws {
        let batch = Sample.batch(16 << 10, recordBytes: 100)
        let frame = try Sample.produce(batch).frame(version: 13, correlationID: 1, clientID: "micro")
        let request = frame[4..<frame.count]
        try await table.measure("Produce v13 request, header and body, decoded") { count in
            for _ in 0..<count {
                var position = 0
                use(try RequestHeader(decoding: request, at: &position, version: 2))
                use(try ProduceRequest(decoding: request, at: &position, version: 13))
            }
        }
        let one = Sample.fetch(partitions: 1, records: [batch.bytes])
        try await table.measure("Fetch v17 response, 1 partition, encoded in pieces") { count in
            for _ in 0..<count { use(try one.framePieces(version: 17, correlationID: 1)) }
        }
        let hundred = Sample.fetch(partitions: 100, records: [batch.bytes])
        try await table.measure("Fetch v17 response, 100 partitions, encoded in pieces") { count in
            for _ in 0..<count { use(try hundred.framePieces(version: 17, correlationID: 1)) }
        }
        let metadata = Sample.metadata(partitions: 1000)
        try await table.measure("Metadata v13 response, 1,000 partitions, encoded") { count in
            for _ in 0..<count { use(try metadata.frame(version: 13, correlationID: 1)) }
        }
        let bytes = try metadata.encoded(version: 13)
        try await table.measure("Metadata v13 response, 1,000 partitions, decoded") { count in
            for _ in 0..<count { use(try MetadataResponse(decoding: bytes, version: 13)) }
        }
    }

    static func checksum(_ table: Table) async {
        for (name, size) in [
            ("100 B", 100), ("1 KiB", 1 << 10), ("16 KiB", 16 << 10), ("128 KiB", 128 << 10), ("1 MiB", 1 << 20),
        ] {
            let bytes = ByteSlice([UInt8](repeating: 7, count: size))
            await table.measure("CRC-32C of \(name)", bytes: size) { count in
                for _ in 0..<count { use(bytes.withUnsafeBytes { CRC32C.checksum($0) }) }
            }
        }
    }

    static func check(_ table: Table) async throws {
        let check = BatchCheck()
        let rules = BatchRules()
        for (name, size, recordBytes) in [("100 B in 16 KB", 16 << 10, 100), ("1 KiB in 64 KB", 64 << 10, 1 << 10)] {
            let batch = Sample.batch(size, recordBytes: recordBytes)
            try await table.measure("check of a batch, records of \(name)", bytes: batch.totalSize) { count in
                for _ in 0..<count { use(try check.append(batch.bytes, rules, now: Sample.now)) }
            }
        }
    }
}
