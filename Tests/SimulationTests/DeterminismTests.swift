import Glibc
import Reactor
import Simulation
import Testing

@Suite struct DeterminismTests {
    @Test func theSameSeedDoesTheSame() throws {
        var hashes = Set<UInt64>()
        for seed in 0..<60 as Range<UInt64> {
            let first = try StoreRun(seed: seed, faults: .rough).run()
            let second = try StoreRun(seed: seed, faults: .rough).run()
            #expect(first.traceHash == second.traceHash, "seed \(seed)")
            #expect(first.acknowledged == second.acknowledged, "seed \(seed)")
            hashes.insert(first.traceHash)
        }
        #expect(hashes.count == 60)
    }

    @Test func theSameSeedDoesTheSameInAnotherProcess() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            print("trace \(try StoreRun(seed: 42, faults: .rough).run().traceHash) end")
        }
        let here = try StoreRun(seed: 42, faults: .rough).run().traceHash
        let text = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
        #expect(text.contains("trace \(here) end"))
    }

    @Test func aJobThatEscapesToTheGlobalPoolTraps() async {
        await #expect(processExitsWith: .failure) {
            let world = World(seed: 1)
            world.addNode().start { cores in
                cores[0].spawn { Task {} }
            }
            world.run()
        }
    }

    @Test(arguments: [0, 1]) func whatIsAnotherCoresTraps(core: Int) async {
        await #expect(processExitsWith: core == 0 ? .success : .failure) { [core = core as Int] in
            let world = World(seed: 1)
            world.addNode(cores: 2).start { cores in
                cores[0].spawn { cores[core].schedule(at: cores[0].now()) {} }
            }
            world.run()
        }
    }

    @Test(arguments: [0, 1]) func filesOfAnotherCoreTrap(core: Int) async {
        await #expect(processExitsWith: core == 0 ? .success : .failure) { [core = core as Int] in
            let world = World(seed: 1)
            world.addNode(cores: 2).start { cores in
                cores[0].spawn { _ = cores[core].files.exists("data") }
            }
            world.run()
        }
    }

    @Test func aLoopThatNeverAsksWhetherItsCoreIsHaltedTraps() async {
        await #expect(processExitsWith: .failure) {
            let world = World(seed: 1)
            let node = world.addNode()
            node.start { cores in
                cores[0].spawn { while true { await cores[0].sleep(milliseconds: 1) } }
            }
            world.run(milliseconds: 10)
            world.crash(node, .kill)
        }
    }

    @Test func streamsOfChanceAreApartAndEven() {
        var streams = [
            RandomStream(seed: 7, .disk), RandomStream(seed: 7, .network), RandomStream(seed: 8, .disk),
            RandomStream(seed: 7, .disk, number: 1),
        ]
        var seen = Set<UInt64>()
        for index in streams.indices { for _ in 0..<1000 { seen.insert(streams[index].next()) } }
        #expect(seen.count == 4000)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 { counts[streams[0].below(10)] += 1 }
        #expect(counts.allSatisfy { (850...1150).contains($0) })
        #expect((0..<1000).allSatisfy { _ in (3...5).contains(streams[0].within(3...5)) })
    }

    @Test func virtualTimeJumpsOverWhatNobodyWaitsFor() throws {
        let world = World(seed: 3)
        let woken = Shared<Instant?>(nil)
        let start = world.now
        world.addNode().start { cores in
            cores[0].spawn {
                await cores[0].sleep(milliseconds: 3_000_000)
                woken.value = cores[0].now()
            }
        }
        #expect(world.run { woken.value != nil } == .reached)
        #expect(woken.value?.milliseconds(since: start) == 3_000_000)
        #expect(world.turns < 10)
        #expect(world.run() == .idle)
        #expect(world.end() == 0)
    }
}
