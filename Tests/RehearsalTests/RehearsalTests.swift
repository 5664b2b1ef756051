import Rehearsal
import Simulation
import Testing

@Suite(.serialized) struct RehearsalTests {
    @Test func whatIsAcknowledgedSurvivesKills() throws {
        try check(seeds(30), .kills)
    }

    @Test func whatIsAcknowledgedSurvivesPowerCutsWhenTopicsFlush() throws {
        try check(seeds(15), .powerCuts)
    }

    @Test func whatIsNotFlushedIsLostByPowerCutsAndFound() throws {
        #expect(try loses { Rehearsal(seed: $0, mode: .powerCutsWithoutFlush, faults: .some(.none)) })
    }

    @Test func aDiskThatLiesIsFound() throws {
        var faults = FaultPlan.none
        faults.lyingSync = 0.5
        #expect(try loses { Rehearsal(seed: $0, mode: .powerCuts, faults: faults) })
    }

    private func check(_ seeds: Range<UInt64>, _ mode: Rehearsal.Mode) throws {
        for seed in seeds {
            let first = try Rehearsal(seed: seed, mode: mode).run()
            #expect(first.violations.isEmpty, "seed \(seed): \(first.violations.prefix(5))")
            let second = try Rehearsal(seed: seed, mode: mode).run()
            #expect(first.traceHash == second.traceHash, "seed \(seed) differs in its second run")
            #expect(first.acknowledged > 0 && first.acknowledged == second.acknowledged, "seed \(seed)")
        }
    }

    /// A broker that can't start on what is left has lost, too.
    private func loses(_ rehearsal: (UInt64) -> Rehearsal) throws -> Bool {
        for seed in 0..<20 as Range<UInt64> {
            do {
                if try !rehearsal(seed).run().violations.isEmpty { return true }
            } catch is SeedFailure { return true }
        }
        return false
    }

    private func seeds(_ count: UInt64) -> Range<UInt64> {
        Determinism.seedFromEnvironment.map { $0..<$0 + 1 } ?? 0..<count
    }
}
