package import Bytes
import KafkaProtocol

/// OffsetDelete, DeleteGroups, and what deleted topics leave behind.
extension GroupMachine {
    func deleteOffsets(_ request: OffsetDeleteRequest) -> OffsetDeleteResponse {
        var isSubscribed: (String) -> Bool = { _ in false }
        if let group = groups[request.groupID] {
            guard group.state == .empty || group.isConsumer else {
                return OffsetDeleteResponse { $0.errorCode = KafkaError.nonEmptyGroup.code }
            }
            isSubscribed = group.isSubscribed
        } else if let foreign = foreignGroups[request.groupID] {
            isSubscribed = { _ in !foreign.isEmpty }
        } else {
            return OffsetDeleteResponse { $0.errorCode = KafkaError.groupIDNotFound.code }
        }
        return OffsetDeleteResponse {
            $0.topics = request.topics.map { topic in
                let isSubscribed = isSubscribed(topic.name)
                return OffsetDeleteResponse.Topic {
                    $0.name = topic.name
                    $0.partitions = topic.partitions.map { partition in
                        let key = OffsetKey(
                            groupID: request.groupID, topic: topic.name, partition: partition.partitionIndex)
                        if !isSubscribed, offsets.exists(key) { delete(key) }
                        return OffsetDeleteResponse.Partition {
                            $0.partitionIndex = partition.partitionIndex
                            $0.errorCode = isSubscribed ? KafkaError.groupSubscribedToTopic.code : 0
                        }
                    }
                }
            }
        }
    }

    func deleteGroups(_ groupIDs: [String]) -> [DeleteGroupsResponse.Result] {
        draft.isAtomic = false
        return groupIDs.map { groupID in
            DeleteGroupsResponse.Result {
                $0.groupID = groupID
                $0.errorCode = deleteGroup(groupID).code
            }
        }
    }

    private func deleteGroup(_ groupID: String) -> KafkaError {
        if let group = groups[groupID] {
            guard group.state == .empty else { return .nonEmptyGroup }
        } else if let foreign = foreignGroups[groupID] {
            guard foreign.isEmpty else { return .nonEmptyGroup }
        } else {
            return .groupIDNotFound
        }
        for key in offsets.existingKeys(ofGroup: groupID) { delete(key) }
        forget(groupID)
        return .noError
    }

    /// Takes an empty group out, with all records that speak of it.
    func forget(_ groupID: String) {
        if let foreign = foreignGroups.removeValue(forKey: groupID) {
            draft.entries += foreign.keys.reversed().map { .tombstone($0) }
        } else if let group = groups.removeValue(forKey: groupID) {
            for memberID in group.pendingJoins { cancelSession(of: memberID, in: group) }
            timers.cancel(.join(groupID: groupID))
            timers.cancel(.sync(groupID: groupID))
            draft.entries.append(.groupTombstone(groupID))
        }
    }

    func delete(_ key: OffsetKey) {
        draft.entries.append(.offset(CommittedOffsets.Change(key: key, offset: nil)))
    }

    /// The topic is gone: nobody's offsets of it mean anything any more. Those of another topic of the same name stay,
    /// unless the commit didn't say which it meant.
    package func topicDeleted(_ topic: String, id: UUID, at moment: Moment, _ effects: inout [GroupEffect]) {
        guard isLoaded, !isGone else { return }
        self.moment = moment
        draft.isAtomic = false
        for key in offsets.existingKeys(ofTopic: topic, id: id) { delete(key) }
        flush(.nothing)
        release(into: &effects)
    }
}
