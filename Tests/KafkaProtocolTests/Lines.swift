import Glibc
import KafkaProtocol

/// The lines of a gzip file as JSON, read through `gzip` so that the tests need no library of their own.
enum Lines {
    struct Unreadable: Error { let path: String }

    static let here = directory(of: #filePath)

    static func read(_ path: String) throws -> [JSON] {
        guard access(path, R_OK) == 0, let pipe = popen("gzip -dc '\(path)'", "r") else { throw Unreadable(path: path) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { bytes += chunk[..<count] }
        guard pclose(pipe) == 0 else { throw Unreadable(path: path) }
        return try bytes.split(separator: UInt8(ascii: "\n")).map { try JSON(utf8: Array($0)) }
    }

    static func files(in folder: String, startingWith prefix: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(prefix), name.hasSuffix(".jsonl.gz") { names.append(folder + "/" + name) }
        }
        return names.sorted()
    }

    private static func directory(of path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }
}

extension JSON {
    subscript(name: String) -> JSON? {
        guard case .object(let object) = self else { return nil }
        return object[name]
    }

    func without(_ names: Set<String>) -> JSON {
        guard !names.isEmpty, case .object(let object) = self else { return self }
        var rest = Object()
        for member in object.members where !names.contains(member.name) { rest.append(member.name, member.value) }
        return .object(rest)
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var int16: Int16? { if case .integer(let number) = self { Int16(exactly: number) } else { nil } }
    var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }
}
