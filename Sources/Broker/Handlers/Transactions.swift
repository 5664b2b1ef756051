import Bytes
import Coordination
import KafkaProtocol
import Metadata

/// The transaction APIs of producers (24 to 26): each goes to the coordinator of its transactional id, whose rules are
/// in `Coordination`.
extension Handler {
    /// v0…v3 of clients: all partitions or none. v4, v5 of brokers: several transactions, maybe only to look.
    static var addPartitionsToTransaction: Handler {
        .answering(AddPartitionsToTxnRequest.self) { shard, request, frame in
            var response = AddPartitionsToTxnResponse()
            guard frame.version < 4 else {
                for transaction in request.transactions {
                    let topics = await shard.add(transaction, frame.version)
                    response.resultsByTransaction.append(
                        AddPartitionsToTxnResponse.Transaction {
                            $0.transactionalID = transaction.transactionalID
                            $0.topicResults = topics
                        })
                }
                return response
            }
            let transaction = AddPartitionsToTxnRequest.Transaction {
                $0.transactionalID = request.v3AndBelowTransactionalID
                $0.producerID = request.v3AndBelowProducerID
                $0.producerEpoch = request.v3AndBelowProducerEpoch
                $0.topics = request.v3AndBelowTopics
            }
            response.resultsByTopicV3AndBelow = await shard.add(transaction, frame.version)
            return response
        }
    }

    static var addOffsetsToTransaction: Handler {
        .answering(AddOffsetsToTxnRequest.self) { shard, request, frame in
            let error = await shard.addOffsets(request)
            return AddOffsetsToTxnResponse {
                $0.errorCode = error.forTransactionClients(isOld: frame.version < 2).code
            }
        }
    }

    /// v5: the answer names the epoch, and the producer id, of the next transaction.
    static var endTransaction: Handler {
        .answering(EndTxnRequest.self) { shard, request, frame in
            let end = TransactionEnd(
                transactionalID: request.transactionalID, producerID: request.producerID,
                producerEpoch: request.producerEpoch, isCommit: request.committed,
                clientVersion: frame.version >= 5 ? 2 : 0)
            let answer = await shard.askCoordinator(ofTransactionalID: request.transactionalID, .end(end))
            guard case .producer(let error, let id, let epoch) = answer else {
                return EndTxnResponse { $0.errorCode = KafkaError.unknownServerError.code }
            }
            return EndTxnResponse {
                $0.errorCode = error.forTransactionClients(isOld: frame.version < 2).code
                guard frame.version >= 5 else { return }
                $0.producerID = id
                $0.producerEpoch = epoch
            }
        }
    }
}

extension KafkaError {
    /// Old versions don't know PRODUCER_FENCED (KIP-588).
    func forTransactionClients(isOld: Bool) -> KafkaError {
        isOld && self == .producerFenced ? .invalidProducerEpoch : self
    }
}

extension Shard {
    fileprivate func add(
        _ transaction: AddPartitionsToTxnRequest.Transaction, _ version: Int16
    ) async -> [AddPartitionsToTxnResponse.Topic] {
        let errors = transaction.topics.map { topic in
            topic.partitions.map { partition -> KafkaError? in
                guard let found = image[topic: topic.name] else { return .unknownTopicOrPartition }
                if found.isInternal, version < 4 { return .topicAuthorizationFailed }
                return found.partitions[partition] == nil ? .unknownTopicOrPartition : nil
            }
        }
        if errors.contains(where: { $0.contains { $0 != nil } }) {
            return transaction.answer { topic, partition in errors[topic][partition] ?? .operationNotAttempted }
        }
        let answer = await addPatiently(
            TransactionAddition(
                transactionalID: transaction.transactionalID, producerID: transaction.producerID,
                producerEpoch: transaction.producerEpoch,
                partitions: transaction.topics.flatMap { topic in
                    topic.partitions.map { TransactionPartition(topic.name, $0) }
                }, isVerification: version >= 4 && transaction.verifyOnly, clientVersion: version >= 4 ? 2 : 0))
        guard case .added(let error, let missing) = answer else { return [] }
        let told = error.forTransactionClients(isOld: version < 2)
        let absent: KafkaError = version >= 5 ? .transactionAbortable : .invalidTxnState
        return transaction.answer { topic, partition in
            let name = transaction.topics[topic]
            return missing.contains(TransactionPartition(name.name, name.partitions[partition])) ? absent : told
        }
    }

    fileprivate func addOffsets(_ request: AddOffsetsToTxnRequest) async -> KafkaError {
        guard !request.groupID.isEmpty else { return .invalidGroupID }
        guard let topic = await coordinatorTopic(OffsetsTopic.name) else { return .coordinatorNotAvailable }
        let partition = OffsetsTopic.partition(of: request.groupID, partitionCount: topic.partitionCount)
        return await addPatiently(
            TransactionAddition(
                transactionalID: request.transactionalID, producerID: request.producerID,
                producerEpoch: request.producerEpoch, partitions: [TransactionPartition(OffsetsTopic.name, partition)])
        ).error
    }
}

extension AddPartitionsToTxnRequest.Transaction {
    /// An answer with what `verdict` says of each partition, by its place.
    fileprivate func answer(_ verdict: (Int, Int) -> KafkaError) -> [AddPartitionsToTxnResponse.Topic] {
        topics.enumerated().map { topicIndex, topic in
            AddPartitionsToTxnResponse.Topic {
                $0.name = topic.name
                $0.resultsByPartition = topic.partitions.enumerated().map { index, partition in
                    AddPartitionsToTxnResponse.Partition {
                        $0.partitionIndex = partition
                        $0.partitionErrorCode = verdict(topicIndex, index).code
                    }
                }
            }
        }
    }
}
