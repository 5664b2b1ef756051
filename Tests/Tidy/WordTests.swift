import Foundation
import Testing

/// Words that stand for a habit, each with what to write instead.
@Suite struct WordTests {
    struct Word: Sendable {
        let pattern: String
        let cure: String
        /// Modules where it is right.
        var exempt: Set<String> = []
    }

    /// Looked for in code, strings and comments left out.
    static let code = [
        Word(
            pattern: #"\b(class|struct|enum|actor|protocol|typealias)\s+\w*(Manager|Helper|Helpers|Utils|Util|Impl)\b"#,
            cure: "name the type by the noun of its field, not as a Manager, Helper, Utils or Impl"),
        Word(pattern: #"\btry!"#, cure: "try! traps: throw, or say why it can't fail by the types"),
        Word(
            pattern: #"\bfatalError\("#,
            cure: "throw for what the world does, precondition with a sentence for what a programmer does"),
        Word(pattern: #"\bTask\.sleep\b"#, cure: "core.sleep, which the simulator can see"),
        Word(pattern: #"\bTask\.detached\b"#, cure: "core.spawn: a detached task runs on no core of ours"),
        Word(pattern: #"\b(ContinuousClock|SuspendingClock)\b"#, cure: "core.now(), which the simulator can see"),
        Word(pattern: #"\bDate\(\)"#, cure: "core.wallClockMilliseconds(), which the simulator can see"),
        Word(
            pattern: #"\bSystemRandomNumberGenerator\b"#, cure: "core.random(), which the simulator can see",
            exempt: ["Reactor"]),
        Word(pattern: #"\.shuffled\(\)|\.randomElement\(\)|\.random\(in:[^,)]*\)"#, cure: "core.random()"),
        Word(pattern: #"\bDispatch(Queue|Semaphore|Group|Time)\b"#, cure: "a core runs it: core.spawn, core.schedule"),
        Word(pattern: #"\bFileManager\b"#, cure: "core.files"),
        Word(
            pattern: #"\bstatic var \w+ *(:[^{=\n]+)?=[^=]|\bstatic var \w+ *:[^{=\n]+$"#,
            cure: "no state outlives its broker: give it to what owns it", exempt: ["Reactor"]),
    ]

    /// Looked for everywhere, comments above all.
    static let text = [
        Word(pattern: #"\b(TODO|FIXME)\b|\bXXX\b"#, cure: "do it now, or write it down where work is planned")
    ]

    @Test func codeSaysItInTheWordsOfThisHouse() {
        let findings = Repository.swift("Sources").flatMap(Self.check)
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test func filesAreNamedByNouns() {
        let endings = ["Manager", "Helper", "Helpers", "Utils", "Util", "Impl"]
        let findings = Repository.swift("Sources").filter { file in endings.contains { file.name.hasSuffix($0) } }.map {
            Finding(
                path: $0.path, line: 1, cure: "name the file by the type in it, and the type by the noun of its field")
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test(arguments: [
        "final class LogManager {", "let x = try! f()", "await Task.sleep(1)", "let now = Date()",
        "static var count = 0", "static var table: [Int]", "// TODO: later",
    ])
    func aBannedWordIsFound(_ line: String) {
        #expect(Self.check(SourceFile("Sources/Broker/A.swift", line)).count == 1)
    }

    @Test(arguments: [
        #"let text = "Task.sleep and try!""#, "static var all: [Int] { [1] }", "static var name: String { get }",
        "// a Manager of old", "struct Update {",
    ])
    func aGoodLineIsLeftAlone(_ line: String) {
        #expect(Self.check(SourceFile("Sources/Broker/A.swift", line)) == [])
    }

    static func check(_ file: SourceFile) -> [Finding] {
        find(code, file, file.code) + find(text, file, file.lines)
    }

    private static func find(_ words: [Word], _ file: SourceFile, _ lines: [String]) -> [Finding] {
        words.filter { !$0.exempt.contains(file.module) }.flatMap { word in
            SourceFile.lines(lines, matching: word.pattern).map { Finding(path: file.path, line: $0, cure: word.cure) }
        }
    }
}
