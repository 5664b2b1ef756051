import Bytes
import LogEngine
import Testing

/// Producers of a partition whose log ends where the last batch ended.
private struct Partition {
    var states = ProducerStates()
    var end: Int64 = 0

    @discardableResult
    mutating func data(
        _ sequence: Int32, count: Int32 = 1, id: Int64 = 1, epoch: Int16 = 0, transactional: Bool = false,
        origin: AppendOrigin = .client
    ) throws -> ProducerStates.Admission {
        try admit(
            ProducerAppend(
                producerID: id, epoch: epoch, firstOffset: end, lastOffsetDelta: count - 1, maxTimestamp: 1000,
                content: .data(firstSequence: sequence, isTransactional: transactional)), origin)
    }

    @discardableResult
    mutating func end(
        abort: Bool = false, id: Int64 = 1, epoch: Int16 = 0, coordinatorEpoch: Int32 = 0,
        origin: AppendOrigin = .coordinator
    ) throws -> ProducerStates.Admission {
        try admit(
            ProducerAppend(
                producerID: id, epoch: epoch, firstOffset: end, lastOffsetDelta: 0, maxTimestamp: 1000,
                content: .marker(.init(isAbort: abort, coordinatorEpoch: coordinatorEpoch))), origin)
    }

    private mutating func admit(_ append: ProducerAppend, _ origin: AppendOrigin) throws -> ProducerStates.Admission {
        let admission = try states.admit(append, origin: origin)
        if case .admitted = admission { end = append.lastOffset + 1 }
        return admission
    }
}

@Suite struct ProducerStatesTests {
    @Test func theNextSequenceIsTheLastPlusOne() throws {
        var partition = Partition()
        try partition.data(0, count: 3)
        try partition.data(3)
        #expect(throws: LogError.outOfOrderSequence(producerID: 1, expected: 4, found: 5)) { try partition.data(5) }
    }

    @Test func aProducerNobodyKnowsMayBeginAnywhere() throws {
        var partition = Partition()
        try partition.data(77)
        try partition.data(78)
    }

    @Test func afterTheLargestSequenceComesZero() throws {
        var partition = Partition()
        try partition.data(Int32.max - 1, count: 3)
        #expect(partition.states[1]?.lastSequence == 0)
        try partition.data(1)
    }

    @Test func aBatchSentAgainIsFoundAmongTheLastFive() throws {
        var partition = Partition()
        for sequence in 0..<6 { try partition.data(Int32(sequence) * 2, count: 2) }
        guard case .duplicate(let batch) = try partition.data(2, count: 2) else {
            Issue.record("not recognised")
            return
        }
        #expect(batch.firstOffset == 2)
        #expect(batch.lastOffset == 3)
        #expect(partition.end == 12)
    }

