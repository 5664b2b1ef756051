import KafkaProtocol

/// LeaveGroup.
extension GroupMachine {
    func leave(_ request: LeaveGroupRequest, version: Int16) -> LeaveGroupResponse {
        var leaving = request.members
        if version < 3 { leaving = [LeaveGroupRequest.Member { $0.memberID = request.memberID }] }

        let group = groups[request.groupID]
        let results = leaving.map { one in
            LeaveGroupResponse.Member {
                $0.memberID = one.memberID
                $0.groupInstanceID = one.groupInstanceID
                $0.errorCode = (group.map { leave(one, $0) } ?? .unknownMemberID).code
            }
        }
        if let group, results.contains(where: { $0.errorCode == 0 }), group.state != .empty {
            rebalanceOrCompleteJoin(group)
        }
        return LeaveGroupResponse {
            // Before version 3 there is only one to speak of.
            if version < 3 { $0.errorCode = results.first?.errorCode ?? 0 } else { $0.members = results }
        }
    }

    private func leave(_ leaving: LeaveGroupRequest.Member, _ group: Group) -> KafkaError {
        if leaving.memberID.isEmpty {
            // An administrator knows the instance, not what id it has just now.
            guard let member = leaving.groupInstanceID.flatMap({ group.staticMember($0) }) else {
                return .unknownMemberID
            }
            remove(member, from: group)
            return .noError
        }
        if group.pendingJoins.contains(leaving.memberID) {
            group.remove(leaving.memberID)
            cancelSession(of: leaving.memberID, in: group)
            return .noError
        }
        if let error = group.refusal(memberID: leaving.memberID, instanceID: leaving.groupInstanceID) { return error }
        guard let member = group.member(leaving.memberID) else { return .unknownMemberID }
        remove(member, from: group)
        return .noError
    }
}
