import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

/// Every state, asked to add, to verify and to end.
@Suite struct TransactionStateTests {
    let host = TransactionTestHost()
    let t0 = TransactionPartition("t", 0), t1 = TransactionPartition("t", 1), u0 = TransactionPartition("u", 0)

    // MARK: Adding

    @Test(arguments: [TransactionState.empty, .completeCommit, .completeAbort])
    func firstPartitionBeginsATransaction(state: TransactionState) {
        host.bring(to: state)
        host.advance(500)
        #expect(host.add((100, 0), [t1]) == .ok)
        #expect(host.state() == .ongoing)
        #expect(host.metadata()?.partitions == [t1])
        #expect(host.metadata()?.startTimestamp == host.moment.wallClockMilliseconds)
    }

    @Test func partitionsGatherAndTheStartStays() {
        host.bring(to: .ongoing)
        let start = host.metadata()?.startTimestamp
        host.advance(500)
        #expect(host.add((100, 0), [t1, u0]) == .ok)
        #expect(host.metadata()?.partitions == [t0, t1, u0])
        #expect(host.metadata()?.startTimestamp == start)
    }

    @Test func partitionsThatAreInItAreNotWrittenAgain() {
        host.bring(to: .ongoing)
        let count = host.log.count
        #expect(host.add((100, 0), [t0]) == .ok)
        #expect(host.log.count == count)
    }

    @Test(arguments: [TransactionState.prepareCommit, .prepareAbort])
    func whileMarkersAreWrittenNothingJoins(state: TransactionState) {
        host.bring(to: state)
        #expect(host.add((100, 0)) == .refused(.concurrentTransactions))
        #expect(host.add((100, 0), verify: true) == .refused(.concurrentTransactions))
    }

    @Test func strangersAreTurnedAway() {
        #expect(host.add((100, 0)) == .refused(.invalidProducerIDMapping))
        #expect(host.add((100, 0), [t0], "") == .refused(.invalidRequest))
        host.bring(to: .ongoing, epoch: 3)
        #expect(host.add((101, 3)) == .refused(.invalidProducerIDMapping))
        #expect(host.add((100, 2)) == .refused(.producerFenced))
        #expect(host.add((100, 4)) == .refused(.producerFenced))
        #expect(host.add((100, 2), verify: true) == .refused(.producerFenced))
    }

    @Test func anotherChangeUnderWayMakesItWait() {
        host.bring(to: .ongoing)
        host.holdsAppends = true
        #expect(host.add((100, 0), [t1]) == nil)
        #expect(host.add((100, 0), [u0]) == .refused(.concurrentTransactions))
        #expect(host.end((100, 0)) == .failed(.concurrentTransactions))
        #expect(host.add((100, 0), [t0], verify: true) == .ok)
        host.finishAppend()
        #expect(host.metadata()?.partitions == [t0, t1])
    }

    @Test func failedAppendAddsNothing() {
        host.bring(to: .ongoing)
        host.holdsAppends = true
        _ = host.add((100, 0), [t1])
        host.failAppend(.messageTooLarge)
        #expect(host.replies[host.tokens] == .refused(.unknownServerError))
        #expect(host.metadata()?.partitions == [t0])
    }

    @Test func verificationNamesWhatIsMissing() {
        host.bring(to: .ongoing)
        #expect(host.add((100, 0), [t0, t1, u0], verify: true) == .added(.noError, missing: [t1, u0]))
        #expect(host.metadata()?.partitions == [t0])
    }

    // MARK: Ending, before version 2

