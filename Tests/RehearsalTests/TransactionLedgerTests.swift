import Testing

@testable import Rehearsal

/// Histories that no broker may have, each found for what it is.
@Suite struct TransactionLedgerTests {
    private var ledger = TransactionLedger()
    /// One record in each of two partitions.
    private let number: Int
    private let entries: [Entry]

    init() {
        let number = ledger.begin(producer: 0)
        entries = [ledger.write(1, 0, in: number)[0], ledger.write(1, 1, in: number)[0]]
        ledger.acknowledge([entries[0]], 0, 0)
        ledger.acknowledge([entries[1]], 1, 0)
        ledger.commitsOffset(number)
        self.number = number
    }

    /// - Parameter committed: the partitions in which the records are shown read committed.
    private func end(committed: [Int], offset: Int64) -> TransactionalEnd {
        func logs(_ partitions: [Int]) -> [TransactionalEnd.Log] {
            (0..<2).map { partitions.contains($0) ? [(Int64(0), entries[$0].value)] : [] }
        }
        return TransactionalEnd(
            logs: [.readCommitted: logs(committed), .readUncommitted: logs([0, 1])], offsets: [0: offset])
    }

    @Test mutating func aCommitIsKept() {
        ledger.conclude(number, .committed)
        ledger.show(entries[0].value, 0, 0, .readCommitted)
        ledger.see(offset: 0, of: 0, after: number)
        #expect(ledger.violations(end(committed: [0, 1], offset: 0)).isEmpty)
    }

    @Test mutating func anUnknownEndIsAllOrNothing() {
        ledger.conclude(number, .unknown)
        #expect(ledger.violations(end(committed: [0, 1], offset: 0)).isEmpty)
        #expect(ledger.violations(end(committed: [], offset: -1)).isEmpty)
        #expect(ledger.violations(end(committed: [1], offset: 0)).contains { $0.contains("is torn: 1 of its 2") })
    }

    @Test mutating func aCommitThatIsMissingIsFound() {
        ledger.conclude(number, .committed)
        #expect(ledger.violations(end(committed: [], offset: -1)).contains { $0.contains("is lost: 0 of its 2") })
        #expect(ledger.violations(end(committed: [0], offset: 0)).contains { $0.contains("is lost: 1 of its 2") })
    }

    @Test func anAbortThatIsShownIsFound() {
        #expect(ledger.violations(end(committed: [], offset: -1)).isEmpty)
        #expect(ledger.violations(end(committed: [1], offset: 0)).contains { $0.contains("never committed, is shown") })
    }

    @Test mutating func anOffsetThatGoesItsOwnWayIsFound() {
        #expect(ledger.violations(end(committed: [], offset: 0)) == ["the offset of producer 0 is 0, not -1"])
        ledger.conclude(number, .committed)
        #expect(ledger.violations(end(committed: [0, 1], offset: -1)) == ["the offset of producer 0 is -1, not 0"])
        ledger.see(offset: -1, of: 0, after: number)
        #expect(
            ledger.violations(end(committed: [0, 1], offset: 0)) == [
                "after transaction 0 the offset of producer 0 was -1, not 0"
            ])
    }

    @Test mutating func recordsTwiceAndOutOfOrderAreFound() {
        ledger.conclude(number, .committed)
        let more = ledger.write(1, 0, in: number)[0]
        var found = end(committed: [0, 1], offset: 0)
        let twice = [(0, entries[0].value), (1, entries[0].value), (2, more.value)] as TransactionalEnd.Log
        found.logs[.readCommitted]?[0] = twice
        found.logs[.readUncommitted]?[0] = twice
        #expect(ledger.violations(found).contains { $0.hasPrefix("partition 0, offset 1: record 0") })
        let turned = [(0, entries[0].value), (1, more.value), (2, "other")] as TransactionalEnd.Log
        found.logs[.readUncommitted]?[0] = turned
        #expect(ledger.violations(found).contains("partition 0, offset 2: not what any producer wrote"))
    }

    @Test mutating func whatWasShownHasToStay() {
        ledger.show(entries[0].value, 0, 0, .readCommitted)
        ledger.show("other", 1, 0, .readUncommitted)
        let found = ledger.violations(end(committed: [], offset: -1))
        #expect(found.contains("partition 0, offset 0: what a consumer read committed is gone"))
        #expect(found.contains("partition 1, offset 0: what a consumer read uncommitted is gone"))
    }
}
