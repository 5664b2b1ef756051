import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct DeletionTests {
    let host = GroupTestHost()

    @Test func emptyGroupIsDeletedWithItsOffsets() throws {
        _ = host.commit(42)
        #expect(host.deleteGroup() == .noError)
        #expect(host.state() == .dead)
        #expect(host.log.suffix(2).allSatisfy { $0.value == nil })
        let reloaded = try host.reloaded()
        #expect(reloaded.state() == .dead && reloaded.offset() == -1)
    }

    @Test func groupWithMembersIsNotDeleted() {
        _ = host.stableGroup(1)
        #expect(host.deleteGroup() == .nonEmptyGroup)
    }

    @Test func unknownGroupIsNotFound() {
        #expect(host.deleteGroup() == .groupIDNotFound)
    }

    @Test func commitsOnTheirWayAreDeletedToo() {
        host.holdsAppends = true
        _ = host.commit(42)
        _ = host.deleteGroup()
        host.finishAppend()
        host.finishAppend()
        #expect(host.offset() == -1)
        #expect(host.machine.offsetCount == 0)
    }

    @Test func offsetsOfOpenTransactionsAreDeletedToo() {
        _ = host.commitInTransaction(50, producer: 9)
        #expect(host.deleteGroup() == .noError)
        host.writeMarker(producerID: 9, isCommit: true)
        #expect(host.offset() == -1)
    }

    @Test func offsetOfASubscribedTopicIsNotDeleted() {
        let (members, generation) = host.stableGroup(1)
        _ = host.commit(1, member: members[0], generation: generation, topic: "t")
        _ = host.commit(2, member: members[0], generation: generation, topic: "u")
        #expect(host.deleteOffset(topic: "t") == .groupSubscribedToTopic)
        #expect(host.deleteOffset(topic: "u") == .noError)
        #expect(host.offset(topic: "u") == -1)
        #expect(host.offset(topic: "t") == 1)
    }

    @Test func unreadableSubscriptionCountsAsSubscribedToAll() {
        let (members, generation) = host.stableGroup(1, metadata: ByteSlice([0xff]))
        _ = host.commit(1, member: members[0], generation: generation, topic: "u")
        #expect(host.deleteOffset(topic: "u") == .groupSubscribedToTopic)
    }

    @Test func offsetsOfOtherProtocolTypesAreDeletedOnlyWithoutMembers() {
        let token = host.join(version: 3, type: "connect")
        host.advance(10_000)
        #expect(host.joinError(token) == .noError)
        #expect(host.deleteOffset() == .nonEmptyGroup)
    }

    @Test func deletingOffsetsOfUnknownOrEmptyIDIsRefused() {
        #expect(host.deleteOffset() == .groupIDNotFound)
        #expect(host.deleteOffset(group: "") == .invalidGroupID)
    }

    @Test func deletedTopicTakesItsOffsets() {
        _ = host.commit(1, group: "a")
        _ = host.commit(2, group: "b")
        _ = host.commit(3, group: "b", topic: "u")
        host.perform { host.machine.topicDeleted("t", id: UUID(high: 1, low: 1), at: host.moment, &$0) }
        #expect(host.offset("a") == -1 && host.offset("b") == -1)
        #expect(host.offset("b", topic: "u") == 3)
    }

    @Test func offsetsMeantForAnotherTopicOfThatNameStay() {
        let old = UUID(high: 1, low: 1), new = UUID(high: 1, low: 2)
        host.holdsAppends = true
        _ = host.commit(1, topicID: new)
        host.perform { host.machine.topicDeleted("t", id: old, at: host.moment, &$0) }
        #expect(host.held.count == 1)
        host.finishAppend()
        host.perform { host.machine.topicDeleted("t", id: old, at: host.moment, &$0) }
        #expect(host.held.isEmpty)
        host.perform { host.machine.topicDeleted("t", id: new, at: host.moment, &$0) }
        host.finishAppend()
        #expect(host.offset() == -1)
    }

    @Test func sessionsOfPendingMembersEndWithTheGroup() {
        let pending = host.joined(host.join())?.memberID ?? ""
        #expect(host.deleteGroup() == .noError)
        #expect(host.joinError(host.join(pending)) == .unknownMemberID)
        host.advance(20_000)
        #expect(host.state() == .dead)
    }
}

@Suite struct ExpiryTests {
    let host = GroupTestHost()
    let week: UInt64 = 604_800_000
    let check: UInt64 = 600_000

    @Test func offsetsOfSimpleGroupsExpireSinceTheirCommit() {
        _ = host.commit(42)
        host.advance(week - check)
        #expect(host.offset() == 42)
        host.advance(2 * check)
        #expect(host.offset() == -1)
        #expect(host.state() == .dead)
    }

    @Test func offsetsOfEmptyGroupsExpireSinceItWasEmptied() {
        let (members, generation) = host.stableGroup(1)
        _ = host.commit(42, member: members[0], generation: generation)
        for _ in 0..<100 {
            host.advance(9_000)
            _ = host.heartbeat(members[0], generation)
        }
        _ = host.leave([(id: members[0], instance: nil)])
        host.advance(week - check)
        #expect(host.offset() == 42)
        host.advance(2 * check)
        #expect(host.offset() == -1)
        #expect(host.state() == .dead)
    }

    @Test func stableConsumersKeepWhatTheySubscribeTo() throws {
        var config = GroupConfig()
        config.offsetsRetentionMilliseconds = 60_000
        config.offsetsRetentionCheckMilliseconds = 30_000
        let host = GroupTestHost(config)
        let (members, generation) = host.stableGroup(1)
        _ = host.commit(1, member: members[0], generation: generation, topic: "t")
        _ = host.commit(2, member: members[0], generation: generation, topic: "u")
        for _ in 0..<20 {
            host.advance(9_000)
            _ = host.heartbeat(members[0], generation)
        }
        #expect(host.offset(topic: "t") == 1)
        #expect(host.offset(topic: "u") == -1)
        #expect(host.state() == .stable)
    }

    @Test func unreadableSubscriptionsKeepEverything() {
        var config = GroupConfig()
        config.offsetsRetentionMilliseconds = 60_000
        config.offsetsRetentionCheckMilliseconds = 30_000
        let host = GroupTestHost(config)
        let (members, generation) = host.stableGroup(1, metadata: ByteSlice([0]))
        _ = host.commit(2, member: members[0], generation: generation, topic: "u")
        for _ in 0..<20 {
            host.advance(9_000)
            _ = host.heartbeat(members[0], generation)
        }
        #expect(host.offset(topic: "u") == 2)
    }

    @Test func expiryOfItsOwnDecides() {
        _ = host.commit(42, retention: 1_000, version: 4)
        host.advance(check)
        #expect(host.offset() == -1)
    }

    @Test func openTransactionKeepsOffsetsAndGroup() {
        _ = host.commit(42)
        _ = host.commitInTransaction(50, producer: 9)
        host.advance(2 * week)
        #expect(host.offset() == 42)
        host.writeMarker(producerID: 9, isCommit: false)
        host.advance(check)
        #expect(host.offset() == -1)
        #expect(host.state() == .dead)
    }

    @Test func emptyGroupWithoutOffsetsGoesAtTheNextCheck() {
        _ = host.join()
        #expect(host.state() == .empty)
        host.advance(check)
        #expect(host.state() == .dead)
    }

    @Test func commitOnItsWayKeepsTheGroup() {
        host.holdsAppends = true
        _ = host.commit(42)
        host.advance(check)
        #expect(host.state() == .empty)
        host.finishAppend()
        #expect(host.offset() == 42)
    }
}
