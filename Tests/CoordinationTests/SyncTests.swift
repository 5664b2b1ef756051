import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct SyncTests {
    let host = GroupTestHost()

    @Test func followersWaitUntilTheAssignmentIsWritten() {
        let first = host.enter(), second = host.enter()
        host.advance(10_000)
        host.holdsAppends = true
        let follower = host.sync(second.id, 1)
        let leader = host.sync(first.id, 1, assignments: [first.id: "a", second.id: "b"])
        #expect(host.synced(leader) == nil && host.synced(follower) == nil)
        #expect(host.state() == .completingRebalance)
        host.finishAppend()
        #expect(host.synced(leader)?.assignment.text == "a")
        #expect(host.synced(follower)?.assignment.text == "b")
        #expect(host.synced(follower)?.protocolName == "range")
        #expect(host.state() == .stable)
    }

    @Test func membersWithoutAssignmentGetEmptyBytes() {
        let first = host.enter()
        host.advance(10_000)
        let sync = host.sync(first.id, 1)
        #expect(host.synced(sync)?.assignment.isEmpty == true)
        #expect(host.syncError(sync) == .noError)
    }

    @Test func stableGroupAnswersWithTheCurrentAssignment() {
        let (members, generation) = host.stableGroup(2)
        #expect(host.synced(host.sync(members[1], generation))?.assignment.text == "for \(members[1])")
    }

    @Test func otherGenerationIsIllegal() {
        let (members, generation) = host.stableGroup(1)
        #expect(host.syncError(host.sync(members[0], generation + 1)) == .illegalGeneration)
    }

    @Test func unknownGroupOrMemberIsUnknownMember() {
        #expect(host.syncError(host.sync("m", 1, group: "none")) == .unknownMemberID)
        let (_, generation) = host.stableGroup(1)
        #expect(host.syncError(host.sync("m", generation)) == .unknownMemberID)
    }

    @Test func differingProtocolIsInconsistent() {
        let (members, generation) = host.stableGroup(1)
        #expect(host.syncError(host.sync(members[0], generation, type: "connect")) == .inconsistentGroupProtocol)
        #expect(host.syncError(host.sync(members[0], generation, protocolName: "x")) == .inconsistentGroupProtocol)
        #expect(host.syncError(host.sync(members[0], generation, type: "consumer", protocolName: "range")) == .noError)
    }

    @Test func syncWhilePreparingIsRebalanceInProgress() {
        let (members, generation) = host.stableGroup(2)
        _ = host.join(members[0])
        #expect(host.syncError(host.sync(members[1], generation)) == .rebalanceInProgress)
    }

    @Test func emptyGroupIDIsInvalid() {
        #expect(host.syncError(host.sync("m", 1, group: "")) == .invalidGroupID)
    }

    @Test func secondSyncOfTheLeaderDoesNotChangeWhatIsBeingWritten() {
        let first = host.enter()
        host.advance(10_000)
        host.holdsAppends = true
        let older = host.sync(first.id, 1, assignments: [first.id: "a"])
        let newer = host.sync(first.id, 1, assignments: [first.id: "b"])
        #expect(host.held.count == 1)
        host.finishAppend()
        #expect(host.syncError(older) == .rebalanceInProgress)
        #expect(host.synced(newer)?.assignment.text == "a")
    }

    @Test func assignmentOfAGenerationThatIsOverIsNotHandedOut() {
        let first = host.enter(), second = host.enter()
        host.advance(10_000)
        host.holdsAppends = true
        let leader = host.sync(first.id, 1, assignments: [first.id: "a"])
        _ = host.join(second.id, metadata: subscription(["u"]))
        #expect(host.syncError(leader) == .rebalanceInProgress)
        host.finishAppend()
        #expect(host.state() == .preparingRebalance)
    }

    @Test func recordHoldsGenerationMembersAndAssignments() throws {
        let (members, _) = host.stableGroup(1)
        let record = try #require(host.log.last)
        #expect(record.key.array == [0, 2, 0, 1] + Array("g".utf8))
        let bytes = try #require(record.value)
        #expect(Array(bytes.array[0..<2]) == [0, 3])
        let value = try GroupMetadataValue(decoding: bytes[2..<bytes.count], version: 3)
        #expect(value.generation == 1 && value.protocolName == "range" && value.leader == members[0])
        let member = try #require(value.members.first)
        #expect(member.clientID == "client" && member.clientHost == "/127.0.0.1")
        #expect(member.sessionTimeoutMilliseconds == 10_000 && member.rebalanceTimeoutMilliseconds == 60_000)
        #expect(member.subscription == subscription(["t"]))
        #expect(member.assignment.text == "for \(members[0])")
    }
}

@Suite struct HeartbeatTests {
    let host = GroupTestHost()

    @Test func stableAndCompletingAnswerNone() {
        let first = host.enter()
        host.advance(10_000)
        #expect(host.heartbeat(first.id, 1) == .noError)
        _ = host.sync(first.id, 1)
        #expect(host.heartbeat(first.id, 1) == .noError)
    }

    @Test func preparingAnswersRebalanceInProgressAndRenewsTheSession() {
        let (members, generation) = host.stableGroup(2)
        _ = host.join(members[0])
        for _ in 0..<5 {
            host.advance(9_000)
            #expect(host.heartbeat(members[1], generation) == .rebalanceInProgress)
        }
    }

    @Test func emptyAndUnknownGroupsAnswerUnknownMember() {
        #expect(host.heartbeat("m", 0) == .unknownMemberID)
        _ = host.commit(1)
        #expect(host.heartbeat("m", 0) == .unknownMemberID)
    }

    @Test func otherGenerationIsIllegal() {
        let (members, generation) = host.stableGroup(1)
        #expect(host.heartbeat(members[0], generation - 1) == .illegalGeneration)
    }

    @Test func emptyGroupIDIsInvalid() {
        #expect(host.heartbeat("m", 0, group: "") == .invalidGroupID)
    }

    @Test func heartbeatWhileLoadingIsAnsweredNone() {
        let loading = GroupTestHost(isLoaded: false)
        #expect(loading.heartbeat("m", 1) == .noError)
        #expect(loading.joinError(loading.join()) == .coordinatorLoadInProgress)
        #expect(loading.commitError(loading.commit(1)) == .coordinatorLoadInProgress)
    }
}