    @Test(arguments: [true, false]) func endGoesFromPrepareToComplete(isCommit: Bool) {
        host.bring(to: .ongoing)
        host.holdsMarkers = true
        #expect(host.end((100, 0), commit: isCommit) == .goesOn(100, 0))
        #expect(host.state() == (isCommit ? .prepareCommit : .prepareAbort))
        #expect(
            host.heldMarkers == [
                TransactionMarkers(
                    transactionalID: "x", number: 1, producerID: 100, producerEpoch: 0, isCommit: isCommit,
                    partitions: [t0])
            ])
        host.finishMarkers()
        #expect(host.state() == (isCommit ? .completeCommit : .completeAbort))
        #expect(host.metadata()?.partitions == [])
    }

    /// State, whether to commit, answer.
    static let ends: [(TransactionState, Bool, TransactionResponse)] = [
        (.empty, true, .failed(.invalidTxnState)), (.empty, false, .failed(.invalidTxnState)),
        (.prepareCommit, true, .failed(.concurrentTransactions)),
        (.prepareCommit, false, .failed(.concurrentTransactions)),
        (.prepareAbort, true, .failed(.concurrentTransactions)),
        (.prepareAbort, false, .failed(.concurrentTransactions)),
        (.completeCommit, true, .goesOn(100, 0)), (.completeCommit, false, .failed(.invalidTxnState)),
        (.completeAbort, true, .failed(.invalidTxnState)), (.completeAbort, false, .goesOn(100, 0)),
    ]

    @Test(arguments: ends)
    func endInAnotherState(state: TransactionState, isCommit: Bool, answer: TransactionResponse) {
        host.bring(to: state)
        #expect(host.end((100, 0), commit: isCommit) == answer)
        #expect(host.state() == state)
    }

    @Test func endOfAStrangerIsRefused() {
        #expect(host.end((100, 0)) == .failed(.invalidProducerIDMapping))
        #expect(host.end((100, 0), "") == .failed(.invalidRequest))
        host.bring(to: .ongoing, epoch: 3)
        #expect(host.end((101, 3)) == .failed(.invalidProducerIDMapping))
        #expect(host.end((100, 2)) == .failed(.producerFenced))
        #expect(host.end((100, 4)) == .failed(.producerFenced))
        #expect(host.state() == .ongoing)
    }

    @Test func endThatCouldNotBeStoredCanBeTriedAgain() {
        host.bring(to: .ongoing)
        host.holdsAppends = true
        _ = host.end((100, 0))
        host.failAppend(.notEnoughReplicasAfterAppend)
        #expect(host.replies[host.tokens] == .failed(.coordinatorNotAvailable))
        host.holdsAppends = false
        #expect(host.end((100, 0)) == .goesOn(100, 0))
        #expect(host.markers.count == 1)
    }

    @Test func completionThatCouldNotBeStoredIsTriedByItself() {
        host.bring(to: .prepareCommit)
        host.holdsAppends = true
        host.finishMarkers()
        host.failAppend(.kafkaStorageError)
        #expect(host.state() == .prepareCommit)
        #expect(host.add((100, 0)) == .refused(.concurrentTransactions))
        host.holdsAppends = false
        host.advance(1_000)
        #expect(host.state() == .completeCommit)
        #expect(host.markers.count == 1)
    }

    // MARK: Ending with version 2: each end bumps the epoch

    @Test(arguments: [true, false]) func endBumpsTheEpochAtOnce(isCommit: Bool) {
        host.bring(to: .ongoing, epoch: 5, version: 2)
        host.holdsMarkers = true
        #expect(host.end((100, 5), commit: isCommit, version: 2) == .goesOn(100, 6))
        #expect(host.markers.map(\.producerEpoch) == [6])
        #expect(host.add((100, 6), version: 2) == .refused(.concurrentTransactions))
        #expect(host.end((100, 5), commit: isCommit, version: 2) == .failed(.concurrentTransactions))
        #expect(host.end((100, 6), commit: isCommit, version: 2) == .failed(.producerFenced))
        host.finishMarkers()
        #expect(host.add((100, 5), version: 2) == .refused(.producerFenced))
        #expect(host.add((100, 6), version: 2) == .ok)
    }

    /// State of producer 100 with epoch 6, epoch of the request, whether to commit, answer; nil: an abort of nothing.
    static let laterEnds: [(TransactionState, Int16, Bool, TransactionResponse?)] = [
        (.empty, 5, true, .failed(.producerFenced)), (.empty, 5, false, .failed(.producerFenced)),
        (.empty, 6, true, .failed(.invalidTxnState)), (.empty, 6, false, nil),
        (.completeCommit, 5, true, .goesOn(100, 6)), (.completeCommit, 5, false, .failed(.invalidTxnState)),
        (.completeCommit, 6, true, .failed(.invalidTxnState)), (.completeCommit, 6, false, nil),
        (.completeAbort, 5, true, .failed(.invalidTxnState)), (.completeAbort, 5, false, .goesOn(100, 6)),
        (.completeAbort, 6, true, .failed(.invalidTxnState)), (.completeAbort, 6, false, nil),
        (.completeCommit, 4, true, .failed(.producerFenced)), (.completeCommit, 7, true, .failed(.producerFenced)),
    ]

    @Test(arguments: laterEnds)
    func repeatedAndSpareEnds(
        state: TransactionState, epoch: Int16, isCommit: Bool, answer: TransactionResponse?
    ) {
        host.bring(to: state, epoch: state == .empty ? 6 : 5, version: 2)
        let count = host.markers.count
        #expect(host.end((100, epoch), commit: isCommit, version: 2) == answer ?? .goesOn(100, 7))
        #expect(host.state() == (answer == nil ? .completeAbort : state))
        #expect(host.metadata()?.producerEpoch == (answer == nil ? 7 : 6))
        #expect(host.markers.count == count)
    }

    @Test func lastEpochEndsWithANewProducerID() {
        host.bring(to: .ongoing, epoch: .max - 1, version: 2)
        host.holdsMarkers = true
        #expect(host.end((100, .max - 1), version: 2) == .goesOn(101, 0))
        #expect(host.markers.map(\.producerID) == [100])
        #expect(host.markers.map(\.producerEpoch) == [.max])
        #expect(host.end((100, .max - 1), version: 2) == .failed(.concurrentTransactions))
        host.finishMarkers()
        #expect(host.end((100, .max - 1), version: 2) == .goesOn(101, 0))
        #expect(host.end((100, .max - 1), commit: false, version: 2) == .failed(.invalidTxnState))
        #expect(host.add((101, 0), version: 2) == .ok)
        #expect(host.end((100, .max - 1), version: 2) == .failed(.invalidProducerIDMapping))
    }

    @Test func oldClientCanEndWhatItBeganInAClusterOfVersion2() {
        host.bring(to: .ongoing, epoch: 5)
        #expect(host.end((100, 5)) == .goesOn(100, 5))
        #expect(host.end((100, 5)) == .goesOn(100, 5))
        #expect(host.metadata()?.clientVersion == 0)
    }
}
