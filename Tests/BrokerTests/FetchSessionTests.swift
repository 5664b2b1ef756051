@testable import Broker
import Bytes
import Reactor
import Testing

@Suite struct FetchSessionTests {
    @Test func epochsGoRoundAndLeaveOutZero() {
        let session = newSession()
        #expect(session.expectedEpoch == 1)
        session.advanceEpoch()
        #expect(session.expectedEpoch == 2)
    }

    @Test func partitionsAreTakenOverAndKeepTheirPlace() {
        let session = newSession()
        session.add([partition(0), partition(1)])
        session.add([partition(0, offset: 9), partition(2)])
        #expect(session.indexes == [0, 1, 2])
        #expect(session.entries[0].partition.offset == 9)
    }

    @Test func whatIsForgottenIsGone() {
        let session = newSession()
        session.add([partition(0), partition(1), partition(2)])
        session.forget([partition(1).identity, partition(7).identity])
        #expect(session.indexes == [0, 2])
        session.add([partition(2, offset: 5)])
        #expect(session.entries[1].partition.offset == 5)
    }

    @Test func thoseThatGaveDataGoBehind() {
        let session = newSession()
        session.add((Int32(0)..<4).map { partition($0) })
        session.answered([FetchSession.Told?](repeating: nil, count: 4), gaveData: [true, false, true, false])
        #expect(session.indexes == [1, 3, 0, 2])
        session.add([partition(3, offset: 8)])
        #expect(session.entries[1].partition.offset == 8)
    }

    @Test func anErrorMakesThePartitionNews() {
        let session = newSession()
        session.add([partition(0)])
        let told = FetchSession.Told(highWatermark: 5, lastStableOffset: 5, logStartOffset: 0)
        session.answered([told], gaveData: [false])
        #expect(session.entries[0].told == told)
        session.answered([nil], gaveData: [false])
        #expect(session.entries[0].told == FetchSession.Told())
    }

    @Test func namesAndIDsIdentify() {
        let byID = FetchIdentity(topicName: "", topicID: UUID(high: 1, low: 1), index: 0)
        #expect(byID == FetchIdentity(topicName: "ignored", topicID: UUID(high: 1, low: 1), index: 0))
        #expect(byID != FetchIdentity(topicName: "", topicID: .zero, index: 0))
    }

    @Test func aFullCacheMakesRoomOnlyForTheIdle() {
        let sessions = FetchSessions(slots: 2)
        var last: UInt64 = 0
        func make(at milliseconds: Int64) -> FetchSession? {
            sessions.make(usesTopicIDs: true, now: instant(milliseconds)) {
                last += 1
                return last
            }
        }
        let first = make(at: 0)
        let second = make(at: 1)
        #expect(first?.id == 1 && second?.id == 2)
        #expect(make(at: 120_000) == nil)
        first?.lastUsed = instant(100_000)
        #expect(make(at: 120_002)?.id == 3)
        #expect(sessions.find(2) == nil)
        #expect(sessions.find(1) === first)
        #expect(sessions.count == 2)
    }

    @Test func idsAreNeitherZeroNorTakenNorNegative() {
        let sessions = FetchSessions(slots: 10)
        var words: [UInt64] = [0, 0x8000_0000, 5, 5, 0xffff_ffff_8000_0006]
        let first = sessions.make(usesTopicIDs: false, now: instant(0)) { words.removeFirst() }
        let second = sessions.make(usesTopicIDs: false, now: instant(0)) { words.removeFirst() }
        #expect(first?.id == 5)
        #expect(second?.id == 6)
    }

    @Test func noSlotsNoSessions() {
        #expect(FetchSessions(slots: 0).make(usesTopicIDs: false, now: instant(0)) { 1 } == nil)
    }
}

private func instant(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: 0).adding(milliseconds: milliseconds) }

private func newSession() -> FetchSession { FetchSession(id: 1, usesTopicIDs: false, now: instant(0)) }

private func partition(_ index: Int32, offset: Int64 = 0) -> FetchedPartition {
    FetchedPartition(
        topicName: "t", topicID: .zero, index: index, offset: offset, maxBytes: 100, currentLeaderEpoch: -1,
        lastFetchedEpoch: -1)
}

extension FetchSession {
    fileprivate var indexes: [Int32] { entries.map(\.partition.index) }
}
