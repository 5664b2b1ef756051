import KafkaClient
import Reactor
import Simulation
import Testing

@Suite struct ConnectionTests {
    @Test func whoComesFromAnotherCoreWhileConnectingFailsIsTold() throws {
        try World.run(seeds: 0..<10) { world in
            let node = world.addNode(cores: 2)
            try world.run(on: node) { cores in
                for number in 0..<100 as Range<UInt64> {
                    let connection = Connection(
                        to: HostAndPort(host: "127.0.0.1", port: 9), ClientConfiguration(), core: cores[1])
                    cores[1].spawn { try? await connection.connect() }
                    await cores[0].sleep(until: cores[0].now().adding(nanoseconds: number * 5_000))
                    await #expect(throws: ClientError.self) { try await connection.connect() }
                }
            }
        }
    }
}
