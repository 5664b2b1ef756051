import Bytes
import LogEngine
import Reactor
import Records
import Simulation
import Testing

/// A machine that stops amid a compaction, at whichever of its steps.
@Suite struct CrashedCleaningTests {
    private static let keys = 7
    private static let batches = 60

    private static func fill(_ core: Core) async throws -> Log {
        try core.files.makeDirectories("/data")
        try await core.files.syncDirectory("/")
        let log = try await Log.open("/data/t-0", compacted(), LogContext(core: core))
        for index in 0..<batches { try await log.add(keyed([("k\(index % keys)", "value \(index)")])) }
        try await log.roll()
        try await log.flush()
        return log
    }

    @Test(arguments: [Crash.kill, .powerCut]) func eachGroupIsTheOldOrTheNewOne(kind: Crash) throws {
        var random = SystemRandomNumberGenerator()
        let fresh = UInt64.random(in: 1_000_000..<2_000_000_000, using: &random)
        let found = Shared((old: 0, new: 0, both: 0))
        for seeds in [0..<100, fresh..<fresh + 10] as [Range<UInt64>] {
            try World.run(seeds: seeds) { world in try Self.crashOnce(world, kind, found) }
        }
        // Crashes came before, amid and after the exchange of segments, or this says little.
        #expect(found.value.old > 5 && found.value.new > 5 && found.value.both > 5, "\(found.value)")
    }

    private static func crashOnce(
        _ world: World, _ kind: Crash, _ found: Shared<(old: Int, new: Int, both: Int)>
    ) throws {
        var chance = world.workload()
        let node = world.addNode()
        let isFilled = Shared(false)
        node.start { cores in
            cores[0].spawn {
                guard let log = try? await fill(cores[0]) else { return }
                isFilled.value = true
                var terms = CleaningTerms()
                terms.bufferBytes = 400
                _ = try? await log.clean(terms)
                await cores[0].sleep(milliseconds: 1000)
                await log.abandon()
            }
        }
        world.run(milliseconds: 60_000) { isFilled.value }
        let turns = Shared(chance.below(400))
        world.run(milliseconds: 60_000) {
            turns.value = turns.value == 0 ? 0 : turns.value - 1
            return turns.value == 0
        }
        world.crash(node, kind)
        let seed = world.seed
        try world.run(on: node) { cores in
            // Twice: the first start may be one that finishes what was begun.
            for _ in 0..<2 {
                let log = try await Log.open(
                    "/data/t-0", compacted(), clean: false, recoveryPoint: 61, LogContext(core: cores[0]))
                #expect(log.endOffset == 61, "seed \(seed)")
                let offsets = try await log.records().map(\.offset)
                let latest = Set(Int64(batches - keys)...60)
                #expect(offsets == Array(Set(offsets)).sorted(), "seed \(seed)")
                #expect(latest.isSubset(of: offsets), "seed \(seed)")
                // A group is compacted as a whole: what is left of the superseded records is whole segments.
                let superseded = offsets.filter { !latest.contains($0) }
                switch superseded.count {
                case 0: found.value.new += 1
                case 53: found.value.old += 1
                default: found.value.both += 1
                }
                let names = try cores[0].files.list("/data/t-0").compactMap { SegmentFileName($0) }
                #expect(names.allSatisfy { $0.temporary == nil }, "seed \(seed)")
                let bases = names.filter { $0.kind == .log }.map(\.baseOffset)
                for base in bases where base < 53 {
                    let end = min(bases.first { $0 > base } ?? 61, 53)
                    let count = superseded.filter { $0 >= base && $0 < end }.count
                    #expect(count == 0 || count == Int(end - base), "seed \(seed), segment \(base)")
                }
                await log.abandon()
            }
        }
    }
}
