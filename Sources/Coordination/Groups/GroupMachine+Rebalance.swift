import Bytes
import KafkaProtocol

/// A rebalance: from the first join that asks for one until every member has its generation.
extension GroupMachine {
    func rebalanceOrCompleteJoin(_ group: Group) {
        if group.state.canRebalance { prepareRebalance(group) } else { completeJoinIfAllAreHere(group) }
    }

    /// Everybody has to join (again).
    func prepareRebalance(_ group: Group) {
        if group.state == .completingRebalance { refuseSyncs(of: group, .rebalanceInProgress) }
        group.removeAllPendingSyncs()
        timers.cancel(.sync(groupID: group.id))
        let isInitial = group.state == .empty
        group.move(to: .preparingRebalance, at: wallClock)
        group.isAssignmentInFlight = false

        if isInitial {
            // More are likely to come in the next moments: a rebalance for each would cost more than waiting.
            let delay = config.initialRebalanceDelayMilliseconds
            let timeout = group.rebalanceTimeoutMilliseconds
            group.initialDelay = (delay, timeout > delay ? timeout - delay : 0)
            group.hasNewMemberDuringDelay = false
            timers.schedule(.join(groupID: group.id), at: after(delay))
        } else if group.hasAllMembersJoined {
            completeJoin(group)
        } else {
            timers.schedule(.join(groupID: group.id), at: after(group.rebalanceTimeoutMilliseconds))
        }
    }

    /// The initial delay always runs its time.
    func completeJoinIfAllAreHere(_ group: Group) {
        guard group.state == .preparingRebalance, group.previousState != .empty, group.hasAllMembersJoined else {
            return
        }
        completeJoin(group)
    }

    /// The join timer: more time while members come, else whoever is here makes the generation.
    func joinTimeIsUp(_ group: Group) {
        guard group.state == .preparingRebalance else { return }
        guard let delay = group.initialDelay, group.hasNewMemberDuringDelay, delay.remaining > 0 else {
            completeJoin(group)
            return
        }
        group.hasNewMemberDuringDelay = false
        let next = min(config.initialRebalanceDelayMilliseconds, delay.remaining)
        group.initialDelay = (next, delay.remaining > delay.milliseconds ? delay.remaining - delay.milliseconds : 0)
        timers.schedule(.join(groupID: group.id), at: after(next))
    }

    /// Begins the next generation with those who have joined and the static members who haven't.
    func completeJoin(_ group: Group) {
        timers.cancel(.join(groupID: group.id))
        group.initialDelay = nil
        for member in group.members where member.parkedJoin == nil && !member.isStatic {
            group.remove(member.id)
            cancelSession(of: member.id, in: group)
        }
        guard group.electJoinedLeader() || group.members.isEmpty else {
            // Static members only, none of them here: wait until one comes or their sessions end.
            timers.schedule(.join(groupID: group.id), at: after(group.rebalanceTimeoutMilliseconds))
            return
        }
        group.beginGeneration(at: wallClock)
        guard !group.members.isEmpty else {
            draft.entries.append(.group(group.id, GroupRecords.metadata(group, assignments: nil)))
            return
        }
        for member in group.members {
            if let request = group.takeParkedJoin(of: member) {
                reply(request, .join(generation(for: member, of: group, version: request.version)))
            }
            member.isNew = false
            expectHeartbeat(of: member, in: group)
        }
        timers.schedule(.sync(groupID: group.id), at: after(group.rebalanceTimeoutMilliseconds))
    }

    // MARK: Members that go

    /// Answers what a member waits for.
    func turnAway(_ member: Member, of group: Group, _ error: KafkaError) {
        if let request = group.takeParkedJoin(of: member) {
            let memberID = error == .unknownMemberID ? "" : member.id
            reply(request, .join(.refusal(error, memberID: memberID, version: request.version)))
        }
        if let request = member.parkedSync {
            member.parkedSync = nil
            reply(request, .sync(SyncGroupResponse { $0.errorCode = error.code }))
        }
    }

    /// Takes a member out; what that means for the group is the caller's.
    func remove(_ member: Member, from group: Group) {
        turnAway(member, of: group, .unknownMemberID)
        group.remove(member.id)
        cancelSession(of: member.id, in: group)
    }

    // MARK: Sessions

    func expectHeartbeat(of member: Member, in group: Group) {
        timers.schedule(
            .session(groupID: group.id, memberID: member.id),
            at: after(UInt64(max(member.sessionTimeoutMilliseconds, 0))))
    }

    func cancelSession(of memberID: String, in group: Group) {
        timers.cancel(.session(groupID: group.id, memberID: memberID))
    }
}
