@testable import Broker
import Reactor
import Simulation
import Testing

@Suite struct CheckpointTests {
    @Test func whoWantsThemFromAnotherCoreWhileTheLastAreDoneIsNotForgotten() throws {
        try World.run(seeds: 0..<10) { world in
            let node = world.addNode(cores: 2)
            try world.run(on: node) { cores in
                let storage = Storage(core: cores[1], logger: Logger { _, _ in })
                let collect: @Sendable () async -> CollectedOffsets = {
                    await storage.core.sleep(milliseconds: 1)
                    return CollectedOffsets()
                }
                for number in 0..<100 as Range<UInt64> {
                    cores[1].spawn { await storage.writeCheckpoints(collect) }
                    await cores[0].sleep(until: cores[0].now().adding(nanoseconds: number * 20_000))
                    await storage.writeCheckpoints(collect)
                }
            }
        }
    }
}
