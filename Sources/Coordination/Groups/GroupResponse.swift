package import KafkaProtocol

/// What a ``GroupMachine`` answers.
package enum GroupResponse: Sendable {
    case join(JoinGroupResponse)
    case sync(SyncGroupResponse)
    case heartbeat(HeartbeatResponse)
    case leave(LeaveGroupResponse)
    case commitOffsets(OffsetCommitResponse)
    case commitTransactionalOffsets(TxnOffsetCommitResponse)
    /// To be gathered with other groups' by ``OffsetFetchResponse/init(groups:version:)``.
    case fetchOffsets(OffsetFetchResponse.Group)
    case deleteOffsets(OffsetDeleteResponse)
    case deleteGroups([DeleteGroupsResponse.Result])

    /// The same answer after what it depended on could not be written.
    func failing(with error: KafkaError) -> GroupResponse {
        switch self {
        case .join(let response):
            var failed = JoinGroupResponse()
            failed.errorCode = error.code
            failed.memberID = response.memberID
            failed.protocolName = response.protocolName == nil ? nil : ""
            return .join(failed)
        case .sync: return .sync(SyncGroupResponse { $0.errorCode = error.code })
        case .heartbeat: return .heartbeat(HeartbeatResponse { $0.errorCode = error.code })
        case .leave: return .leave(LeaveGroupResponse { $0.errorCode = error.code })
        case .commitOffsets(var response):
            for topic in response.topics.indices {
                for partition in response.topics[topic].partitions.indices {
                    response.topics[topic].partitions[partition].errorCode = error.code
                }
            }
            return .commitOffsets(response)
        case .commitTransactionalOffsets(var response):
            for topic in response.topics.indices {
                for partition in response.topics[topic].partitions.indices {
                    response.topics[topic].partitions[partition].errorCode = error.code
                }
            }
            return .commitTransactionalOffsets(response)
        case .fetchOffsets(let group):
            return .fetchOffsets(
                OffsetFetchResponse.Group {
                    $0.groupID = group.groupID
                    $0.errorCode = error.code
                })
        case .deleteOffsets: return .deleteOffsets(OffsetDeleteResponse { $0.errorCode = error.code })
        case .deleteGroups(var results):
            for index in results.indices { results[index].errorCode = error.code }
            return .deleteGroups(results)
        }
    }
}

extension JoinGroupResponse {
    static func refusal(_ error: KafkaError, memberID: String, version: Int16) -> JoinGroupResponse {
        JoinGroupResponse {
            $0.errorCode = error.code
            $0.memberID = memberID
            $0.protocolName = version < 7 ? "" : nil
        }
    }
}

extension OffsetCommitRequest {
    /// An answer with what `verdict` says of each partition.
    func answer(_ verdict: (Partition) -> KafkaError) -> OffsetCommitResponse {
        OffsetCommitResponse {
            $0.topics = topics.map { topic in
                OffsetCommitResponse.Topic {
                    $0.name = topic.name
                    $0.topicID = topic.topicID
                    $0.partitions = topic.partitions.map { partition in
                        OffsetCommitResponse.Partition {
                            $0.partitionIndex = partition.partitionIndex
                            $0.errorCode = verdict(partition).code
                        }
                    }
                }
            }
        }
    }
}

extension TxnOffsetCommitRequest {
    /// An answer with what `verdict` says of each partition.
    func answer(_ verdict: (Partition) -> KafkaError) -> TxnOffsetCommitResponse {
        TxnOffsetCommitResponse {
            $0.topics = topics.map { topic in
                TxnOffsetCommitResponse.Topic {
                    $0.name = topic.name
                    $0.partitions = topic.partitions.map { partition in
                        TxnOffsetCommitResponse.Partition {
                            $0.partitionIndex = partition.partitionIndex
                            $0.errorCode = verdict(partition).code
                        }
                    }
                }
            }
        }
    }
}
