import Bytes
package import KafkaProtocol

/// A fetch of stable offsets that waits for the appends before it.
struct WaitingFetch {
    let group: OffsetFetchRequest.Group
    let request: ParkedRequest
    let lastAppend: UInt64
}

/// OffsetFetch.
extension GroupMachine {
    /// Nil when the request waits.
    func fetch(
        _ group: OffsetFetchRequest.Group, requiresStable: Bool, _ origin: Origin
    ) -> OffsetFetchResponse.Group? {
        if requiresStable, appends.firstID != nil {
            waitingFetches.append(
                WaitingFetch(group: group, request: origin.parked, lastAppend: appends.lastID))
            return nil
        }
        return fetched(group, requiresStable: requiresStable)
    }

    func answerWaitingFetches() {
        guard !waitingFetches.isEmpty else { return }
        let firstID = appends.firstID ?? .max
        for waiting in waitingFetches where waiting.lastAppend < firstID {
            reply(waiting.request, .fetchOffsets(fetched(waiting.group, requiresStable: true)))
        }
        waitingFetches.removeAll { $0.lastAppend < firstID }
    }

    private func fetched(_ asked: OffsetFetchRequest.Group, requiresStable: Bool) -> OffsetFetchResponse.Group {
        let isKnown = groups[asked.groupID] != nil || foreignGroups[asked.groupID] != nil
        let committed = isKnown ? offsets.committed.groups[asked.groupID] ?? [:] : [:]

        func partition(_ topic: String, _ topicID: UUID, _ index: Int32) -> OffsetFetchResponse.Partition {
            let key = OffsetKey(groupID: asked.groupID, topic: topic, partition: index)
            return OffsetFetchResponse.Partition {
                $0.index = index
                $0.committedOffset = -1
                if requiresStable, offsets.hasPendingTransaction(key) {
                    $0.errorCode = KafkaError.unstableOffsetCommit.code
                } else if let offset = committed[topic]?[index], offset.isMeant(for: topicID) {
                    $0.committedOffset = offset.offset
                    $0.committedLeaderEpoch = offset.leaderEpoch
                    $0.metadata = offset.metadata
                }
            }
        }
        return OffsetFetchResponse.Group {
            $0.groupID = asked.groupID
            if let topics = asked.topics {
                $0.topics = topics.map { topic in
                    OffsetFetchResponse.GroupTopic {
                        $0.name = topic.name
                        $0.topicID = topic.topicID
                        $0.partitions = topic.partitionIndexes.map { partition(topic.name, topic.topicID, $0) }
                    }
                }
            } else {
                $0.topics = committed.sorted { $0.key < $1.key }.map { topic, partitions in
                    OffsetFetchResponse.GroupTopic {
                        $0.name = topic
                        $0.partitions = partitions.keys.sorted().map { partition(topic, .zero, $0) }
                    }
                }
            }
        }
    }
}

// MARK: - The forms of the versions

extension OffsetFetchRequest {
    /// The groups asked for, whatever the version.
    package func requestedGroups(version: Int16) -> [Group] {
        guard version < 8 else { return groups }
        return [
            Group {
                $0.groupID = groupID
                $0.topics = topics?.map { topic in
                    GroupTopic {
                        $0.name = topic.name
                        $0.partitionIndexes = topic.partitionIndexes
                    }
                }
            }
        ]
    }
}

extension OffsetFetchResponse {
    /// The answer to `request` in `version`: before version 8 of the first group only, before version 2 with the
    /// group's error at every partition asked for.
    package init(groups: [Group], answering request: OffsetFetchRequest, version: Int16) {
        self.init()
        guard version < 8 else {
            self.groups = groups
            return
        }
        guard let group = groups.first else { return }
        errorCode = group.errorCode
        guard group.errorCode != 0, version < 2 else {
            topics = group.topics.map { topic in
                Topic {
                    $0.name = topic.name
                    $0.partitions = topic.partitions
                }
            }
            return
        }
        topics = (request.topics ?? []).map { topic in
            Topic {
                $0.name = topic.name
                $0.partitions = topic.partitionIndexes.map { index in
                    Partition {
                        $0.index = index
                        $0.committedOffset = -1
                        $0.errorCode = group.errorCode
                    }
                }
            }
        }
    }
}
