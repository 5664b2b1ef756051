import Simulation
import Testing

@Suite struct StoreTests {
    @Test func whatIsAcknowledgedSurvivesCrashes() throws {
        var crashes = 0
        for seed in seeds(300) {
            let outcome = try StoreRun(seed: seed, faults: seed % 2 == 0 ? .none : .rough).run()
            #expect(outcome.lost.isEmpty, "seed \(seed)")
            #expect(outcome.acknowledged.count == 36, "seed \(seed)")
            crashes += outcome.crashes
        }
        #expect(crashes > 100 || Determinism.seedFromEnvironment != nil)
    }

    @Test func whatIsAcknowledgedSurvivesADiskThatFails() throws {
        var faults = FaultPlan.rough
        faults.syncError = 0.02
        faults.writeError = 0.02
        for seed in seeds(100) {
            let outcome = try StoreRun(seed: seed, faults: faults).run()
            #expect(outcome.lost.isEmpty, "seed \(seed)")
        }
    }

    @Test func acknowledgingBeforeTheSyncIsFound() throws {
        #expect(try loses(StoreRun(seed: 0, mistake: .acknowledgesBeforeSync)))
    }

    @Test func aDirectoryThatIsNotSyncedIsFound() throws {
        #expect(try loses(StoreRun(seed: 0, mistake: .forgetsTheDirectory)))
    }

    @Test func aSyncThatIsTriedAgainIsFound() throws {
        var faults = FaultPlan.none
        faults.syncError = 0.05
        #expect(try loses(StoreRun(seed: 0, faults: faults, mistake: .retriesAFailedSync)))
    }

    @Test func aDiskThatLiesIsFound() throws {
        var faults = FaultPlan.none
        faults.lyingSync = 0.5
        #expect(try loses(StoreRun(seed: 0, faults: faults)))
    }

    private func loses(_ run: StoreRun) throws -> Bool {
        for seed in 0..<50 as Range<UInt64> {
            var run = run
            run.seed = seed
            if try !run.run().lost.isEmpty { return true }
        }
        return false
    }

    private func seeds(_ count: UInt64) -> Range<UInt64> {
        Determinism.seedFromEnvironment.map { $0..<$0 + 1 } ?? 0..<count
    }
}
