import Foundation
import Testing

/// What the documents promise is there.
@Suite struct DocumentTests {
    private static let documents = [
        "README.md", "docs/ARCHITECTURE.md", "docs/COMPATIBILITY.md", "docs/OPERATIONS.md", "tuning/README.md",
    ]

    @Test(arguments: documents) func makeTargetsExist(_ document: String) {
        let targets = Set(
            Repository.text("Makefile").split(separator: "\n").compactMap { line -> String? in
                guard !line.hasPrefix("\t"), let colon = line.firstIndex(of: ":") else { return nil }
                return String(line[..<colon])
            })
        let named = Self.matches(#"\bmake ([a-z]+)\b"#, in: document, onlyCode: true)
        let findings = named.filter { !targets.contains($0.1) }.map {
            Finding(path: document, line: $0.0, cure: "the Makefile has no target \($0.1)")
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test(arguments: documents) func scriptsExist(_ document: String) {
        let present = Set(Repository.paths)
        let findings = Self.matches(#"(?:^|[\s`(])(bin/[A-Za-z-]+(?:\.sh)?)"#, in: document).filter {
            !present.contains($0.1)
        }
        .map { Finding(path: document, line: $0.0, cure: "there is no \($0.1)") }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test(arguments: documents) func filesThatAreLinkedExist(_ document: String) {
        let folder = Repository.root.appendingPathComponent(document).deletingLastPathComponent()
        let findings = Self.matches(#"\]\((?!https?:|#)([^)#]+)"#, in: document).filter { _, target in
            !FileManager.default.fileExists(atPath: folder.appendingPathComponent(target).standardizedFileURL.path)
        }.map { Finding(path: document, line: $0.0, cure: "the link to \($0.1) leads nowhere") }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    /// Each handler names its request; the message says the versions, unless the handler lists others.
    @Test func everyServedAPIIsInTheTableOfCompatibility() throws {
        let path = "docs/COMPATIBILITY.md"
        let rows = Set(
            Repository.text(path).split(separator: "\n").filter { $0.hasPrefix("| ") }.compactMap { row -> String? in
                let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                guard cells.count >= 3, let key = Int(cells[0]) else { return nil }
                return "\(key) \(cells[1]) \(cells[2])"
            })
        let served = try Self.servedAPIs()
        #expect(served.count == Self.handlerCount(), "a handler names no request that a message describes")
        let missing = served.filter { !rows.contains($0) }.sorted()
        let unserved = rows.subtracting(served).sorted()
        #expect(missing.isEmpty, "\(path): add what is served: \(missing)")
        #expect(unserved.isEmpty, "\(path): take away or correct what isn't served so: \(unserved)")
    }

    /// How many handlers the broker's table names.
    private static func handlerCount() -> Int {
        let text = Repository.text("Sources/Broker/Handlers.swift")
        guard let list = text.range(of: "HandlerTable([") else { return 0 }
        return text[list.upperBound...].prefix { $0 != "]" }.split(separator: ",")
            .filter { $0.contains(".") }.count
    }

    /// `12 Heartbeat 0–4`, for each handler.
    private static func servedAPIs() throws -> Set<String> {
        var ranges: [String: (key: Int, versions: (Int, Int))] = [:]
        for file in Repository.swift("Sources/KafkaProtocol/Messages") {
            let text = file.lines.joined(separator: "\n")
            for match in text.matches(of: try messagePattern()) {
                guard let key = Int(match.2), let first = Int(match.3), let last = Int(match.4) else { continue }
                ranges[String(match.1)] = (key, (first, last))
            }
        }
        let handlers = Repository.swift("Sources/Broker/Handlers").flatMap(\.lines).joined(separator: "\n")
        var served: Set<String> = []
        for match in handlers.matches(of: try handlerPattern()) {
            guard let message = ranges[String(match.1)] else { continue }
            let listed = match.2.map { $0.split(separator: ".").compactMap { Int($0) } } ?? []
            let first = listed.first ?? message.versions.0
            let last = listed.last ?? message.versions.1
            served.insert("\(message.key) \(match.1) \(first)–\(last)")
        }
        return served
    }

    private static func messagePattern() throws -> Regex<(Substring, Substring, Substring, Substring, Substring)> {
        try Regex(
            #"struct (\w+)Request: KafkaRequest \{[^}]*?let key: Int16 = (\d+)"#
                + #"[^}]*?versions: ClosedRange<Int16> = (\d+)\.\.\.(\d+)"#
        )
    }

    private static func handlerPattern() throws -> Regex<(Substring, Substring, Substring?)> {
        try Regex(#"(?:\.answering(?:AtOnce)?|Handler)\((\w+)Request\.self(?:, listed: ([\d.]+))?\)"#)
    }

    /// Line and first group of each match; with `onlyCode`, in code blocks and `code` alone.
    private static func matches(_ pattern: String, in document: String, onlyCode: Bool = false) -> [(Int, String)] {
        guard let regex = try? Regex<(Substring, Substring)>(pattern) else { return [(0, "bad pattern \(pattern)")] }
        var found: [(Int, String)] = []
        var isBlock = false
        for (index, line) in Repository.text(document).split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.hasPrefix("```") { isBlock.toggle() }
            let spans = line.split(separator: "`", omittingEmptySubsequences: false)
            let looked =
                !onlyCode || isBlock || line.hasPrefix("    ")
                ? [line] : spans.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            for text in looked { found += text.matches(of: regex).map { (index + 1, String($0.1)) } }
        }
        return found
    }
}
