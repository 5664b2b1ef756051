import Bytes
import KafkaProtocol
import LogEngine
import Metadata

extension Handler {
    /// Where a leader epoch ended in our log: for clients and followers that check whether theirs was cut (KIP-101,
    /// KIP-320).
    static var offsetForLeaderEpoch: Handler {
        .answering(OffsetForLeaderEpochRequest.self) { shard, request, _ in await shard.offsetForLeaderEpoch(request) }
    }
}

extension Shard {
    func offsetForLeaderEpoch(_ request: OffsetForLeaderEpochRequest) async -> OffsetForLeaderEpochResponse {
        var response = OffsetForLeaderEpochResponse()
        for topic in request.topics {
            var answers: [OffsetForLeaderEpochResponse.Partition] = []
            switch findTopic(name: topic.topic, id: .zero, usesIDs: false) {
            case .failure(let error):
                answers = topic.partitions.map { partition in
                    OffsetForLeaderEpochResponse.Partition {
                        $0.partition = partition.partition
                        $0.errorCode = error.rawValue
                    }
                }
            case .success(let found):
                let questions = topic.partitions.map {
                    (key: PartitionKey(topicID: found.id, partition: $0.partition), item: $0)
                }
                answers = await spread(questions) { shard, key, question in
                    shard.endOfEpoch(question.leaderEpoch, current: question.currentLeaderEpoch, key)
                }
            }
            response.topics.append(
                OffsetForLeaderEpochResponse.Topic {
                    $0.topic = topic.topic
                    $0.partitions = answers
                })
        }
        return response
    }

    private func endOfEpoch(
        _ epoch: Int32, current: Int32, _ key: PartitionKey
    ) -> OffsetForLeaderEpochResponse.Partition {
        OffsetForLeaderEpochResponse.Partition {
            $0.partition = key.partition
            guard let partition = partitions.find(key.topicID, key.partition) else {
                $0.errorCode = absence(of: key.topicID, key.partition).rawValue
                return
            }
            if let error = partition.epochError(current) {
                $0.errorCode = error.rawValue
                return
            }
            guard let end = partition.log.leaderEpochs.endOffset(for: epoch, logEndOffset: partition.log.endOffset)
            else {
                return
            }
            $0.leaderEpoch = end.epoch
            $0.endOffset = end.endOffset
        }
    }
}
