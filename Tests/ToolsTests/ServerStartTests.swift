import Testing

@testable import Tools

@Suite struct ServerStartRequestTests {
    @Test func aFileAndOverridesAreTaken() throws {
        let request = try ServerStartRequest(["s.properties", "--override", "a=1", "--override", "b=2=3"])
        #expect(request.file == "s.properties")
        #expect(request.overrides.map(\.name) == ["a", "b"])
        #expect(request.overrides.map(\.value) == ["1", "2=3"])
    }

    @Test func dataTakesTheFilesPlace() throws {
        #expect(try ServerStartRequest(["--data", "d"]).data == "d")
        #expect(throws: UsageFailure.self) { try ServerStartRequest(["--override", "a=1"]) }
        #expect(throws: UsageFailure.self) { try ServerStartRequest([]) }
    }

    @Test func strayWordsAreNamed() {
        do throws(UsageFailure) {
            _ = try ServerStartRequest(["f", "a", "b"])
            Issue.record("taken")
        } catch { #expect(error.message.hasPrefix("Found non argument parameters: a,b\n")) }
    }
}
