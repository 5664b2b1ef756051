import Bytes
import Foundation
import Reactor
import Records
import Simulation

@testable import Tools

/// Data directories that Apache Kafka 4.3.1 wrote, and `legacy`, segments of the formats before 0.11; on the disk of a
/// simulated machine, with dumps of their files.
final class GoldenDirectory {
    private let files: FileSystem

    init(_ names: [String], _ files: FileSystem) throws {
        self.files = files
        for name in names {
            let folder = name == "legacy" ? "Golden" : "../LogEngineTests/Golden"
            try unpack(try Self.packed("\(folder)/\(name).tar.gz"))
        }
    }

    /// What `dump-log` prints, as the files of expected output have it.
    func dump(_ arguments: [String]) -> String {
        let capture = Terminal.Capture()
        let terminal = Terminal(capture: capture)
        var code = 0
        do {
            var dump = Dump(try DumpRequest(try DumpLog.table.parse(arguments)), files, terminal)
            do throws(DumpFailure) { try dump.run() } catch {
                terminal.error(error.message)
                code = 1
            }
        } catch { terminal.error("\(error)") }
        terminal.flush()
        var text = capture.output.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n[no line end]\n" }
        // Why Kafka stops it tells in a stack trace, we in a sentence.
        if code == 0 { for error in capture.errors { text += "[err] \(error)\n" } }
        return text + "[exit \(code)]\n"
    }

    func read(_ path: String) throws -> ByteSlice { try files.readAll(path) }

    func write(_ bytes: [UInt8], to path: String) throws {
        if let slash = path.lastIndex(of: "/") { try files.makeDirectories(String(path[..<slash])) }
        let file = try files.open(path, .create)
        defer { file.close() }
        try file.truncate(to: 0)
        try file.write([ByteSlice(bytes)], at: 0)
    }

    static func packed(_ name: String) throws -> ByteSlice {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let packed = try Data(contentsOf: folder.appendingPathComponent(name))
        return try packed.withUnsafeBytes { try Decompressor().decompress($0, .gzip, limit: 64 << 20) }
    }

    /// A tar archive of directories and plain files.
    private func unpack(_ archive: ByteSlice) throws {
        var position = 0
        while position + 512 <= archive.count {
            let head = archive[position..<position + 512]
            let name = Self.field(head[0..<100])
            let size = Int(Self.field(head[124..<136]), radix: 8) ?? 0
            position += 512
            guard !name.isEmpty else { return }
            if head[156] != UInt8(ascii: "5") { try write(archive[position..<position + size].array, to: name) }
            position += (size + 511) / 512 * 512
        }
    }

    private static func field(_ bytes: ByteSlice) -> String {
        String(decoding: bytes.array.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }, as: UTF8.self)
    }
}

/// Runs `body` on a core of a simulated machine whose disk holds `names` of the golden directories.
func withGolden(_ names: [String], _ body: @escaping @Sendable (GoldenDirectory) throws -> Void) throws {
    let world = World(seed: 1)
    try world.run(on: world.addNode()) { cores in try body(try GoldenDirectory(names, cores[0].files)) }
}
