import Bytes
import Coordination
import KafkaProtocol
import Metadata

/// The classic group APIs (11 to 14, 8, 9, 15, 16, 42, 47): each goes to the coordinator of its group, whose rules are
/// in `Coordination`. What is here is the way there, and topics that come by id (OffsetCommit and OffsetFetch from
/// v10).
extension Handler {
    static var joinGroup: Handler {
        .answering(JoinGroupRequest.self) { shard, request, frame in
            guard case .join(let response) = await shard.askCoordinator(of: request.groupID, .join(request), frame)
            else {
                return JoinGroupResponse { $0.errorCode = KafkaError.unknownServerError.code }
            }
            return response
        }
    }

    static var syncGroup: Handler {
        .answering(SyncGroupRequest.self) { shard, request, frame in
            guard case .sync(let response) = await shard.askCoordinator(of: request.groupID, .sync(request), frame)
            else {
                return SyncGroupResponse { $0.errorCode = KafkaError.unknownServerError.code }
            }
            return response
        }
    }

    static var heartbeat: Handler {
        .answering(HeartbeatRequest.self) { shard, request, frame in
            let answer = await shard.askCoordinator(of: request.groupID, .heartbeat(request), frame)
            guard case .heartbeat(let response) = answer else {
                return HeartbeatResponse { $0.errorCode = KafkaError.unknownServerError.code }
            }
            return response
        }
    }

    static var leaveGroup: Handler {
        .answering(LeaveGroupRequest.self) { shard, request, frame in
            guard case .leave(let response) = await shard.askCoordinator(of: request.groupID, .leave(request), frame)
            else {
                return LeaveGroupResponse { $0.errorCode = KafkaError.unknownServerError.code }
            }
            return response
        }
    }

    static var offsetCommit: Handler {
        .answering(OffsetCommitRequest.self) { shard, request, frame in await shard.commitOffsets(request, frame) }
    }

    static var offsetFetch: Handler {
        .answering(OffsetFetchRequest.self) { shard, request, frame in await shard.fetchOffsets(request, frame) }
    }

    static var offsetDelete: Handler {
        .answering(OffsetDeleteRequest.self) { shard, request, frame in
            let answer = await shard.askCoordinator(of: request.groupID, .deleteOffsets(request), frame)
            guard case .deleteOffsets(let response) = answer else {
                return OffsetDeleteResponse { $0.errorCode = KafkaError.unknownServerError.code }
            }
            return response
        }
    }

    static var deleteGroups: Handler {
        .answering(DeleteGroupsRequest.self) { shard, request, frame in
            var response = DeleteGroupsResponse()
            for groupID in request.groupsNames {
                let answer = await shard.askCoordinator(of: groupID, .deleteGroups([groupID]), frame)
                if case .deleteGroups(let results) = answer { response.results += results }
            }
            return response
        }
    }

    static var describeGroups: Handler {
        .answering(DescribeGroupsRequest.self) { shard, request, frame in
            var response = DescribeGroupsResponse()
            for groupID in request.groups {
                response.groups.append(await shard.describeGroup(groupID, version: frame.version))
            }
            return response
        }
    }

    static var listGroups: Handler {
        .answering(ListGroupsRequest.self) { shard, request, frame in
            let groups = await shard.collectGroups(states: request.statesFilter, types: request.typesFilter)
            return ListGroupsResponse { $0.groups = groups }
        }
    }
}

extension Shard {
    fileprivate func commitOffsets(_ request: OffsetCommitRequest, _ frame: RequestFrame) async -> OffsetCommitResponse
    {
        var known = request
        known.topics = []
        var answered = MergedTopics()
        for var topic in request.topics {
            switch findTopic(name: topic.name, id: topic.topicID, usesIDs: frame.version >= 10) {
            case .success(let found):
                topic.name = found.name
                topic.topicID = found.id
                let strangers = topic.partitions.filter { found.partitions[$0.partitionIndex] == nil }
                if !strangers.isEmpty {
                    answered.add(topic.refused(strangers, .unknownTopicOrPartition))
                    topic.partitions.removeAll { found.partitions[$0.partitionIndex] == nil }
                }
                if !topic.partitions.isEmpty { known.topics.append(topic) }
            case .failure(let error):
                answered.add(topic.refused(topic.partitions, error))
            }
        }
        if known.topics.isEmpty, !answered.isEmpty { return OffsetCommitResponse { $0.topics = answered.topics } }
        let answer = await askCoordinator(of: request.groupID, .commitOffsets(known), frame)
        guard case .commitOffsets(var response) = answer else { return OffsetCommitResponse() }
        if answered.isEmpty { return response }
        for topic in response.topics { answered.add(topic) }
        response.topics = answered.topics
        return response
    }

    fileprivate func fetchOffsets(_ request: OffsetFetchRequest, _ frame: RequestFrame) async -> OffsetFetchResponse {
        var groups: [OffsetFetchResponse.Group] = []
        for var asked in request.requestedGroups(version: frame.version) {
            var unknown: [OffsetFetchResponse.GroupTopic] = []
            if frame.version >= 10, let topics = asked.topics {
                asked.topics = named(topics, unknown: &unknown)
            }
            let answer = await askCoordinator(
                of: asked.groupID, .fetchOffsets(asked, requiresStable: request.requireStable), frame)
            guard case .fetchOffsets(var group) = answer else { continue }
            if frame.version >= 10 {
                for index in group.topics.indices {
                    group.topics[index].topicID = image[topic: group.topics[index].name]?.id ?? .zero
                }
            }
            group.topics += unknown
            groups.append(group)
        }
        return OffsetFetchResponse(groups: groups, answering: request, version: frame.version)
    }

    private func named(
        _ topics: [OffsetFetchRequest.GroupTopic], unknown: inout [OffsetFetchResponse.GroupTopic]
    ) -> [OffsetFetchRequest.GroupTopic] {
        var known: [OffsetFetchRequest.GroupTopic] = []
        for var topic in topics {
            if let found = image[topicID: topic.topicID] {
                topic.name = found.name
                known.append(topic)
                continue
            }
            unknown.append(
                OffsetFetchResponse.GroupTopic {
                    $0.topicID = topic.topicID
                    $0.partitions = topic.partitionIndexes.map { index in
                        OffsetFetchResponse.Partition {
                            $0.index = index
                            $0.committedOffset = -1
                            $0.errorCode = KafkaError.unknownTopicID.code
                        }
                    }
                })
        }
        return known
    }
}

/// Topics of an answer, each once.
private struct MergedTopics {
    private struct Key: Hashable {
        let name: String
        let id: UUID
    }

    private(set) var topics: [OffsetCommitResponse.Topic] = []
    private var places: [Key: Int] = [:]

    var isEmpty: Bool { topics.isEmpty }

    mutating func add(_ topic: OffsetCommitResponse.Topic) {
        let key = Key(name: topic.name, id: topic.topicID)
        if let place = places[key] {
            topics[place].partitions += topic.partitions
        } else {
            places[key] = topics.count
            topics.append(topic)
        }
    }
}

extension OffsetCommitRequest.Topic {
    fileprivate func refused(
        _ partitions: [OffsetCommitRequest.Partition], _ error: KafkaError
    ) -> OffsetCommitResponse.Topic {
        OffsetCommitResponse.Topic {
            $0.name = name
            $0.topicID = topicID
            $0.partitions = partitions.map { partition in
                OffsetCommitResponse.Partition {
                    $0.partitionIndex = partition.partitionIndex
                    $0.errorCode = error.code
                }
            }
        }
    }
}
