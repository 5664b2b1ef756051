@testable import Broker
import Bytes
import Metadata
import Testing

@Suite struct PlacementTests {
    private func node(cores: Int) throws -> Node {
        Node(
            id: 1, clusterID: "c",
            configuration: try ServerConfiguration(ServerConfiguration.embedded(dataDirectory: "/d")),
            logger: Logger { _, _ in }, coreCount: cores, handlers: HandlerTable([]))
    }

    @Test func consecutivePartitionsGoToConsecutiveCores() throws {
        let node = try node(cores: 3)
        let topic = UUID(high: 0x1234_5678, low: 0x9abc_def0)
        let places = (Int32(0)..<9).map { node.placement(of: topic, $0) }
        for core in 0..<3 { #expect(places.filter { $0 == core }.count == 3) }
    }

    @Test func anyNumberHasAPlace() throws {
        let node = try node(cores: 3)
        for topic in [UUID.zero, UUID(high: .max, low: .max)] {
            for partition in [Int32.min, -1, 0, .max] {
                #expect((0..<3).contains(node.placement(of: topic, partition)))
            }
        }
    }

    @Test func theMetadataLogIsOnTheFirstCore() throws {
        #expect(try node(cores: 3).placement(of: .metadataTopic, 0) == 0)
    }
}
