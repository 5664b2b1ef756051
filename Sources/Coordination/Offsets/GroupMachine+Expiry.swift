import KafkaProtocol

/// Offsets that nobody came for in offsets.retention.minutes, and groups of which nothing is left.
extension GroupMachine {
    func expireOffsets() {
        draft.isAtomic = false
        let inFlight = offsets.groupsInFlight
        for groupID in (Array(groups.keys) + Array(foreignGroups.keys)).sorted() {
            guard expireOffsets(of: groupID), !inFlight.contains(groupID) else { continue }
            if let group = groups[groupID], group.state == .empty { forget(groupID) }
            // Other kinds of groups stay while they have records: what deletes them is their own coordinator's.
        }
        flush(.nothing)
    }

    /// Whether nothing is left, not even of a transaction.
    private func expireOffsets(of groupID: String) -> Bool {
        let hasTransaction = offsets.openTransactions[groupID] != nil
        let keys = offsets.committed.keys(ofGroup: groupID)
        guard !keys.isEmpty else { return !hasTransaction }
        var areAllGone = true
        for key in keys {
            if let offset = offsets.committed[key], isExpired(offset, key) {
                delete(key)
            } else {
                areAllGone = false
            }
        }
        return areAllGone && !hasTransaction
    }

    private func isExpired(_ offset: CommittedOffset, _ key: OffsetKey) -> Bool {
        guard !offsets.isInFlight(key), !offsets.hasPendingTransaction(key), let base = expiryBase(offset, key) else {
            return false
        }
        return offset.isExpired(at: wallClock, retention: config.offsetsRetentionMilliseconds, since: base)
    }

    /// Since when nobody needs the offset; nil while somebody may.
    private func expiryBase(_ offset: CommittedOffset, _ key: OffsetKey) -> Int64? {
        guard let group = groups[key.groupID] else {
            return foreignGroups[key.groupID]?.isEmpty == true ? offset.commitTimestamp : nil
        }
        guard group.protocolType != nil else { return offset.commitTimestamp }
        if group.state == .empty { return group.stateTimestamp ?? offset.commitTimestamp }
        guard group.state == .stable, group.isConsumer, let topics = group.subscribedTopics else { return nil }
        return topics.contains(key.topic) ? nil : offset.commitTimestamp
    }
}