    @Test func anOlderOrOverlappingBatchIsOutOfOrder() throws {
        var partition = Partition()
        for sequence in 0..<6 { try partition.data(Int32(sequence) * 2, count: 2) }
        #expect(throws: LogError.outOfOrderSequence(producerID: 1, expected: 12, found: 0)) {
            try partition.data(0, count: 2)
        }
        #expect(throws: LogError.outOfOrderSequence(producerID: 1, expected: 12, found: 11)) {
            try partition.data(11, count: 2)
        }
    }

    @Test func aDuplicateAcrossTheWrapIsRecognised() throws {
        var partition = Partition()
        try partition.data(Int32.max - 1, count: 3)
        guard case .duplicate = try partition.data(Int32.max - 1, count: 3) else {
            Issue.record("not recognised")
            return
        }
    }

    @Test func aNewEpochBeginsAtZeroAndForgetsTheOld() throws {
        var partition = Partition()
        try partition.data(0, count: 5)
        #expect(throws: LogError.outOfOrderSequence(producerID: 1, expected: 0, found: 5)) {
            try partition.data(5, epoch: 1)
        }
        try partition.data(0, count: 5, epoch: 1)
        #expect(partition.states[1]?.batchCount == 1)
        #expect(throws: LogError.invalidProducerEpoch(producerID: 1, stored: 1, found: 0)) { try partition.data(5) }
    }

    @Test func coordinatorsSkipSequencesButNotEpochs() throws {
        var partition = Partition()
        try partition.data(-1, epoch: 3, transactional: true, origin: .coordinator)
        try partition.data(-1, epoch: 3, transactional: true, origin: .coordinator)
        #expect(throws: LogError.invalidProducerEpoch(producerID: 1, stored: 3, found: 2)) {
            try partition.data(-1, epoch: 2, transactional: true, origin: .coordinator)
        }
    }

    @Test func whatTheLeaderWroteIsTaken() throws {
        var partition = Partition()
        try partition.data(10, epoch: 3, origin: .replication)
        try partition.data(99, epoch: 2, origin: .replication)
        try partition.data(99, epoch: 2, origin: .replication)
        #expect(partition.end == 3)
    }

    @Test func aMarkerRaisesTheEpochSoThatStragglersAreFenced() throws {
        var partition = Partition()
        try partition.data(0, transactional: true)
        try partition.end(epoch: 1)
        #expect(throws: LogError.invalidProducerEpoch(producerID: 1, stored: 1, found: 0)) {
            try partition.data(1, transactional: true)
        }
        try partition.data(0, epoch: 1, transactional: true)
    }

    @Test func aMarkerOfAnOldCoordinatorIsFenced() throws {
        var partition = Partition()
        try partition.end(coordinatorEpoch: 5)
        #expect(throws: LogError.transactionCoordinatorFenced(producerID: 1, stored: 5, found: 4)) {
            try partition.end(coordinatorEpoch: 4)
        }
    }

    @Test func plainWritesWithinATransactionAreRefused() throws {
        var partition = Partition()
        try partition.data(0, transactional: true)
        #expect(throws: LogError.invalidTransactionState(producerID: 1)) { try partition.data(1) }
    }

    @Test func theFirstUnstableOffsetIsTheOldestOpenTransaction() throws {
        var partition = Partition()
        #expect(partition.states.firstUnstableOffset == nil)
        try partition.data(0, id: 1, transactional: true)
        try partition.data(0, id: 2, transactional: true)
        #expect(partition.states.firstUnstableOffset == 0)
        try partition.end(id: 1)
        #expect(partition.states.firstUnstableOffset == 0)
        partition.states.release(below: 2)
        #expect(partition.states.firstUnstableOffset == 0)
        partition.states.release(below: 3)
        #expect(partition.states.firstUnstableOffset == 1)
    }

    @Test func anAbortedTransactionTellsWhereReadersStand() throws {
        var partition = Partition()
        try partition.data(0, id: 1, transactional: true)
        try partition.data(0, id: 2, transactional: true)
        guard case .admitted(let first?) = try partition.end(abort: true, id: 1) else { return }
        #expect(partition.states.lastStableOffset(after: first) == 1)
        guard case .admitted(let second?) = try partition.end(abort: true, id: 2) else { return }
        #expect(partition.states.lastStableOffset(after: second) == 4)
        #expect(second.firstOffset == 1 && second.lastOffset == 3 && second.isAbort)
    }

    @Test func anEmptyTransactionCompletesNothing() throws {
        var partition = Partition()
        #expect(try partition.end(abort: true) == .admitted(nil))
    }

    @Test func whatWasNotWrittenIsTakenBack() throws {
        var partition = Partition()
        try partition.data(0, transactional: true)
        try partition.data(0, id: 2)
        partition.states.settle()
        try partition.data(1, transactional: true)
        try partition.end()
        try partition.data(0, id: 3, transactional: true)
        try partition.data(1, id: 2)
        partition.states.rollBack()
        #expect(partition.states[1]?.lastSequence == 0)
        #expect(partition.states[1]?.currentTransactionFirstOffset == 0)
        #expect(partition.states[2]?.lastSequence == 0)
        #expect(partition.states[3] == nil)
        #expect(partition.states.firstUnstableOffset == 0)
        #expect(partition.states.count == 2)
    }

    @Test func idleProducersExpireButNotThoseWithAnOpenTransaction() throws {
        var partition = Partition()
        try partition.data(0, id: 1)
        try partition.data(0, id: 2, transactional: true)
        partition.states.expire(now: 1999, after: 1000)
        #expect(partition.states.count == 2)
        partition.states.expire(now: 2000, after: 1000)
        #expect(partition.states.sorted.map(\.producerID) == [2])
    }
}

@Suite struct ProducerSnapshotFileTests {
    @Test func theBytesAreKafkas() {
        #expect(ProducerSnapshotFile.encode([]).array == [0, 1, 0x48, 0x67, 0x4b, 0xc7, 0, 0, 0, 0])
    }

    @Test func theLastBatchOfEachProducerSurvives() throws {
        var partition = Partition()
        for sequence in 0..<3 { try partition.data(Int32(sequence), transactional: true) }
        try partition.end(id: 9, epoch: 4, coordinatorEpoch: 2)
        let bytes = ProducerSnapshotFile.encode(partition.states.sorted)
        #expect(bytes.count == 10 + 2 * 46)
        let entries = try ProducerSnapshotFile.decode(bytes)
        #expect(entries.map(\.producerID) == [1, 9])
        #expect(entries[0].lastBatch == ProducerBatch(lastSequence: 2, offsetDelta: 0, lastOffset: 2, timestamp: 1000))
        #expect(entries[0].currentTransactionFirstOffset == 0)
        #expect(entries[1].lastBatch == nil)
        #expect(entries[1].coordinatorEpoch == 2)
        #expect(entries[1].epoch == 4)
        #expect(ProducerSnapshotFile.encode(entries) == bytes)
    }

    @Test func everyFlippedBitAndEveryCutIsNoticed() throws {
        var partition = Partition()
        try partition.data(0)
        let bytes = ProducerSnapshotFile.encode(partition.states.sorted).array
        for index in bytes.indices {
            var broken = bytes
            broken[index] ^= 0x10
            #expect(throws: ProducerSnapshotFile.Failure.self) { try ProducerSnapshotFile.decode(ByteSlice(broken)) }
            #expect(throws: ProducerSnapshotFile.Failure.self) {
                try ProducerSnapshotFile.decode(ByteSlice(Array(bytes[..<index])))
            }
        }
    }
}
