import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct TransactionInitializationTests {
    let host = TransactionTestHost()

    @Test func newIDGetsAFreshProducerAndEpoch0() {
        #expect(host.begin("x") == .goesOn(100, 0))
        #expect(host.begin("y") == .goesOn(101, 0))
        #expect(host.state() == .empty)
    }

    @Test func againBumpsTheEpoch() {
        _ = host.begin()
        #expect(host.begin() == .goesOn(100, 1))
        #expect(host.begin() == .goesOn(100, 2))
    }

    @Test func emptyIDIsInvalid() { #expect(host.begin("") == .failed(.invalidRequest)) }

    @Test(arguments: [0, -1, 900_001, Int32.max]) func timeoutIsBounded(timeout: Int32) {
        #expect(host.begin(timeout: timeout) == .failed(.invalidTransactionTimeout))
        #expect(host.state() == nil)
    }

    @Test func longestTimeoutIsAllowed() { #expect(host.begin(timeout: 900_000) == .goesOn(100, 0)) }

    @Test func laterTimeoutReplacesTheFirst() {
        _ = host.begin(timeout: 1_000)
        _ = host.begin(timeout: 2_000)
        #expect(host.metadata()?.timeoutMilliseconds == 2_000)
    }

    @Test func nothingIsAnsweredBeforeItIsStored() {
        host.holdsAppends = true
        #expect(host.begin() == nil)
        #expect(host.begin() == .failed(.concurrentTransactions))
        host.finishAppend()
        #expect(host.replies[1] == .goesOn(100, 0))
    }

    @Test func failedAppendLeavesNothing() {
        host.holdsAppends = true
        _ = host.begin()
        host.failAppend(.notEnoughReplicas)
        #expect(host.replies[1] == .failed(.coordinatorNotAvailable))
        #expect(host.state() == nil)
        host.holdsAppends = false
        #expect(host.begin() == .goesOn(101, 0))
    }

    @Test func withoutProducerIDsTheClientComesBack() {
        host.holdsIDs = true
        #expect(host.begin() == nil)
        host.finishID(false)
        #expect(host.replies[1] == .failed(.coordinatorLoadInProgress))
    }

    @Test func whoCameSecondWhileAnIDWasFetchedSeesTheFirstOnesProducer() {
        host.holdsIDs = true
        _ = host.begin()
        _ = host.begin()
        host.finishID()
        host.finishID()
        #expect(host.replies[1] == .goesOn(100, 0))
        #expect(host.replies[2] == .goesOn(100, 1))
    }

    @Test(arguments: [TransactionState.completeCommit, .completeAbort, .empty])
    func fromRestTheEpochGoesUpAndTheTransactionIsForgotten(state: TransactionState) {
        host.bring(to: state)
        #expect(host.begin() == .goesOn(100, 1))
        #expect(host.state() == .empty)
        #expect(host.metadata()?.startTimestamp == -1)
    }

    @Test(arguments: [TransactionState.prepareCommit, .prepareAbort])
    func whileMarkersAreWrittenTheClientWaits(state: TransactionState) {
        host.bring(to: state)
        #expect(host.begin() == .failed(.concurrentTransactions))
        host.finishMarkers()
        #expect(host.begin() == .goesOn(100, 1))
    }

    @Test(arguments: [(Int16(1), Int16(1)), (2, 2)])
    func openTransactionIsAbortedUnderAnEpochOfItsOwn(version: Int16, bump: Int16) {
        let host = TransactionTestHost(version: version)
        host.bring(to: .ongoing, epoch: 4)
        #expect(host.begin() == .failed(.concurrentTransactions))
        #expect(host.markers.map(\.producerEpoch) == [4 + bump])
        #expect(host.markers.map(\.isCommit) == [false])
        #expect(host.state() == .completeAbort)
        #expect(host.begin() == .goesOn(100, 4 + bump + 1))
        #expect(host.add((100, 4)) == .refused(.producerFenced))
    }

    @Test func fenceThatWasNotStoredIsTriedWithTheSameEpoch() {
        let host = TransactionTestHost(version: 1)
        host.bring(to: .ongoing, epoch: 4)
        host.holdsAppends = true
        _ = host.begin()
        host.failAppend(.notEnoughReplicas)
        #expect(host.state() == .ongoing)
        host.holdsAppends = false
        // Shut out all the same.
        #expect(host.end((100, 4)) == .failed(.producerFenced))
        #expect(host.begin() == .failed(.concurrentTransactions))
        #expect(host.markers.map(\.producerEpoch) == [5])
    }

    // MARK: With the producer's own id and epoch (KIP-360)

    @Test func presentEpochIsBumpedAndARetryGetsTheSame() {
        _ = host.begin()
        #expect(host.begin(expected: (100, 0)) == .goesOn(100, 1))
        #expect(host.begin(expected: (100, 0)) == .goesOn(100, 1))
        #expect(host.begin(expected: (100, 1)) == .goesOn(100, 2))
    }

    @Test func olderEpochAndOtherIDAreFenced() {
        _ = host.begin()
        _ = host.begin()
        _ = host.begin()
        #expect(host.begin(expected: (100, 0)) == .failed(.producerFenced))
        #expect(host.begin(expected: (100, 1)) == .failed(.producerFenced))
        #expect(host.begin(expected: (99, 2)) == .failed(.producerFenced))
        #expect(host.begin(expected: (100, 2)) == .goesOn(100, 3))
    }

    @Test func anotherProducersBeginningFencesTheRetry() {
        _ = host.begin()
        _ = host.begin(expected: (100, 0))
        _ = host.begin()
        #expect(host.begin(expected: (100, 0)) == .failed(.producerFenced))
    }

    @Test func unknownIDTakesAnyProducer() { #expect(host.begin(expected: (7, 3)) == .goesOn(100, 0)) }

    // MARK: Epochs run out

    @Test func usedUpEpochsGiveANewProducerID() {
        host.bring(to: .empty, epoch: .max - 1)
        #expect(host.begin() == .goesOn(101, 0))
        #expect(host.metadata()?.previousProducerID == 100)
    }

    @Test func retryAcrossTheNewIDGetsTheSame() {
        host.bring(to: .empty, epoch: .max - 1)
        #expect(host.begin(expected: (100, .max - 1)) == .goesOn(101, 0))
        #expect(host.begin(expected: (100, .max - 1)) == .goesOn(101, 0))
        #expect(host.begin(expected: (100, .max - 2)) == .failed(.producerFenced))
    }

    @Test(arguments: [Int16(1), 2]) func fencingTheLastEpochDoesNotOverflow(version: Int16) {
        let host = TransactionTestHost(version: version)
        host.bring(to: .ongoing, epoch: .max - 1)
        #expect(host.begin() == .failed(.concurrentTransactions))
        #expect(host.markers.map(\.producerEpoch) == [.max])
        #expect(host.begin() == .goesOn(101, 0))
    }
}
