import Testing

@Suite struct FormTests {
    private static let longestFile = 600
    private static let widestLine = 120

    @Test func filesAreShort() {
        let findings = Repository.swift("Sources").filter { $0.lines.count > Self.longestFile }.map {
            Finding(
                path: $0.path, line: Self.longestFile,
                cure: "\($0.lines.count) lines are more than \(Self.longestFile): cut it by what its parts are for")
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test func linesAreNarrow() {
        let files = ["Sources", "Tests", "Benchmarks"].flatMap { Repository.swift($0) }
        let findings = files.flatMap(Self.wideLines)
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test func aWideLineIsFound() {
        let file = SourceFile("A.swift", String(repeating: "é", count: 120) + "\n" + String(repeating: "x", count: 121))
        #expect(Self.wideLines(file).map(\.line) == [2])
    }

    @Test func halfOfTheFilesAreNoLongerThanAScreenOrTwo() {
        let counts = Repository.swift("Sources").map(\.lines.count).sorted()
        #expect(counts[counts.count / 2] <= 130)
    }

    private static func wideLines(_ file: SourceFile) -> [Finding] {
        file.lines.enumerated().filter { _, line in
            guard line.utf8.count > widestLine else { return false }
            // A sentence or pattern in quotes needn't be torn for a few columns.
            let text = line.drop { $0 == " " }
            let isQuoted = ["\"", "+ \"", "== \"", "#\""].contains { text.hasPrefix($0) }
            return line.count > (isQuoted ? widestLine + 10 : widestLine)
        }.map { index, line in
            Finding(
                path: file.path, line: index + 1,
                cure: "\(line.count) columns are more than \(widestLine): break the line (make format)")
        }
    }
}
