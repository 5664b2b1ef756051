import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct JoinTests {
    let host = GroupTestHost()

    @Test(arguments: [Int32(5_999), 1_800_001])
    func sessionTimeoutOutsideBoundsIsRefused(_ timeout: Int32) {
        #expect(host.joinError(host.join(session: timeout)) == .invalidSessionTimeout)
    }

    @Test func emptyGroupIDIsRefused() {
        #expect(host.joinError(host.join(group: "")) == .invalidGroupID)
    }

    @Test func dynamicMemberWithoutIDGetsOneAndMustComeBack() throws {
        let first = try #require(host.joined(host.join()))
        #expect(KafkaError(code: first.errorCode) == .memberIDRequired)
        #expect(first.memberID.hasPrefix("client-") && first.memberID.utf8.count == 43)
        let second = host.join(first.memberID)
        #expect(host.joined(second) == nil)
        host.advance(3_000)
        #expect(host.joined(second)?.memberID == first.memberID)
    }

    @Test func beforeVersion4AMemberIsTakenWithoutComingBack() {
        let token = host.join(version: 3)
        host.advance(3_000)
        #expect(host.joined(token)?.generationID == 1)
        #expect(host.joined(token)?.protocolName == "range")
    }

    @Test func memberIDOfAnInstanceBeginsWithTheInstance() {
        let token = host.join(instance: "i")
        host.advance(3_000)
        #expect(host.joined(token)?.memberID.hasPrefix("i-") == true)
    }

    @Test func idWithUnknownGroupIsUnknownMember() {
        #expect(host.joinError(host.join("m")) == .unknownMemberID)
        #expect(host.log.isEmpty)
    }

    @Test func unknownIDInKnownGroupIsUnknownMember() {
        _ = host.stableGroup(1)
        #expect(host.joinError(host.join("m")) == .unknownMemberID)
    }

    @Test func groupWithoutProtocolsIsInconsistentAndNotMade() {
        #expect(host.joinError(host.join(protocols: [])) == .inconsistentGroupProtocol)
        #expect(host.joinError(host.join(type: "")) == .inconsistentGroupProtocol)
        #expect(host.log.isEmpty)
    }

    @Test func otherProtocolTypeIsInconsistent() {
        _ = host.stableGroup(1)
        #expect(host.joinError(host.join(type: "connect")) == .inconsistentGroupProtocol)
    }

    @Test func noCommonProtocolIsInconsistent() {
        _ = host.stableGroup(1)
        #expect(host.joinError(host.join(protocols: ["other"])) == .inconsistentGroupProtocol)
    }

    @Test func newGroupIsWrittenBeforeTheIDIsGivenOut() {
        host.holdsAppends = true
        let token = host.join()
        #expect(host.joined(token) == nil)
        host.finishAppend()
        #expect(host.joinError(token) == .memberIDRequired)
    }

    @Test func firstGenerationWaitsInitialDelay() {
        let token = host.enter().token
        host.advance(2_999)
        #expect(host.joined(token) == nil)
        host.advance(1)
        #expect(host.joined(token)?.generationID == 1)
    }

    @Test func initialDelayIsExtendedByNewcomers() {
        let first = host.enter().token
        host.advance(2_000)
        let second = host.enter().token
        host.advance(3_999)
        #expect(host.joined(first) == nil)
        host.advance(1)
        #expect(host.joined(first)?.generationID == 1)
        #expect(host.joined(second)?.generationID == 1)
    }

    @Test func initialDelayIsNotExtendedBeyondRebalanceTimeout() {
        let first = host.join(version: 3, rebalance: 7_000)
        for _ in 0..<6 {
            host.advance(1_000)
            _ = host.join(version: 3, rebalance: 7_000)
        }
        host.advance(999)
        #expect(host.joined(first) == nil)
        host.advance(1)
        #expect(host.joined(first)?.generationID == 1)
    }

    @Test func onlyTheLeaderIsToldOfMembersAndMetadata() throws {
        let first = host.enter(), second = host.enter()
        host.advance(10_000)
        let leader = try #require(host.joined(first.token)), follower = try #require(host.joined(second.token))
        #expect(leader.leader == first.id && follower.leader == first.id)
        #expect(leader.members.map(\.memberID) == [first.id, second.id])
        #expect(leader.members.allSatisfy { $0.metadata == subscription(["t"]) })
        #expect(follower.members.isEmpty)
        #expect(leader.protocolType == "consumer")
    }

    @Test func protocolWithMostVotesAmongCommonOnesWins() {
        let first = host.join(version: 3, protocols: ["a", "b", "c"])
        _ = host.join(version: 3, protocols: ["b", "a"])
        _ = host.join(version: 3, protocols: ["c", "b", "a"])
        host.advance(10_000)
        #expect(host.joined(first)?.protocolName == "b")
    }

    @Test func version0UsesSessionTimeoutForRebalance() throws {
        _ = host.join(version: 0, session: 7_000, rebalance: -1)
        #expect(host.machine.groups["g"]?.members.first?.rebalanceTimeoutMilliseconds == 7_000)
    }

    @Test func followerWithUnchangedMetadataGetsItsGenerationBack() {
        let (members, generation) = host.stableGroup(2)
        let token = host.join(members[1])
        #expect(host.joined(token)?.generationID == generation)
        #expect(host.state() == .stable)
    }

    @Test func followerWithChangedMetadataRebalances() {
        let (members, _) = host.stableGroup(2)
        let token = host.join(members[1], metadata: subscription(["u"]))
        #expect(host.joined(token) == nil)
        #expect(host.state() == .preparingRebalance)
    }

    @Test func leaderThatJoinsAgainRebalances() {
        let (members, generation) = host.stableGroup(2)
        let leader = host.join(members[0]), follower = host.join(members[1])
        #expect(host.joined(leader)?.generationID == generation + 1)
        #expect(host.joined(follower)?.generationID == generation + 1)
    }

    @Test func joinWithUnchangedMetadataWhileCompletingIsAnsweredAtOnce() {
        let first = host.enter()
        host.advance(10_000)
        let again = host.join(first.id)
        #expect(host.joined(again)?.generationID == 1)
        #expect(host.joined(again)?.members.count == 1)
        #expect(host.state() == .completingRebalance)
    }

    @Test func joinWithChangedMetadataWhileCompletingRebalances() {
        let first = host.enter()
        host.advance(10_000)
        let again = host.join(first.id, metadata: subscription(["u"]))
        #expect(host.joined(again)?.generationID == 2)
    }

    @Test func olderJoinOfTheSameMemberIsAnsweredToo() {
        let first = host.enter()
        let again = host.join(first.id)
        #expect(host.joinError(first.token) == .rebalanceInProgress)
        host.advance(10_000)
        #expect(host.joinError(again) == .noError)
        #expect(host.machine.groups["g"]?.awaitingJoinCount == 0)
    }

    @Test func versionsBefore7AreToldNoProtocolAsEmptyText() {
        #expect(host.joined(host.join("m", version: 6))?.protocolName == "")
        #expect(host.joined(host.join("m", version: 7))?.protocolName == nil)
    }

    @Test func longClientIDsMakeShortMemberIDs() throws {
        host.client.id = String(repeating: "x", count: 32_000)
        let response = try #require(host.joined(host.join()))
        #expect(response.memberID.utf8.count < 2_000)
    }
}

