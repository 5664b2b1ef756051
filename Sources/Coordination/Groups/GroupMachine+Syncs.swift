import Bytes
import KafkaProtocol

/// SyncGroup and Heartbeat: a member in its generation.
extension GroupMachine {
    /// Nil when the request is parked in its member.
    func sync(_ request: SyncGroupRequest, _ origin: Origin) -> SyncGroupResponse? {
        func refuse(_ error: KafkaError) -> SyncGroupResponse { SyncGroupResponse { $0.errorCode = error.code } }

        guard let group = groups[request.groupID] else { return refuse(.unknownMemberID) }
        if let error = refusal(of: request, group) { return refuse(error) }
        guard let member = group.member(request.memberID) else { return refuse(.unknownMemberID) }
        switch group.state {
        case .empty, .dead: return refuse(.unknownMemberID)
        case .preparingRebalance: return refuse(.rebalanceInProgress)
        case .stable:
            synced(member, group)
            return assignment(of: member, group)
        case .completingRebalance:
            if let older = member.parkedSync { reply(older, .sync(refuse(.rebalanceInProgress))) }
            member.parkedSync = origin.parked
            synced(member, group)
            if group.isLeader(member.id), !group.isAssignmentInFlight { write(request.assignments, group) }
            return nil
        }
    }

    private func refusal(of request: SyncGroupRequest, _ group: Group) -> KafkaError? {
        func differs(_ said: String?, _ known: String?) -> Bool { said != nil && known != nil && said != known }

        if let error = group.refusal(memberID: request.memberID, instanceID: request.groupInstanceID) { return error }
        guard request.generationID == group.generation else { return .illegalGeneration }
        if differs(request.protocolType, group.protocolType) || differs(request.protocolName, group.protocolName) {
            return .inconsistentGroupProtocol
        }
        return nil
    }

    private func synced(_ member: Member, _ group: Group) {
        group.removePendingSync(member.id)
        if group.pendingSyncs.isEmpty { timers.cancel(.sync(groupID: group.id)) }
    }

    private func assignment(of member: Member, _ group: Group) -> SyncGroupResponse {
        SyncGroupResponse {
            $0.protocolType = group.protocolType
            $0.protocolName = group.protocolName
            $0.assignment = member.assignment
        }
    }

    /// The leader's assignment: nobody is told before it is written.
    private func write(_ assignments: [SyncGroupRequest.Assignment], _ group: Group) {
        var byMember: [String: ByteSlice] = [:]
        for one in assignments where group.member(one.memberID) != nil {
            byMember[one.memberID] = one.assignment.copied()
        }
        group.isAssignmentInFlight = true
        draft.entries.append(.group(group.id, GroupRecords.metadata(group, assignments: byMember)))
        flush(.assignment(groupID: group.id, generation: group.generation, assignments: byMember))
    }

    // MARK: After the append

    /// Unless the group has gone on meanwhile, it is stable now.
    func handOut(_ assignments: [String: ByteSlice], ofGeneration generation: Int32, in groupID: String) {
        guard let group = awaitingAssignment(generation, groupID) else { return }
        group.isAssignmentInFlight = false
        for member in group.members { member.assignment = assignments[member.id] ?? ByteSlice() }
        for member in group.members {
            guard let request = member.parkedSync else { continue }
            member.parkedSync = nil
            reply(request, .sync(assignment(of: member, group)))
            // Its session may have run out while it waited for us.
            expectHeartbeat(of: member, in: group)
        }
        group.move(to: .stable, at: wallClock)
    }

    func withdrawAssignment(ofGeneration generation: Int32, in groupID: String, _ error: KafkaError) {
        guard let group = awaitingAssignment(generation, groupID) else { return }
        refuseSyncs(of: group, error)
        prepareRebalance(group)
    }

    private func awaitingAssignment(_ generation: Int32, _ groupID: String) -> Group? {
        guard let group = groups[groupID], group.isAssignmentInFlight else { return nil }
        return group.state == .completingRebalance && group.generation == generation ? group : nil
    }

    /// What was to be assigned is void.
    func refuseSyncs(of group: Group, _ error: KafkaError) {
        for member in group.members {
            member.assignment = ByteSlice()
            guard let request = member.parkedSync else { continue }
            member.parkedSync = nil
            reply(request, .sync(SyncGroupResponse { $0.errorCode = error.code }))
            expectHeartbeat(of: member, in: group)
        }
    }

    // MARK: Heartbeats

    func heartbeat(_ request: HeartbeatRequest) -> KafkaError {
        guard let group = groups[request.groupID] else { return .unknownMemberID }
        if let error = group.refusal(memberID: request.memberID, instanceID: request.groupInstanceID) { return error }
        guard request.generationID == group.generation else { return .illegalGeneration }
        guard let member = group.member(request.memberID) else { return .unknownMemberID }
        switch group.state {
        case .empty, .dead: return .unknownMemberID
        case .preparingRebalance:
            expectHeartbeat(of: member, in: group)
            return .rebalanceInProgress
        case .completingRebalance, .stable:
            expectHeartbeat(of: member, in: group)
            return .noError
        }
    }
}
