import Foundation
import Testing

/// No byte from a socket or a disk, and no other surprise, may end the process: `!` unwraps nothing.
@Suite struct UnwrapTests {
    private static let pattern = #"[A-Za-z0-9_\])>]!(?![=])"#

    /// Lines that may, with what makes them true.
    private static let allowed: [String: [String]] = [
        // Two halves of one object: set by the other's init, before anyone else sees either.
        "Sources/Reactor/Core.swift": ["unowned(unsafe) var core: Core!"],
        "Sources/Reactor/FileSystem.swift": ["unowned var core: Core!"],
    ]

    @Test func nothingIsUnwrappedByForce() {
        let findings = Repository.swift("Sources").flatMap(Self.check)
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test(arguments: ["let a = b!", "f(x)!.y", "table[1]!", "let name: String!"])
    func aForcedUnwrapIsFound(_ line: String) {
        #expect(Self.check(SourceFile("Sources/Broker/A.swift", line)).count == 1)
    }

    @Test(arguments: ["if a != b {", "a.b!=c", "!isOpen", #"print("Hello!")"#, "// oh!", "return !x && !y"])
    func otherExclamationsAreLeftAlone(_ line: String) {
        #expect(Self.check(SourceFile("Sources/Broker/A.swift", line)) == [])
    }

    private static func check(_ file: SourceFile) -> [Finding] {
        file.codeLines(matching: pattern).compactMap { line in
            let text = line > 0 ? file.code[line - 1] : ""
            guard !(allowed[file.path] ?? []).contains(where: { text.contains($0) }) else { return nil }
            return Finding(path: file.path, line: line, cure: "guard let, or carry the value in a type that has it")
        }
    }
}
