import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct TransactionTimeTests {
    let host = TransactionTestHost()

    @Test func openForTooLongIsAbortedAndItsProducerFenced() {
        host.bring(to: .ongoing)
        host.advance(60_000)
        #expect(host.state() == .ongoing)
        host.advance(10_001)
        #expect(host.state() == .completeAbort)
        #expect(host.markers.map(\.isCommit) == [false])
        #expect(host.end((100, 0)) == .failed(.producerFenced))
        #expect(host.add((100, 0)) == .refused(.producerFenced))
        #expect(host.begin(expected: (100, 0)) == .failed(.producerFenced))
        #expect(host.begin() == .goesOn(100, 3))
    }

    @Test func timeRunsFromTheFirstPartition() {
        _ = host.begin()
        host.advance(300_000)
        _ = host.add((100, 0))
        host.advance(59_000)
        #expect(host.end((100, 0)) == .goesOn(100, 0))
        host.advance(300_000)
        #expect(host.markers.map(\.isCommit) == [true])
    }

    @Test func nobodyIsAbortedWhileSomethingElseIsUnderWay() {
        host.bring(to: .ongoing)
        host.holdsAppends = true
        _ = host.end((100, 0))
        host.advance(100_000)
        #expect(host.heldAppends.count == 1)
        host.finishAppend()
        #expect(host.markers.map(\.isCommit) == [true])
    }

    @Test func abortThatCouldNotBeStoredIsTriedAgain() {
        host.bring(to: .ongoing)
        host.holdsAppends = true
        host.advance(71_000)
        host.failAppend(.notEnoughReplicas)
        #expect(host.state() == .ongoing)
        host.holdsAppends = false
        host.advance(10_001)
        #expect(host.state() == .completeAbort)
    }

    @Test func restartedCoordinatorAbortsToo() throws {
        host.bring(to: .ongoing)
        let reloaded = try host.reloaded()
        reloaded.advance(71_000)
        #expect(reloaded.state() == .completeAbort)
    }

    @Test func idleCoordinatorHasNoTimer() { #expect(host.machine.deadline == nil) }

    @Test(arguments: [TransactionState.empty, .completeCommit, .completeAbort])
    func idsThatNobodyUsesAreForgotten(state: TransactionState) throws {
        host.bring(to: state)
        host.advance(604_800_000 - 3_600_000)
        #expect(host.state() == state)
        host.advance(7_200_000)
        #expect(host.state() == nil)
        #expect(host.log.last?.value == nil)
        #expect(try host.reloaded().state() == nil)
        #expect(host.machine.describe("x").errorCode == KafkaError.transactionalIDNotFound.code)
        #expect(host.begin() == .goesOn(101, 0))
    }

    @Test func idThatIsBusyIsNotForgotten() {
        host.bring(to: .prepareCommit)
        host.advance(700_000_000)
        #expect(host.state() == .prepareCommit)
    }

    @Test func tombstoneThatCouldNotBeWrittenIsTriedAgain() {
        host.bring(to: .empty)
        host.holdsAppends = true
        host.advance(608_500_000)
        #expect(host.begin() == .failed(.concurrentTransactions))
        host.failAppend(.notEnoughReplicas)
        #expect(host.state() == .empty)
        host.holdsAppends = false
        host.advance(3_600_001)
        #expect(host.state() == nil)
    }

    @Test func manyIDsAreForgottenInBatchesOfABound() {
        for index in 0..<100 { _ = host.begin("\(index)" + String(repeating: "x", count: 1_000)) }
        host.holdsAppends = true
        host.advance(608_500_000)
        #expect(host.heldAppends.count == 6)
        while !host.heldAppends.isEmpty { host.finishAppend() }
        #expect(host.machine.transactions.isEmpty)
    }
}

@Suite struct TransactionReplayTests {
    let host = TransactionTestHost()

    @Test(arguments: [TransactionState.empty, .ongoing, .completeCommit, .completeAbort])
    func replayGivesTheSame(state: TransactionState) throws {
        host.bring(to: state, version: 2)
        let reloaded = try host.reloaded()
        #expect(durable(reloaded.machine) == durable(host.machine))
    }

    @Test(arguments: [TransactionState.prepareCommit, .prepareAbort])
    func whatWasDecidedIsToldAfterARestart(state: TransactionState) throws {
        host.bring(to: state, version: 2)
        let reloaded = try host.reloaded(holdsMarkers: true)
        #expect(reloaded.heldMarkers.map(\.isCommit) == [state == .prepareCommit])
        #expect(reloaded.heldMarkers.map(\.partitions) == [[TransactionPartition("t", 0)]])
        #expect(reloaded.add((100, 1)) == .refused(.concurrentTransactions))
        reloaded.finishMarkers()
        #expect(reloaded.state() == (state == .prepareCommit ? .completeCommit : .completeAbort))
    }

    @Test func newIDOfUsedUpEpochsSurvivesARestart() throws {
        host.bring(to: .ongoing, epoch: .max - 1, version: 2)
        host.holdsMarkers = true
        _ = host.end((100, .max - 1), version: 2)
        let reloaded = try host.reloaded()
        #expect(reloaded.end((100, .max - 1), version: 2) == .goesOn(101, 0))
    }

    @Test func untilItIsReadNothingIsAnswered() {
        let host = TransactionTestHost(isLoaded: false)
        #expect(host.begin() == .failed(.coordinatorLoadInProgress))
        #expect(host.add((1, 1)) == .refused(.coordinatorLoadInProgress))
        #expect(host.machine.describe("x").errorCode == KafkaError.coordinatorLoadInProgress.code)
    }

    @Test func whoWaitsWhenItResignsIsTold() {
        host.holdsAppends = true
        _ = host.begin()
        host.holdsIDs = true
        _ = host.begin("y")
        host.perform { host.machine.resign(&$0) }
        #expect(host.replies[1] == .failed(.notCoordinator))
        #expect(host.replies[2] == .failed(.notCoordinator))
        #expect(host.begin() == .failed(.notCoordinator))
        #expect(host.machine.deadline == nil)
    }

    /// As Apache Kafka writes it: version 1, flexible.
    @Test func recordIsKafkas() {
        host.bring(to: .ongoing)
        #expect(host.log.last?.key == ByteSlice([0, 0, 0, 1, 0x78]))
        let value = host.log.last?.value ?? ByteSlice()
        #expect(value[0..<10] == ByteSlice([0, 1, 0, 0, 0, 0, 0, 0, 0, 100]))
        let old = TransactionTestHost(version: 0)
        old.bring(to: .ongoing)
        #expect(old.log.last.flatMap(\.value).map { $0[0..<2] } == ByteSlice([0, 0]))
        #expect(throws: Never.self) { try old.reloaded() }
    }

    @Test func recordsThatAreNoneThrowAndChangeNothing() {
        host.bring(to: .ongoing)
        let before = durable(host.machine)
        #expect(throws: CodingError.self) { try host.machine.replay(key: ByteSlice([0]), value: nil) }
        #expect(throws: CodingError.self) { try host.machine.replay(key: ByteSlice([0, 0, 0, 9]), value: nil) }
        let key = ByteSlice([0, 0, 0, 1, 0x78])
        #expect(throws: CodingError.self) { try host.machine.replay(key: key, value: ByteSlice([0])) }
        #expect(throws: CodingError.self) { try host.machine.replay(key: key, value: ByteSlice([0, 9, 1, 1])) }
        #expect(throws: Never.self) { try host.machine.replay(key: ByteSlice([0, 1, 5]), value: nil) }
        #expect(durable(host.machine) == before)
    }

    @Test func listFiltersByStateProducerAndAge() {
        host.bring(to: .ongoing)
        _ = host.begin("a")
        host.advance(5_000)
        func list(_ states: [TransactionState]? = nil, _ ids: [Int64] = [], _ age: Int64 = -1) -> [String] {
            host.machine.list(
                states: states ?? [], filtersStates: states != nil, producerIDs: ids, olderThan: age, at: host.moment
            ).map(\.transactionalID)
        }
        #expect(list() == ["a", "x"])
        #expect(list([.ongoing]) == ["x"])
        #expect(list([]) == [])
        #expect(list(nil, [101]) == ["a"])
        #expect(list([.ongoing], [], 4_000) == ["x"])
        #expect(list([.ongoing], [], 5_000) == [])
    }

    @Test func descriptionShowsAllOfIt() {
        host.bring(to: .ongoing)
        _ = host.add((100, 0), [TransactionPartition("t", 2), TransactionPartition("a", 1)])
        let shown = host.machine.describe("x")
        #expect(shown.transactionState == "Ongoing" && shown.producerID == 100 && shown.producerEpoch == 0)
        #expect(shown.transactionTimeoutMilliseconds == 60_000)
        #expect(shown.transactionStartTimeMilliseconds == host.metadata()?.startTimestamp)
        #expect(shown.topics.map(\.topic) == ["a", "t"] && shown.topics.map(\.partitions) == [[1], [0, 2]])
        #expect(host.machine.describe("").errorCode == KafkaError.invalidRequest.code)
    }
}

func durable(_ machine: TransactionMachine) -> [String: TransactionMetadata] {
    machine.transactions.mapValues { transaction in
        var metadata = transaction.metadata
        metadata.lastProducerEpoch = -1
        return metadata
    }
}
