import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct StaticMemberTests {
    let host = GroupTestHost()

    /// A stable group of static members `i0`, `i1`, …; the first leads.
    private func stable(_ count: Int, protocols: [String] = ["range"]) -> [String] {
        let tokens = (0..<count).map { host.join(instance: "i\($0)", protocols: protocols) }
        host.advance(10_000)
        let members = tokens.map { host.joined($0)?.memberID ?? "" }
        host.syncAll(members, 1)
        return members
    }

    @Test func comingBackInAStableGroupKeepsGenerationAndAssignment() {
        let members = stable(2)
        let token = host.join(instance: "i1")
        let response = host.joined(token)
        #expect(response?.generationID == 1 && response?.memberID != members[1])
        #expect(host.state() == .stable)
        #expect(
            host.synced(host.sync(response?.memberID ?? "", 1, instance: "i1"))?.assignment.text == "for \(members[1])")
        #expect(response?.skipAssignment == false)
    }

    @Test func theOldIDIsFenced() {
        let members = stable(1)
        _ = host.join(instance: "i0")
        #expect(host.heartbeat(members[0], 1, instance: "i0") == .fencedInstanceID)
        #expect(host.syncError(host.sync(members[0], 1, instance: "i0")) == .fencedInstanceID)
        #expect(host.joinError(host.join(members[0], instance: "i0")) == .fencedInstanceID)
        #expect(
            host.commitError(host.commit(1, member: members[0], generation: 1, instance: "i0")) == .fencedInstanceID)
    }

    @Test func leaderThatComesBackSkipsAssigning() {
        _ = stable(2)
        let response = host.joined(host.join(instance: "i0", version: 9))
        #expect(response?.skipAssignment == true)
        #expect(response?.leader == response?.memberID)
        #expect(response?.members.count == 2)
    }

    @Test func beforeVersion9AReturningLeaderIsToldTheOldLeader() {
        let members = stable(2)
        let response = host.joined(host.join(instance: "i0", version: 8))
        #expect(response?.leader == members[0])
        #expect(response?.members.isEmpty == true)
    }

    @Test func theNewIDIsInTheLogBeforeItIsTold() throws {
        _ = stable(1)
        host.holdsAppends = true
        let token = host.join(instance: "i0")
        #expect(host.joined(token) == nil)
        host.finishAppend()
        let id = try #require(host.joined(token)?.memberID)
        let reloaded = try host.reloaded()
        #expect(reloaded.heartbeat(id, 1, instance: "i0") == .noError)
    }

    @Test func anAppendTheLogRefusesBringsTheOldIDBack() {
        let members = stable(1)
        host.holdsAppends = true
        let token = host.join(instance: "i0")
        #expect(!host.failAppend(.messageTooLarge))
        #expect(host.joinError(token) == .unknownServerError)
        #expect(host.heartbeat(members[0], 1, instance: "i0") == .noError)
    }

    @Test func comingBackWithAnotherProtocolRebalances() {
        _ = stable(1, protocols: ["range", "sticky"])
        let token = host.join(instance: "i0", protocols: ["sticky"])
        #expect(host.joined(token)?.generationID == 2)
        #expect(host.joined(token)?.protocolName == "sticky")
    }

    @Test func comingBackWhileCompletingRebalances() {
        let first = host.join(instance: "i0"), second = host.join(instance: "i1")
        host.advance(10_000)
        let member = host.joined(second)?.memberID ?? ""
        let sync = host.sync(member, 1, instance: "i1")
        _ = host.join(instance: "i1")
        #expect(host.syncError(sync) == .fencedInstanceID)
        #expect(host.state() == .preparingRebalance)
        #expect(host.joinError(first) == .noError)
    }

    @Test func theNewIDSyncsInPlaceOfTheOld() {
        let tokens = [host.join(instance: "i0"), host.join(instance: "i1")]
        host.advance(10_000)
        let leader = host.joined(tokens[0])?.memberID ?? ""
        _ = host.sync(leader, 1, instance: "i0")
        let new = host.joined(host.join(instance: "i1"))?.memberID ?? ""
        #expect(host.syncError(host.sync(new, 1, instance: "i1")) == .noError)
        for _ in 0..<14 {
            host.advance(5_000)
            #expect(host.heartbeat(leader, 1, instance: "i0") == .noError)
            #expect(host.heartbeat(new, 1, instance: "i1") == .noError)
        }
        #expect(host.state() == .stable)
    }

    @Test func parkedJoinOfTheOldIDIsFenced() {
        let first = host.join(instance: "i0")
        let second = host.join(instance: "i0")
        #expect(host.joinError(first) == .fencedInstanceID)
        host.advance(10_000)
        #expect(host.joinError(second) == .noError)
    }

    @Test func knownInstanceWithAnotherIDIsFencedAndUnknownInstanceUnknown() {
        let members = stable(1)
        #expect(host.heartbeat("other", 1, instance: "i0") == .fencedInstanceID)
        #expect(host.heartbeat(members[0], 1, instance: "none") == .unknownMemberID)
    }

    @Test func staticMemberThatDoesNotRejoinStaysAMember() {
        let members = stable(2)
        // Longer sessions than the rebalance.
        let leader = host.join(members[0], instance: "i0", rebalance: 60_000)
        for _ in 0..<12 {
            host.advance(5_000)
            _ = host.heartbeat(members[1], 1, instance: "i1")
        }
        #expect(host.joined(leader)?.members.count == 2)
    }

    @Test func administratorRemovesByInstance() {
        let members = stable(2)
        #expect(
            host.leaveErrors(host.leave([(id: "", instance: "i1"), (id: "", instance: "none")])) == [
                .noError, .unknownMemberID,
            ])
        #expect(host.heartbeat(members[1], 1, instance: "i1") == .unknownMemberID)
        #expect(host.state() == .preparingRebalance)
    }

    @Test func leaveWithTheWrongIDIsFenced() {
        _ = stable(1)
        #expect(host.leaveErrors(host.leave([(id: "other", instance: "i0")])) == [.fencedInstanceID])
        #expect(host.state() == .stable)
    }
}
