package import KafkaProtocol

/// What a ``GroupMachine`` is asked. The host has checked rights, and named topics that came by id.
package enum GroupRequest: Sendable {
    case join(JoinGroupRequest)
    case sync(SyncGroupRequest)
    case heartbeat(HeartbeatRequest)
    case leave(LeaveGroupRequest)
    case commitOffsets(OffsetCommitRequest)
    /// The host has verified that the partition is in the producer's transaction.
    case commitTransactionalOffsets(TxnOffsetCommitRequest)
    /// One group; see ``OffsetFetchRequest/requestedGroups(version:)``. Stable offsets are those that no write under
    /// way, and no open transaction, is about to change.
    case fetchOffsets(OffsetFetchRequest.Group, requiresStable: Bool)
    case deleteOffsets(OffsetDeleteRequest)
    /// The ids of groups, all of them coordinated here.
    case deleteGroups([String])

    /// The answer that says nothing but `error`.
    package func refusal(_ error: KafkaError, version: Int16) -> GroupResponse {
        switch self {
        case .join(let request):
            .join(JoinGroupResponse.refusal(error, memberID: request.memberID, version: version))
        case .sync:
            .sync(SyncGroupResponse { $0.errorCode = error.code })
        case .heartbeat:
            .heartbeat(HeartbeatResponse { $0.errorCode = error.code })
        case .leave:
            .leave(LeaveGroupResponse { $0.errorCode = error.code })
        case .commitOffsets(let request):
            .commitOffsets(request.answer { _ in error })
        case .commitTransactionalOffsets(let request):
            .commitTransactionalOffsets(request.answer { _ in error })
        case .fetchOffsets(let group, _):
            .fetchOffsets(
                OffsetFetchResponse.Group {
                    $0.groupID = group.groupID
                    $0.errorCode = error.code
                })
        case .deleteOffsets:
            .deleteOffsets(OffsetDeleteResponse { $0.errorCode = error.code })
        case .deleteGroups(let groupIDs):
            .deleteGroups(
                groupIDs.map { groupID in
                    DeleteGroupsResponse.Result {
                        $0.groupID = groupID
                        $0.errorCode = error.code
                    }
                })
        }
    }

    /// Whether the id is one that this request can't have. Offsets of the empty group are what clients of old left.
    var hasInvalidGroupID: Bool {
        switch self {
        case .join(let request): request.groupID.isEmpty
        case .sync(let request): request.groupID.isEmpty
        case .heartbeat(let request): request.groupID.isEmpty
        case .leave(let request): request.groupID.isEmpty
        case .commitTransactionalOffsets(let request): request.groupID.isEmpty
        case .deleteOffsets(let request): request.groupID.isEmpty
        case .commitOffsets, .fetchOffsets, .deleteGroups: false
        }
    }
}
