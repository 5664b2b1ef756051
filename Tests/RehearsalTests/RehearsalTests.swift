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

    /// Its first broker is killed while it formats: the data directory's own name wasn't durable.
    @Test func aDirectoryThatWasBegunByAnotherSurvivesAPowerCut() throws {
        try replay(5027)
    }

    /// A torn `partition.metadata` of a log that was empty still lay there after an orderly stop.
    @Test func aTornTopicIDSurvivesAnOrderlyStop() throws {
        try replay(29)
    }

    @Test func whatIsNotFlushedIsLostByPowerCutsAndFound() {
        #expect(loses { Rehearsal(seed: $0, mode: .powerCutsWithoutFlush, faults: FaultPlan.none) })
    }

    @Test func aDiskThatLiesIsFoundOut() {
        #expect(loses { Rehearsal(seed: $0, mode: .powerCuts, faults: Rehearsal.lyingDisk) })
    }

    @Test func anAnswerBeforeTheWriteIsFoundOut() {
        #expect(loses { Rehearsal(seed: $0, mode: .kills, faults: Rehearsal.answersFirst) })
    }

    @Test func aCoordinatorThatAnswersBeforeTheWriteIsFoundOut() {
        #expect(
            loses("is lost: ") { Rehearsal(seed: $0, mode: .kills, faults: Rehearsal.coordinatorAnswersFirst) })
    }

    @Test func aRunThatCannotGoOnSaysSo() {
        var rehearsal = Rehearsal(seed: 1)
        rehearsal.turnLimit = 1000
        #expect(throws: SeedFailure.self) { try rehearsal.run() }
        var liar = FaultPlan.none
        liar.lyingSync = 1
        // Nothing at all is durable, not even the cluster: it may be that nothing starts again.
        for seed in 0..<3 as Range<UInt64> {
            guard let outcome = try? Rehearsal(seed: seed, mode: .powerCuts, faults: liar).run() else { continue }
            #expect(!outcome.violations.isEmpty, "seed \(seed)")
        }
    }

    private func check(_ seeds: Range<UInt64>, _ mode: Rehearsal.Mode) throws {
        var transactions = 0
        for seed in seeds {
            let first = try Rehearsal(seed: seed, mode: mode).run()
            let isKept = first.violations.isEmpty
            #expect(isKept, "seed \(seed): \(first.violations.suffix(5))")
            let second = try Rehearsal(seed: seed, mode: mode).run()
            transactions += first.transactions
            #expect(first.traceHash == second.traceHash, "seed \(seed) differs in its second run")
            #expect(first.acknowledged > 0 && first.acknowledged == second.acknowledged, "seed \(seed)")
        }
        #expect(transactions > 0)
    }

    /// A history from before there were transactions.
    private func replay(_ seed: UInt64) throws {
        let outcome = try Rehearsal(seed: seed, mode: .powerCuts).withoutTransactions.run()
        #expect(outcome.violations.isEmpty && outcome.acknowledged > 0, "seed \(seed): \(outcome.violations)")
    }

    private func loses(_ mark: String = "is lost", _ rehearsal: (UInt64) -> Rehearsal) -> Bool {
        for seed in 0..<20 as Range<UInt64> {
            // What is left may also be such that the broker doesn't start.
            guard let outcome = try? rehearsal(seed).run() else { continue }
            if outcome.violations.contains(where: { $0.contains(mark) }) { return true }
        }
        return false
    }

    private func seeds(_ count: UInt64) -> Range<UInt64> {
        Determinism.seedFromEnvironment.map { $0..<$0 + 1 } ?? 0..<count
    }
}
