import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct LeaveTests {
    let host = GroupTestHost()

    @Test func eachMemberHasItsResult() {
        let (members, _) = host.stableGroup(2)
        let token = host.leave([(id: members[0], instance: nil), (id: "none", instance: nil)])
        #expect(host.leaveErrors(token) == [.noError, .unknownMemberID])
        #expect(host.left(token)?.errorCode == 0)
        #expect(host.state() == .preparingRebalance)
    }

    @Test func unknownGroupIsToldPerMember() {
        let token = host.leave([(id: "m", instance: nil)])
        #expect(host.leaveErrors(token) == [.unknownMemberID])
        #expect(host.left(token)?.errorCode == 0)
    }

    @Test func beforeVersion3TheResultIsTheResponse() {
        let (members, _) = host.stableGroup(1)
        #expect(
            host.left(host.leave([(id: "none", instance: nil)], version: 2))?.errorCode
                == KafkaError.unknownMemberID.code)
        let token = host.leave([(id: members[0], instance: nil)], version: 2)
        #expect(host.left(token)?.errorCode == 0)
        #expect(host.left(token)?.members.isEmpty == true)
        #expect(host.state() == .empty)
    }

    @Test func pendingMemberMayLeave() {
        let (members, _) = host.stableGroup(1)
        let pending = host.joined(host.join())?.memberID ?? ""
        let rejoined = host.join(members[0])
        #expect(host.leaveErrors(host.leave([(id: pending, instance: nil)])) == [.noError])
        #expect(host.joinError(rejoined) == .noError)
    }

    @Test func lastToLeaveIsAnsweredWhenTheEmptyGroupIsWritten() {
        let (members, _) = host.stableGroup(1)
        host.holdsAppends = true
        let token = host.leave([(id: members[0], instance: nil)])
        #expect(host.left(token) == nil)
        host.finishAppend()
        #expect(host.leaveErrors(token) == [.noError])
    }

    @Test func leavingMembersRequestsAreAnswered() {
        let first = host.enter(), second = host.enter()
        host.advance(10_000)
        let sync = host.sync(second.id, 1)
        _ = host.leave([(id: second.id, instance: nil)])
        #expect(host.syncError(sync) == .unknownMemberID)
        let join = host.join(first.id)
        #expect(host.joinError(join) == .noError)
    }

    @Test func whoIsLeftCompletesTheRebalance() {
        let (members, _) = host.stableGroup(2)
        let rejoined = host.join(members[0])
        _ = host.leave([(id: members[1], instance: nil)])
        #expect(host.joined(rejoined)?.members.count == 1)
    }

    @Test func emptyGroupIDIsInvalid() {
        #expect(
            host.left(host.leave([(id: "m", instance: nil)], group: ""))?.errorCode == KafkaError.invalidGroupID.code)
    }
}
