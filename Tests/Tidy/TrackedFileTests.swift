import Foundation
import Testing

@Suite struct TrackedFileTests {
    /// Binary data that tests are held to, always compressed.
    private static let data = [
        "Tests/KafkaProtocolTests/", "Tests/LogEngineTests/Golden/", "Tests/MetadataTests/Golden/",
        "Tests/RecordsTests/Vectors/", "Tests/ToolsTests/Golden/",
    ]

    /// A path of somebody's machine, or a registry that others can't reach. In pieces, so that this file has none.
    private static let foreign = [
        "/" + "home/[a-z]", "/" + "Users/[A-Za-z]", "/" + "work/[a-z]", "/" + "root/[a-z]", "/tmp" + "/hb",
        "artifact" + "ory", "nexus" + "\\.", "--index" + "-url", "[a-z]\\.corp" + "\\b", "\\.inter" + "nal[:/]",
    ]

    @Test func binariesAreCompressedTestData() {
        let findings = Repository.paths.filter { path in
            Repository.data(path).prefix(8192).contains(0)
                && !(path.hasSuffix(".gz") && Self.data.contains { path.hasPrefix($0) })
        }.map { Finding(path: $0, line: 1, cure: "a binary: have it built, or put it among the tests' data") }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test func nothingNamesAMachineOfOurs() {
        let pattern = Self.foreign.joined(separator: "|")
        let findings = Repository.paths.filter { !$0.hasSuffix(".gz") }.flatMap { path in
            SourceFile.lines([Repository.text(path)], matching: pattern).map {
                Finding(path: path, line: $0, cure: "a path or host that only we have: say it in general")
            }
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test func whatIsBuiltIsIgnored() {
        let ignored = Repository.text(".gitignore")
        for name in [".build*/", ".venv/", "__pycache__/", "/data/"] {
            #expect(ignored.contains(name), ".gitignore: add \(name)")
        }
    }

    @Test func scriptsCanBeRun() {
        let scripts = Repository.paths.filter { $0.hasPrefix("bin/") || $0.hasPrefix(".ci/") }
        for script in scripts {
            let path = Repository.root.appendingPathComponent(script).path
            #expect(FileManager.default.isExecutableFile(atPath: path), "\(script): chmod +x")
        }
        #expect(!scripts.isEmpty)
    }
}
