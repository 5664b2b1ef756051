import Metadata
import Testing

@testable import Tools

@Suite struct ServerStartRequestTests {
    @Test func aFileAndOverridesAreTaken() throws {
        let request = try ServerStartRequest(["s.properties", "--override", "a=1", "--override", "b=2=3"])
        #expect(request.file == "s.properties")
        #expect(request.overrides.map(\.name) == ["a", "b"])
        #expect(request.overrides.map(\.value) == ["1", "2=3"])
    }

    @Test func clientsOfAnEmbeddedNodeAreToldOfTheListenersItHas() throws {
        let asItIs = try ServerStartRequest(["--data", "d"]).configuration()
        #expect(asItIs.list("advertised.listeners").first == "PLAINTEXT://localhost:9092")
        let listeners = "listeners=PLAINTEXT://127.0.0.1:7,CONTROLLER://127.0.0.1:8"
        let moved = try ServerStartRequest(["--data", "d", "--override", listeners]).configuration()
        #expect(moved.value("advertised.listeners") == .null)
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
