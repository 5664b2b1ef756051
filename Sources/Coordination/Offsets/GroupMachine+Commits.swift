import Bytes
import KafkaProtocol

/// OffsetCommit and TxnOffsetCommit.
extension GroupMachine {
    func commit(_ request: OffsetCommitRequest, version: Int16) -> OffsetCommitResponse {
        let claim = Claim(
            groupID: request.groupID, memberID: request.memberID, instanceID: request.groupInstanceID,
            generation: request.generationIDOrMemberEpoch)
        let unknownGroup: KafkaError = version >= 9 ? .groupIDNotFound : .illegalGeneration
        if let error = refusal(of: claim, isTransactional: false, unknownGroup: unknownGroup) {
            return request.answer { _ in error }
        }
        // Commits are as good as heartbeats.
        if let group = groups[request.groupID], group.state == .stable || group.state == .preparingRebalance,
            let member = group.member(request.memberID)
        {
            expectHeartbeat(of: member, in: group)
        }
        let retention = request.retentionTimeMilliseconds
        let expiry = retention == -1 ? nil : wallClock.addingReportingOverflow(retention).partialValue
        for topic in request.topics {
            for partition in topic.partitions where verdict(on: partition.committedMetadata) == .noError {
                let key = OffsetKey(groupID: request.groupID, topic: topic.name, partition: partition.partitionIndex)
                let offset = CommittedOffset(
                    offset: partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
                    metadata: partition.committedMetadata ?? "", topicID: topic.topicID, commitTimestamp: wallClock,
                    expireTimestamp: expiry)
                draft.entries.append(.offset(CommittedOffsets.Change(key: key, offset: offset)))
            }
        }
        return request.answer { verdict(on: $0.committedMetadata) }
    }

    func commit(_ request: TxnOffsetCommitRequest) -> TxnOffsetCommitResponse {
        let claim = Claim(
            groupID: request.groupID, memberID: request.memberID, instanceID: request.groupInstanceID,
            generation: request.generationID)
        if let error = refusal(of: claim, isTransactional: true, unknownGroup: .illegalGeneration) {
            return request.answer { _ in error }
        }
        for topic in request.topics {
            for partition in topic.partitions where verdict(on: partition.committedMetadata) == .noError {
                let key = OffsetKey(groupID: request.groupID, topic: topic.name, partition: partition.partitionIndex)
                let offset = CommittedOffset(
                    offset: partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
                    metadata: partition.committedMetadata ?? "", topicID: .zero, commitTimestamp: wallClock,
                    expireTimestamp: nil)
                draft.entries.append(.offset(CommittedOffsets.Change(key: key, offset: offset)))
            }
        }
        draft.producer = TransactionalProducer(
            transactionalID: request.transactionalID, producerID: request.producerID,
            producerEpoch: request.producerEpoch)
        return request.answer { verdict(on: $0.committedMetadata) }
    }

    private func verdict(on metadata: String?) -> KafkaError {
        guard let metadata, metadata.utf8.count > config.offsetMetadataMaximumSize else { return .noError }
        return metadata.utf16.count > config.offsetMetadataMaximumSize ? .offsetMetadataTooLarge : .noError
    }

    /// Who says that it commits.
    private struct Claim {
        let groupID: String
        let memberID: String
        let instanceID: String?
        let generation: Int32

        /// Clients that assign partitions to themselves, and administrators.
        var isAnonymous: Bool { generation < 0 && memberID.isEmpty && instanceID == nil }
    }

    private func refusal(of claim: Claim, isTransactional: Bool, unknownGroup: KafkaError) -> KafkaError? {
        if let foreign = foreignGroups[claim.groupID] {
            if claim.isAnonymous, foreign.isEmpty || isTransactional { return nil }
            return .unknownMemberID
        }
        guard let group = groups[claim.groupID] else {
            guard claim.generation < 0 else { return unknownGroup }
            groups[claim.groupID] = Group(id: claim.groupID, timestamp: wallClock)
            return nil
        }
        if claim.generation < 0, group.state == .empty { return nil }
        if !claim.isAnonymous {
            if let error = group.refusal(memberID: claim.memberID, instanceID: claim.instanceID) { return error }
            guard claim.generation == group.generation else { return .illegalGeneration }
        } else if !isTransactional, group.state != .empty {
            return .unknownMemberID
        }
        // Its member has the generation but not what it may read: it can't have read it.
        return !isTransactional && group.state == .completingRebalance ? .rebalanceInProgress : nil
    }
}
