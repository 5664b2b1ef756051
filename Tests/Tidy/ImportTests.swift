import Testing

/// Which modules each may see. What thinks (Metadata, Coordination, and below them Records and KafkaProtocol) sees no
/// machine: it can't read a clock, a file or a socket even by mistake.
@Suite struct ImportTests {
    static let allowed: [String: Set<String>] = [
        "Bytes": ["CChecksum", "Synchronization"],
        "Reactor": ["Bytes", "CUring", "CNuma", "Glibc", "Synchronization"],
        "Records": ["Bytes", "CCompression"],
        "KafkaProtocol": ["Bytes"],
        "LogEngine": ["Bytes", "Records", "Reactor", "Synchronization"],
        "KafkaClient": ["Bytes", "Records", "KafkaProtocol", "Reactor"],
        "Metadata": ["Bytes", "Records", "KafkaProtocol"],
        "Coordination": ["Bytes", "Records", "KafkaProtocol"],
        "Broker": [
            "Bytes", "Reactor", "Records", "KafkaProtocol", "LogEngine", "Metadata", "Coordination", "Synchronization",
        ],
        "Simulation": ["Bytes", "Reactor", "CRuntime", "CUring", "Glibc", "Synchronization"],
        "Rehearsal": [
            "Bytes", "Reactor", "Records", "KafkaProtocol", "LogEngine", "Metadata", "Broker", "Simulation",
        ],
        "Tools": [
            "Bytes", "Reactor", "Records", "KafkaProtocol", "Metadata", "KafkaClient", "Broker", "Rehearsal",
            "Simulation", "Glibc", "Synchronization",
        ],
        "moldau": ["Tools", "Glibc"],
    ]

    @Test func importsPointDown() {
        let findings = Repository.swift("Sources").flatMap(Self.check)
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test func everyModuleHasItsRule() {
        let modules = Set(Repository.swift("Sources").map(\.module))
        #expect(modules == Set(Self.allowed.keys), "Tests/Tidy/ImportTests.swift: tell what a new module may import")
    }

    @Test func anImportUpwardsIsFound() {
        let file = SourceFile("Sources/Metadata/A.swift", "import Bytes\n// import Reactor\npackage import Reactor\n")
        #expect(Self.check(file).map(\.line) == [3])
    }

    static func check(_ file: SourceFile) -> [Finding] {
        let allowed = allowed[file.module] ?? []
        return file.code.enumerated().compactMap { index, line in
            guard let module = imported(line), !allowed.contains(module) else { return nil }
            return Finding(
                path: file.path, line: index + 1,
                cure: "\(file.module) may not import \(module): say what you need as a value that the caller brings")
        }
    }

    private static func imported(_ line: String) -> String? {
        let words = line.split(separator: " ")
        guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
            words[..<index].allSatisfy({ ["public", "package", "internal", "private", "@testable"].contains($0) })
        else { return nil }
        return words[index + 1].split(separator: ".").first.map(String.init)
    }
}
