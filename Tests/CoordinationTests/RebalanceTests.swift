import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct RebalanceTests {
    let host = GroupTestHost()

    @Test func pendingMemberHoldsUpCompletion() {
        let (members, _) = host.stableGroup(1)
        let pending = host.joined(host.join())?.memberID ?? ""
        let rejoined = host.join(members[0])
        #expect(host.joined(rejoined) == nil)
        let came = host.join(pending)
        #expect(host.joinError(rejoined) == .noError)
        #expect(host.joinError(came) == .noError)
    }

    @Test func pendingMemberThatDoesNotComeBackIsForgotten() {
        let (members, _) = host.stableGroup(1)
        let pending = host.joined(host.join(session: 6_000))?.memberID ?? ""
        let rejoined = host.join(members[0])
        host.advance(6_000)
        #expect(host.joinError(rejoined) == .noError)
        #expect(host.joinError(host.join(pending)) == .unknownMemberID)
    }

    @Test func dynamicMembersThatDoNotRejoinAreRemoved() {
        let (members, generation) = host.stableGroup(2)
        let leader = host.join(members[0])
        // Its heartbeats keep the other alive, but it doesn't join.
        for _ in 0..<12 {
            host.advance(5_000)
            _ = host.heartbeat(members[1], generation)
        }
        #expect(host.joined(leader)?.generationID == generation + 1)
        #expect(host.joined(leader)?.members.count == 1)
        #expect(host.heartbeat(members[1], generation) == .unknownMemberID)
    }

    @Test func anotherMemberLeadsWhenTheLeaderDoesNotRejoin() {
        let (members, generation) = host.stableGroup(2)
        let follower = host.join(members[1], metadata: subscription(["u"]))
        host.advance(60_000)
        #expect(host.joined(follower)?.leader == members[1])
        #expect(host.joined(follower)?.generationID == generation + 1)
    }

    @Test func leaderStaysWhileItRejoins() {
        let (members, _) = host.stableGroup(3)
        let tokens = members.reversed().map { host.join($0, metadata: subscription(["u"])) }
        #expect(tokens.allSatisfy { host.joined($0)?.leader == members[0] })
    }

    @Test func syncsAreRefusedWhenTheGroupRebalancesMeanwhile() {
        let first = host.enter(), second = host.enter()
        host.advance(10_000)
        let sync = host.sync(second.id, 1)
        #expect(host.synced(sync) == nil)
        _ = host.join(first.id, metadata: subscription(["u"]))
        #expect(host.syncError(sync) == .rebalanceInProgress)
    }

    @Test func membersThatDoNotSyncInTimeAreRemoved() {
        let first = host.enter(), second = host.enter()
        host.advance(6_000)
        let sync = host.sync(first.id, 1, assignments: [first.id: "all"])
        #expect(host.syncError(sync) == .noError)
        for _ in 0..<12 {
            host.advance(5_000)
            _ = host.heartbeat(first.id, 1)
            _ = host.heartbeat(second.id, 1)
        }
        #expect(host.heartbeat(second.id, 1) == .unknownMemberID)
        #expect(host.state() == .preparingRebalance)
    }

    @Test func sessionThatRunsOutRebalances() {
        let (members, generation) = host.stableGroup(2)
        host.advance(9_000)
        #expect(host.heartbeat(members[0], generation) == .noError)
        host.advance(1_000)
        #expect(host.heartbeat(members[0], generation) == .rebalanceInProgress)
        #expect(host.heartbeat(members[1], generation) == .unknownMemberID)
    }

    @Test func lastMemberThatGoesLeavesAnEmptyGroupInTheLog() throws {
        _ = host.stableGroup(1)
        host.advance(10_000)
        #expect(host.state() == .empty)
        let value = try #require(host.log.last?.value)
        let record = try GroupMetadataValue(decoding: value[2..<value.count], version: 3)
        #expect(record.generation == 2)
        #expect(record.protocolName == nil && record.leader == nil && record.members.isEmpty)
        #expect(record.protocolType == "consumer")
    }

    @Test func membersParkedInJoinDoNotExpire() {
        let (members, _) = host.stableGroup(2)
        let parked = host.join(members[0])
        for _ in 0..<10 {
            host.advance(5_000)
            _ = host.heartbeat(members[1], 1)
        }
        #expect(host.joined(parked) == nil)
        #expect(host.machine.groups["g"]?.member(members[0]) != nil)
    }

    @Test func newMemberParkedForFiveMinutesIsRefused() {
        let (members, generation) = host.stableGroup(1)
        _ = host.join(members[0], rebalance: 600_000)
        let again = host.joined(host.join())?.memberID ?? ""
        let holder = host.joined(host.join(session: 1_000_000))?.memberID ?? ""
        let parked = host.join(again)
        #expect(!holder.isEmpty && generation == 1)
        host.advance(299_999)
        #expect(host.joined(parked) == nil)
        host.advance(1)
        #expect(host.joinError(parked) == .unknownMemberID)
    }

    @Test func emptiedGroupBeginsAgainWithADelayAndAHigherGeneration() {
        _ = host.stableGroup(1)
        host.advance(20_000)
        let token = host.enter().token
        #expect(host.joined(token) == nil)
        host.advance(3_000)
        #expect(host.joined(token)?.generationID == 3)
    }
}
