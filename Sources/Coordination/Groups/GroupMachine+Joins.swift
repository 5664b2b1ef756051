import Bytes
import KafkaProtocol

/// JoinGroup, but for what becomes of the group then: see the rebalance.
extension GroupMachine {
    /// Nil when the request is parked in its member.
    func join(_ request: JoinGroupRequest, _ origin: Origin) -> JoinGroupResponse? {
        let isNewcomer = request.memberID.isEmpty
        func refuse(_ error: KafkaError, memberID: String? = nil) -> JoinGroupResponse {
            .refusal(error, memberID: memberID ?? request.memberID, version: origin.version)
        }

        guard config.sessionTimeoutMilliseconds.contains(request.sessionTimeoutMilliseconds) else {
            return refuse(.invalidSessionTimeout)
        }
        let protocols = Member.SupportedProtocol.copied(from: request.protocols)
        if isNewcomer, request.protocolType.isEmpty || protocols.isEmpty { return refuse(.inconsistentGroupProtocol) }
        if let foreign = foreignGroups[request.groupID] {
            guard foreign.kind == .consumer, foreign.isEmpty, isNewcomer else {
                return refuse(
                    foreign.kind == .consumer && foreign.isEmpty ? .unknownMemberID : .inconsistentGroupProtocol)
            }
            // An empty group changes its kind freely.
            draft.entries += foreign.keys.reversed().map { .tombstone($0) }
            foreignGroups[request.groupID] = nil
        }
        let known = groups[request.groupID]
        guard let group = known ?? (isNewcomer ? makeGroup(request.groupID) : nil) else {
            return refuse(.unknownMemberID)
        }
        // A group that isn't in the log wouldn't survive, and the id we give out with it.
        if known == nil { draft.entries.append(.group(group.id, GroupRecords.newborn(group))) }

        guard hasRoom(for: request.memberID, in: group) else {
            group.remove(request.memberID)
            cancelSession(of: request.memberID, in: group)
            return refuse(.groupMaxSizeReached, memberID: "")
        }
        guard group.supports(type: request.protocolType, protocols: protocols.map(\.name)) else {
            return refuse(.inconsistentGroupProtocol)
        }
        let joining = Joining(request, protocols, origin)
        return isNewcomer ? joinAsNewcomer(joining, group) : joinAgain(joining, group)
    }

    /// What is needed of a join once it has been looked at.
    struct Joining {
        let memberID: String
        let instanceID: String?
        let protocolType: String
        let protocols: [Member.SupportedProtocol]
        let rebalanceTimeoutMilliseconds: Int32
        let sessionTimeoutMilliseconds: Int32
        let origin: Origin

        init(_ request: JoinGroupRequest, _ protocols: [Member.SupportedProtocol], _ origin: Origin) {
            memberID = request.memberID
            instanceID = request.groupInstanceID
            protocolType = request.protocolType
            self.protocols = protocols
            sessionTimeoutMilliseconds = request.sessionTimeoutMilliseconds
            // Version 0 has no timeout of its own for rebalances.
            rebalanceTimeoutMilliseconds =
                origin.version == 0 ? request.sessionTimeoutMilliseconds : request.rebalanceTimeoutMilliseconds
            self.origin = origin
        }
    }

    private func joinAsNewcomer(_ joining: Joining, _ group: Group) -> JoinGroupResponse? {
        let id = newMemberID(joining)
        if let instanceID = joining.instanceID {
            if let known = group.staticMember(instanceID) {
                replace(known, by: joining, id: id, in: group)
            } else {
                enter(joining, id: id, group)
            }
            return nil
        }
        guard joining.origin.version >= 4 else {
            enter(joining, id: id, group)
            return nil
        }
        group.addPendingJoin(id)
        timers.schedule(
            .session(groupID: group.id, memberID: id), at: after(UInt64(max(joining.sessionTimeoutMilliseconds, 0))))
        return .refusal(.memberIDRequired, memberID: id, version: joining.origin.version)
    }

