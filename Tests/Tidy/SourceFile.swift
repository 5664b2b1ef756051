import Foundation

/// A Swift file by lines: as written, and with strings and comments blanked out.
struct SourceFile: Sendable {
    let path: String
    let lines: [String]
    let code: [String]

    init(_ path: String, _ text: String) {
        self.path = path
        lines = Self.lines(text)
        code = Self.lines(Blanker(text).blanked())
    }

    /// `LogEngine` of `Sources/LogEngine/Log.swift`.
    var module: String { String(path.split(separator: "/").dropFirst().first ?? "") }

    /// `Log+Read` of `Sources/LogEngine/Log+Read.swift`.
    var name: String { String((path.split(separator: "/").last ?? "").dropLast(".swift".count)) }

    /// The numbers of the lines, code alone, in which `pattern` begins to match; `^` and `$` are a line's ends.
    func codeLines(matching pattern: String) -> [Int] { Self.lines(code, matching: pattern) }

    static func lines(_ lines: [String], matching pattern: String) -> [Int] {
        guard let regex = try? NSRegularExpression(pattern: pattern, options: .anchorsMatchLines) else { return [0] }
        let text = lines.joined(separator: "\n")
        let matches = regex.matches(in: text, range: NSRange(text.startIndex..., in: text))
        return matches.compactMap { match in
            Range(match.range, in: text).map { text.utf8[..<$0.lowerBound].count { $0 == UInt8(ascii: "\n") } + 1 }
        }
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}

/// Puts spaces in place of comments and of what strings hold, but for the code interpolated into them.
private struct Blanker {
    private enum Mode {
        case code(parentheses: Int, isInterpolated: Bool)
        case string(hashes: Int, isMultiline: Bool)
    }

    private var bytes: [UInt8]
    private var position = 0
    private var modes = [Mode.code(parentheses: 0, isInterpolated: false)]

    init(_ text: String) { bytes = Array(text.utf8) }

    func blanked() -> String {
        var copy = self
        while copy.position < copy.bytes.count {
            switch copy.modes.last {
            case .code(let parentheses, let isInterpolated): copy.code(parentheses, isInterpolated)
            case .string(let hashes, let isMultiline): copy.string(hashes, isMultiline)
            case nil: copy.position = copy.bytes.count
            }
        }
        return String(decoding: copy.bytes, as: UTF8.self)
    }

    /// What code has to be looked at for.
    private static let special = Set("/#\"()".utf8)

    private func isAt(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    private mutating func blank(_ count: Int) {
        for index in position..<min(position + count, bytes.count) where bytes[index] != UInt8(ascii: "\n") {
            bytes[index] = UInt8(ascii: " ")
        }
        position = min(position + count, bytes.count)
    }

    private mutating func code(_ parentheses: Int, _ isInterpolated: Bool) {
        guard Self.special.contains(bytes[position]) else {
            position += 1
            return
        }
        if isAt("//") {
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { blank(1) }
        } else if isAt("/*") {
            blockComment()
        } else if let (hashes, isMultiline) = opening() {
            blank(hashes + (isMultiline ? 3 : 1))
            modes.append(.string(hashes: hashes, isMultiline: isMultiline))
        } else {
            switch bytes[position] {
            case UInt8(ascii: "("):
                modes[modes.count - 1] = .code(parentheses: parentheses + 1, isInterpolated: isInterpolated)
            case UInt8(ascii: ")") where parentheses == 0 && isInterpolated: modes.removeLast()
            case UInt8(ascii: ")"):
                modes[modes.count - 1] = .code(parentheses: parentheses - 1, isInterpolated: isInterpolated)
            default: break
            }
            position += 1
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if isAt("/*") {
                depth += 1
                blank(2)
            } else if isAt("*/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && position < bytes.count
    }

    private func opening() -> (hashes: Int, isMultiline: Bool)? {
        let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
        let rest = bytes[(position + hashes)...]
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        return (hashes, rest.starts(with: "\"\"\"".utf8))
    }

    private mutating func string(_ hashes: Int, _ isMultiline: Bool) {
        guard bytes[position] == UInt8(ascii: "\\") || bytes[position] == UInt8(ascii: "\"") else { return blank(1) }
        let marks = String(repeating: "#", count: hashes)
        if isAt("\\" + marks + "(") {
            blank(hashes + 2)
            modes.append(.code(parentheses: 0, isInterpolated: true))
        } else if isAt("\\" + marks) {
            blank(hashes + 2)
        } else if isAt((isMultiline ? "\"\"\"" : "\"") + marks) {
            blank(hashes + (isMultiline ? 3 : 1))
            modes.removeLast()
        } else {
            blank(1)
        }
    }
}
