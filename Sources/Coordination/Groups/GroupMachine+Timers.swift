/// What happens because nothing else did.
extension GroupMachine {
    /// Does what is due.
    package func tick(at moment: Moment, _ effects: inout [GroupEffect]) {
        guard !isGone else { return }
        self.moment = moment
        while let timer = timers.popDue(at: moment.monotonicMilliseconds) {
            switch timer {
            case .session(let groupID, let memberID):
                if let group = groups[groupID] { sessionEnds(of: memberID, group) }
            case .join(let groupID):
                if let group = groups[groupID] { joinTimeIsUp(group) }
            case .sync(let groupID):
                if let group = groups[groupID] { syncTimeIsUp(group) }
            case .offsetsExpiry:
                flush(.nothing)
                expireOffsets()
                timers.schedule(.offsetsExpiry, at: after(config.offsetsRetentionCheckMilliseconds))
            }
        }
        flush(.nothing)
        release(into: &effects)
    }

    private func sessionEnds(of memberID: String, _ group: Group) {
        if group.pendingJoins.contains(memberID) {
            group.remove(memberID)
        } else if let member = group.member(memberID), member.owesHeartbeat {
            remove(member, from: group)
            if group.state == .stable || group.state == .completingRebalance {
                prepareRebalance(group)
                return
            }
        } else {
            return
        }
        if group.state == .preparingRebalance, group.hasAllMembersJoined { completeJoin(group) }
    }

    /// Members that took the generation and never asked for their part are gone.
    private func syncTimeIsUp(_ group: Group) {
        guard group.state == .completingRebalance || group.state == .stable, !group.pendingSyncs.isEmpty else { return }
        for member in group.members where group.pendingSyncs.contains(member.id) { remove(member, from: group) }
        prepareRebalance(group)
    }
}