    private func joinAgain(_ joining: Joining, _ group: Group) -> JoinGroupResponse? {
        func refuse(_ error: KafkaError) -> JoinGroupResponse {
            .refusal(error, memberID: joining.memberID, version: joining.origin.version)
        }
        if group.pendingJoins.contains(joining.memberID) {
            // Only dynamic members are given ids to come back with.
            guard joining.instanceID == nil else { return refuse(.unknownMemberID) }
            enter(joining, id: joining.memberID, group)
            return nil
        }
        if let error = group.refusal(memberID: joining.memberID, instanceID: joining.instanceID) {
            return refuse(error)
        }
        guard let member = group.member(joining.memberID) else { return refuse(.unknownMemberID) }

        let isUnchanged = member.protocols == joining.protocols
        switch group.state {
        case .completingRebalance where isUnchanged:
            // It may just not have got our answer.
            return generation(for: member, of: group, version: joining.origin.version)
        case .stable where isUnchanged && !group.isLeader(member.id):
            return generation(for: member, of: group, version: joining.origin.version)
        case .preparingRebalance, .completingRebalance, .stable:
            // A leader that joins again wants a rebalance, for reasons of its own.
            update(member, by: joining, in: group)
            rebalanceOrCompleteJoin(group)
            return nil
        case .empty, .dead:
            return refuse(.unknownMemberID)
        }
    }

    /// A member that wasn't there; its join is parked.
    private func enter(_ joining: Joining, id: String, _ group: Group) {
        let member = Member(
            id: id, instanceID: joining.instanceID, client: joining.origin.client,
            rebalanceTimeoutMilliseconds: joining.rebalanceTimeoutMilliseconds,
            sessionTimeoutMilliseconds: joining.sessionTimeoutMilliseconds, protocols: joining.protocols)
        member.isNew = true
        member.parkedJoin = joining.origin.parked
        if group.state == .preparingRebalance, group.previousState == .empty { group.hasNewMemberDuringDelay = true }
        group.add(member, protocolType: joining.protocolType)
        timers.schedule(
            .session(groupID: group.id, memberID: id), at: after(Limits.newMemberJoinMilliseconds))
        rebalanceOrCompleteJoin(group)
    }

    /// Takes over what a known member says now, and parks its join.
    func update(_ member: Member, by joining: Joining, in group: Group) {
        group.update(member, protocols: joining.protocols)
        member.rebalanceTimeoutMilliseconds = joining.rebalanceTimeoutMilliseconds
        member.sessionTimeoutMilliseconds = joining.sessionTimeoutMilliseconds
        if let older = member.parkedJoin {
            // Its client has given that one up, but the connection it came by may want its answer.
            reply(older, .join(.refusal(.rebalanceInProgress, memberID: member.id, version: older.version)))
        }
        group.park(joining.origin.parked, joinOf: member)
    }

    private func makeGroup(_ id: String) -> Group {
        let group = Group(id: id, timestamp: wallClock)
        groups[id] = group
        return group
    }

    /// Whether one more may join. While joining, those count who have joined: a group that has become too large
    /// shrinks by its last.
    private func hasRoom(for memberID: String, in group: Group) -> Bool {
        switch group.state {
        case .empty, .dead: true
        case .preparingRebalance:
            group.member(memberID)?.parkedJoin != nil || group.awaitingJoinCount < config.maximumSize
        case .completingRebalance, .stable:
            group.member(memberID) != nil || group.members.count < config.maximumSize
        }
    }

    private func newMemberID(_ joining: Joining) -> String {
        let prefix = (joining.instanceID ?? joining.origin.client.id).utf8.prefix(Limits.memberIDPrefixBytes)
        return "\(String(decoding: prefix, as: UTF8.self))-\(MemberIDSuffix.text(random(), random()))"
    }

    /// What a member is told of the generation it is in.
    func generation(for member: Member, of group: Group, version: Int16) -> JoinGroupResponse {
        JoinGroupResponse {
            $0.generationID = group.generation
            $0.protocolType = group.protocolType
            $0.protocolName = group.protocolName ?? (version < 7 ? "" : nil)
            $0.leader = group.leaderID ?? ""
            $0.memberID = member.id
            guard group.isLeader(member.id) else { return }
            $0.members = group.members.map { one in
                JoinGroupResponse.Member {
                    $0.memberID = one.id
                    $0.groupInstanceID = one.instanceID
                    $0.metadata = one.metadata(for: group.protocolName)
                }
            }
        }
    }
}
