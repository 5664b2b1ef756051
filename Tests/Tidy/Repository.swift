import Foundation

/// The files of this repository, as they lie around this one.
enum Repository {
    /// Tests/Tidy/Repository.swift is three levels down.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// What is never committed: .gitignore says so, and a test that the two agree.
    static let ignored = [".git", ".venv", "__pycache__", ".pytest_cache", "data"]

    static let paths: [String] = {
        var found: [String] = []
        func walk(_ directory: String) {
            let here = directory.isEmpty ? root : root.appendingPathComponent(directory)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: here.path)) ?? []
            for name in names.sorted()
            where !ignored.contains(name) && !name.hasPrefix(".build") && !name.hasSuffix(".pyc") {
                let path = directory.isEmpty ? name : directory + "/" + name
                var isDirectory: ObjCBool = false
                _ = FileManager.default.fileExists(
                    atPath: root.appendingPathComponent(path).path, isDirectory: &isDirectory)
                if isDirectory.boolValue { walk(path) } else { found.append(path) }
            }
        }
        walk("")
        return found
    }()

    static func data(_ path: String) -> Data {
        (try? Data(contentsOf: root.appendingPathComponent(path))) ?? Data()
    }

    static func text(_ path: String) -> String { String(decoding: data(path), as: UTF8.self) }

    /// All Swift files, with their code.
    private static let swift = paths.filter { $0.hasSuffix(".swift") }.map { SourceFile($0, text($0)) }

    /// Those below `directory`.
    static func swift(_ directory: String) -> [SourceFile] { swift.filter { $0.path.hasPrefix(directory + "/") } }
}

/// A line that breaks a rule, and what to do about it.
struct Finding: CustomStringConvertible, Equatable {
    var path: String
    var line: Int
    var cure: String

    var description: String { "\(path):\(line): \(cure)" }
}

extension [Finding] {
    /// All of them, one a line, as editors jump to.
    var report: String { "\n" + map(\.description).joined(separator: "\n") }
}
