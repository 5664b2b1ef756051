import Bytes
import KafkaProtocol

/// What is needed to finish, or to undo, that a static member goes on under a new id.
struct StaticReplacement {
    let groupID: String
    let old: Member
    let new: Member
    let request: ParkedRequest
    let generation: Int32
    /// What clients that know no skip_assignment are told: the leader before, so that nobody takes itself for one.
    let oldLeaderID: String?
}

/// Static members (KIP-345) that come back without their id.
extension GroupMachine {
    /// `old` is fenced; its instance is from now on the member `id`, whose join is parked.
    func replace(_ old: Member, by joining: Joining, id: String, in group: Group) {
        let oldLeaderID = group.leaderID
        turnAway(old, of: group, .fencedInstanceID)
        let new = Member(
            id: id, instanceID: old.instanceID, client: ClientIdentity(id: old.clientID, host: old.clientHost),
            rebalanceTimeoutMilliseconds: joining.rebalanceTimeoutMilliseconds,
            sessionTimeoutMilliseconds: joining.sessionTimeoutMilliseconds, protocols: joining.protocols)
        new.assignment = old.assignment
        new.parkedJoin = joining.origin.parked
        group.replace(old, with: new)
        cancelSession(of: old.id, in: group)
        expectHeartbeat(of: new, in: group)

        switch group.state {
        case .stable where group.selectedProtocol == group.protocolName:
            let replacement = StaticReplacement(
                groupID: group.id, old: old, new: new, request: joining.origin.parked, generation: group.generation,
                oldLeaderID: oldLeaderID)
            draft.entries.append(.group(group.id, GroupRecords.metadata(group, assignments: nil)))
            flush(.replacement(replacement))
        case .stable, .completingRebalance:
            // The leader may be assigning to the old id just now.
            prepareRebalance(group)
        case .preparingRebalance, .empty, .dead:
            completeJoinIfAllAreHere(group)
        }
    }

    /// The record is written. If a rebalance has begun since, the join stays parked for that.
    func finish(_ replacement: StaticReplacement) {
        guard let group = groups[replacement.groupID], let member = parked(replacement, in: group) else { return }
        guard group.state == .stable, group.generation == replacement.generation else { return }
        _ = group.takeParkedJoin(of: member)
        var response = generation(for: member, of: group, version: replacement.request.version)
        if replacement.request.version >= 9 {
            response.skipAssignment = group.isLeader(member.id)
        } else {
            response.members = []
            response.leader = replacement.oldLeaderID ?? ""
        }
        reply(replacement.request, .join(response))
    }

    /// The record can't be written: the old id holds.
    func undo(_ replacement: StaticReplacement, _ error: KafkaError) {
        guard let group = groups[replacement.groupID], let member = parked(replacement, in: group) else { return }
        _ = group.takeParkedJoin(of: member)
        turnAway(member, of: group, error)
        group.replace(member, with: replacement.old)
        cancelSession(of: member.id, in: group)
        expectHeartbeat(of: replacement.old, in: group)
        reply(
            replacement.request,
            .join(.refusal(error, memberID: "", version: replacement.request.version)))
    }

    private func parked(_ replacement: StaticReplacement, in group: Group) -> Member? {
        guard let member = group.member(replacement.new.id), member.parkedJoin == replacement.request else {
            return nil
        }
        return member
    }
}
