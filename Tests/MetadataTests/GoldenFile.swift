import Bytes
import Glibc
import Records
import Testing

/// What Apache Kafka 4.3.1 wrote or answered, kept beside the tests.
enum GoldenFile {
    static func read(_ name: String) throws -> ByteSlice {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let file = try #require(fopen("/\(folder)/Golden/\(name).gz", "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        return try bytes.withUnsafeBytes { try Decompressor().decompress($0, .gzip, limit: 1 << 20) }
    }
}
