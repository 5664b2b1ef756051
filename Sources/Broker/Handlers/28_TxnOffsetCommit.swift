import Coordination
import KafkaProtocol
import Metadata

extension Handler {
    /// Offsets that a group has read to once the transaction commits. v5 adds the group to the transaction by itself;
    /// of older clients it is asked whether they have.
    static var transactionalOffsetCommit: Handler {
        .answering(TxnOffsetCommitRequest.self) { shard, request, frame in
            await shard.commitInTransaction(request, frame)
        }
    }
}

extension Shard {
    fileprivate func commitInTransaction(
        _ request: TxnOffsetCommitRequest, _ frame: RequestFrame
    ) async -> TxnOffsetCommitResponse {
        guard let topic = image[topic: OffsetsTopic.name] else {
            return request.answer { _, _ in .coordinatorNotAvailable }
        }
        let exists = request.topics.map { topic in
            topic.partitions.map { image[topic: topic.name]?.partitions[$0.partitionIndex] != nil }
        }
        var known = request
        known.topics = zip(request.topics, exists).compactMap { topic, exists in
            var topic = topic
            topic.partitions = zip(topic.partitions, exists).filter(\.1).map(\.0)
            return topic.partitions.isEmpty ? nil : topic
        }
        guard !known.topics.isEmpty else { return request.answer { _, _ in .unknownTopicOrPartition } }
        let partition = OffsetsTopic.partition(of: request.groupID, partitionCount: topic.partitionCount)
        var admission = TransactionAdmission(
            transactionalID: request.transactionalID, producerID: request.producerID,
            producerEpoch: request.producerEpoch, addsImplicitly: frame.version >= 5,
            entries: [
                TransactionAdmission.Entry(
                    key: PartitionKey(topicID: topic.id, partition: partition),
                    name: TransactionPartition(OffsetsTopic.name, partition))
            ])
        await admit(&admission)
        let entry = admission.entries[0]
        if let refusal = entry.refusal {
            await release(admission)
            return request.answer { _, _ in Self.told(refusal, frame.version) }
        }
        let answer = await askCoordinator(
            of: request.groupID, .commitTransactionalOffsets(known), frame, pass: entry.pass)
        await release(admission)
        guard case .commitTransactionalOffsets(let response) = answer else { return TxnOffsetCommitResponse() }
        // What the coordinator says of the partitions that exist, in their order.
        var verdicts = response.topics.flatMap { $0.partitions.map(\.errorCode) }[...]
        return request.answer { topic, partition in
            exists[topic][partition]
                ? verdicts.popFirst().map { KafkaError(code: $0) } ?? .unknownServerError : .unknownTopicOrPartition
        }
    }

    /// Why the transaction doesn't take the offsets, as the producer's version knows it.
    private static func told(_ error: KafkaError, _ version: Int16) -> KafkaError {
        switch error {
        // Clients of all ages try again, and ask nobody for another coordinator of the group.
        case .concurrentTransactions, .coordinatorLoadInProgress, .coordinatorNotAvailable, .notCoordinator:
            .coordinatorLoadInProgress
        case .producerFenced: .invalidProducerEpoch
        case .transactionAbortable: version >= 4 ? .transactionAbortable : .invalidTxnState
        default: error
        }
    }
}

extension TxnOffsetCommitRequest {
    /// An answer with what `verdict` says of each partition, asked in order.
    fileprivate func answer(_ verdict: (Int, Int) -> KafkaError) -> TxnOffsetCommitResponse {
        TxnOffsetCommitResponse {
            $0.topics = topics.enumerated().map { topicIndex, topic in
                TxnOffsetCommitResponse.Topic {
                    $0.name = topic.name
                    $0.partitions = topic.partitions.enumerated().map { index, partition in
                        TxnOffsetCommitResponse.Partition {
                            $0.partitionIndex = partition.partitionIndex
                            $0.errorCode = verdict(topicIndex, index).code
                        }
                    }
                }
            }
        }
    }
}
