import Bytes
import KafkaProtocol
import Reactor
import Simulation
import Testing

@Suite struct RudeClientTests {
    /// Clients that ask much at once, read late or never, break off anywhere and send rubbish, over a bad network: who
    /// reads gets its answers in order, and nothing is left of the others.
    @Test(arguments: UInt64(0)..<8) func whateverClientsDoTheBrokerServesOn(seed: UInt64) throws {
        var random = RandomStream(seed: seed, .workload)
        let stage = try Stage(
            cores: 1 + random.below(3), seed: seed, faults: seed % 2 == 0 ? .none : .rough,
            settings: [("connections.max.idle.ms", "30000")])
        let wrong = Shared<[String]>([])
        let answered = Shared(0)
        try stage.ask { client in
            try await client.create("t", partitions: 3)
            try await client.findCoordinator("g")
            let tasks = Tasks(client.core)
            for number in 0..<6 as Range<UInt64> {
                tasks.start {
                    var random = RandomStream(seed: seed, .workload, number: 1 + number)
                    for _ in 0..<4 {
                        do { answered.value += try await Visit(&random).run(client.another()) } catch {
                            if case .correlation? = error as? ClientFailure { wrong.value.append("\(error)") }
                        }
                    }
                }
            }
            await tasks.finish()
        }
        #expect(wrong.value.isEmpty, "seed \(seed): \(wrong.value)")
        #expect(answered.value > 0)
        stage.world.network.faults = .none
        stage.world.network.heal()
        try stage.ask { client async throws in #expect(try await client.metadata("t").partitions.count == 3) }
        stage.world.run(milliseconds: 120_000)
        let left = try stage.connectionCount()
        #expect(left == 0, "seed \(seed)")
        if random.chance(0.5) { try stage.stop() } else { stage.crash(.kill) }
        #expect(stage.world.leakedCores == 0, "seed \(seed)")
    }
}

/// What a rude client does with one connection.
private struct Visit {
    enum Ending: CaseIterable {
        case reads, leaves, sendsRubbish, breaksOff, isDeaf
    }

    private var requests: [any KafkaRequest] = []
    private let ending: Ending
    private let pause: Int64

    init(_ random: inout RandomStream) {
        ending = Ending.allCases[random.below(Ending.allCases.count)]
        pause = Int64(random.within(0...20))
        for _ in 0..<random.within(1...90) { requests.append(Self.request(&random)) }
    }

    private static func request(_ random: inout RandomStream) -> any KafkaRequest {
        let partition = Int32(random.below(4))
        switch random.below(20) {
        case 0..<7: return MetadataRequest { $0.topics = nil }
        case 7..<14:
            let size = random.chance(0.05) ? 300_000 : random.within(1...5000)
            let value = String(repeating: "v", count: size)
            return ProduceRequest.of("t", [(partition, batch([value]))], acks: random.chance(0.5) ? 1 : -1)
        case 14..<18:
            var fetch = FetchRequest.of("t", [(partition, Int64(random.below(3)))])
            fetch.maximumWaitMilliseconds = Int32(random.within(0...100))
            fetch.minimumBytes = 1
            fetch.maximumBytes = 100_000
            return fetch
        case 18: return HeartbeatRequest { $0.groupID = "g" }
        default: return Client.joining("g", memberID: "")
        }
    }

    /// Returns how many answers came.
    func run(_ client: Client) async throws -> Int {
        let sender = Tasks(client.core)
        sender.start { try? await sendAll(client) }
        var failure: (any Error)?
        var count = 0
        switch ending {
        case .reads, .sendsRubbish:
            do {
                for request in requests {
                    try await receive(request, client)
                    count += 1
                }
            } catch { failure = error }
        case .leaves, .breaksOff: await client.core.sleep(milliseconds: pause)
        case .isDeaf: await client.core.sleep(milliseconds: 500)
        }
        client.shutDown()
        await sender.finish()
        client.close()
        if let failure { throw failure }
        return count
    }

    private func sendAll(_ client: Client) async throws {
        for request in requests { try await send(request, client) }
        switch ending {
        case .sendsRubbish: try await client.send(raw: [0, 0, 0, 9, 77, 77, 0, 0, 0, 0, 0, 0, 0])
        case .breaksOff: try await client.send(raw: [0, 80, 0, 0, 0, 0, 0, 3, 1, 1])
        case .reads, .leaves, .isDeaf: break
        }
    }

    private func version<Request: KafkaRequest>(_ request: Request) -> Int16 { min(Request.versions.upperBound, 9) }

    private func send<Request: KafkaRequest>(_ request: Request, _ client: Client) async throws {
        try await client.send(request, version: version(request))
    }

    private func receive<Request: KafkaRequest>(_ request: Request, _ client: Client) async throws {
        _ = try await client.receive(Request.Response.self, version: version(request))
    }
}
