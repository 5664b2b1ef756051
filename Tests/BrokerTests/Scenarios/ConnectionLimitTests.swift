import KafkaProtocol
import Reactor
import Simulation
import Testing

@testable import Broker

@Suite struct ConnectionLimitTests {
    @Test(arguments: [1, 3]) func anAddressHasOnlySoManyConnections(cores: Int) throws {
        let stage = try Stage(cores: cores, settings: [("max.connections.per.ip", "3")])
        try stage.ask { client in
            let others = [try await client.another(), try await client.another()]
            for other in others { #expect(try await other.ask(MetadataRequest()).brokers.count == 1) }
            let refused = try await client.another()
            #expect(await refused.isClosedByBroker())
            others[0].close()
            await client.core.sleep(milliseconds: 100)
            #expect(try await client.another().ask(MetadataRequest()).brokers.count == 1)
        }
        #expect(stage.lines.value.contains { $0.contains("max.connections.per.ip") })
    }

    @Test func anOverrideCountsBeforeTheRule() throws {
        let settings = [
            ("max.connections.per.ip", "100"), ("max.connections.per.ip.overrides", "10.0.0.9:1, 10.0.0.2:2"),
        ]
        try Stage(settings: settings).ask { client in
            let second = try await client.another()
            #expect(try await second.ask(MetadataRequest()).brokers.count == 1)
            let refused = try await client.another()
            #expect(await refused.isClosedByBroker())
        }
    }

    @Test func theLimitOfAnAddressIsDynamic() throws {
        try Stage().ask { client in
            #expect(try await client.set("max.connections.per.ip", "1", broker: "1") == .noError)
            let refused = try await client.another()
            #expect(await refused.isClosedByBroker())
            #expect(try await client.set("max.connections.per.ip", "2", broker: "1") == .noError)
            #expect(try await client.another().ask(MetadataRequest()).brokers.count == 1)
        }
    }

    @Test(arguments: ["max.connections", "listener.name.plaintext.max.connections"])
    func whoFindsNoRoomWaitsForIt(setting: String) throws {
        try Stage(cores: 3, settings: [(setting, "2")]).ask { client in
            let second = try await client.another()
            #expect(try await second.ask(MetadataRequest()).brokers.count == 1)
            let third = try await client.another()
            let isAnswered = Shared(false)
            client.core.spawn { isAnswered.value = (try? await third.ask(MetadataRequest())) != nil }
            await client.core.sleep(milliseconds: 5000)
            #expect(!isAnswered.value)
            second.close()
            await client.core.sleep(milliseconds: 1000)
            #expect(isAnswered.value)
        }
    }

    @Test(arguments: [1, 3]) func aLowerLimitEndsTheIdlest(cores: Int) throws {
        try Stage(cores: cores).ask { client in
            let idle = [try await client.another(), try await client.another()]
            for other in idle { _ = try await other.ask(MetadataRequest()) }
            await client.core.sleep(milliseconds: 10)
            #expect(try await client.set("max.connections", "1", broker: "") == .noError)
            var closed = 0
            for other in idle where await other.isClosedByBroker() { closed += 1 }
            #expect(closed == 2)
        }
    }

    @Test func aStopIsNotHeldUpByThoseWhoWaitForRoom() throws {
        let stage = try Stage(cores: 3, settings: [("max.connections", "1")])
        let held = Shared<[Client]>([])
        try stage.ask { client in
            for _ in 0..<5 { held.value.append(try await client.another()) }
            await client.core.sleep(milliseconds: 100)
        }
        try stage.stop()
    }
}