@Suite struct GroupSizeTests {
    let host: GroupTestHost

    init() {
        var config = GroupConfig()
        config.maximumSize = 2
        host = GroupTestHost(config)
    }

    @Test func fullGroupRefusesNewMember() {
        _ = host.stableGroup(2)
        let token = host.join()
        #expect(host.joinError(token) == .groupMaxSizeReached)
        #expect(host.joined(token)?.memberID == "")
    }

    @Test func memberOfFullGroupMayJoinAgain() {
        let (members, _) = host.stableGroup(2)
        #expect(host.joinError(host.join(members[1])) == .noError)
    }

    @Test func lastToRejoinAnOversizedGroupIsRefused() throws {
        let large = GroupTestHost()
        let (members, _) = large.stableGroup(3)
        var config = GroupConfig()
        config.maximumSize = 2
        let small = try large.reloaded(config)
        #expect(small.state() == .preparingRebalance)
        let tokens = members.map { small.join($0) }
        #expect(small.joinError(tokens[2]) == .groupMaxSizeReached)
        small.advance(60_000)
        #expect(small.joinError(tokens[0]) == .noError)
        #expect(small.joinError(tokens[1]) == .noError)
    }

    @Test func pendingMembersGiveWayWhenTheGroupIsFull() {
        let ids = (0..<3).map { _ in host.joined(host.join())?.memberID ?? "" }
        let tokens = ids.map { host.join($0) }
        #expect(host.joinError(tokens[2]) == .groupMaxSizeReached)
        host.advance(10_000)
        #expect(host.joinError(tokens[0]) == .noError)
    }
}
