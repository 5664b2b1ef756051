import Coordination
import KafkaProtocol
import LogEngine
import Metadata

/// What tools ask about transactions (61, 65, 66), and how they, or other brokers, end one on a partition (27).
extension Handler {
    static var describeTransactions: Handler {
        .answering(DescribeTransactionsRequest.self) { shard, request, _ in
            var response = DescribeTransactionsResponse()
            for id in request.transactionalIDs {
                response.transactionStates.append(await shard.describeTransaction(id))
            }
            return response
        }
    }

    /// v2 would filter by a regular expression of RE2: not listed.
    static var listTransactions: Handler {
        .answering(ListTransactionsRequest.self, listed: 0...1) { shard, request, _ in
            let states = request.stateFilters.map { (name: $0, state: TransactionState(name: $0)) }
            let filter = TransactionFilter(
                states: states.compactMap(\.state), filtersStates: !states.isEmpty,
                producerIDs: request.producerIDFilters, olderThanMilliseconds: request.durationFilter)
            guard let all = await shard.collectTransactions(filter) else {
                return ListTransactionsResponse { $0.errorCode = KafkaError.coordinatorLoadInProgress.code }
            }
            return ListTransactionsResponse {
                $0.unknownStateFilters = states.filter { $0.state == nil }.map(\.name)
                $0.transactionStates = all
            }
        }
    }

    static var describeProducers: Handler {
        .answering(DescribeProducersRequest.self) { shard, request, _ in await shard.describeProducers(request) }
    }

    /// v2 tells the version of the transactions' protocol, and is for brokers of a cluster with several: not listed.
    static var writeTransactionMarkers: Handler {
        .answering(WriteTxnMarkersRequest.self, listed: 1...1) { shard, request, _ in
            var response = WriteTxnMarkersResponse()
            for marker in request.markers { response.markers.append(await shard.write(marker)) }
            return response
        }
    }
}

extension Shard {
    fileprivate func describeProducers(_ request: DescribeProducersRequest) async -> DescribeProducersResponse {
        var response = DescribeProducersResponse()
        for topic in request.topics {
            var answer = DescribeProducersResponse.Topic()
            answer.name = topic.name
            if let found = image[topic: topic.name] {
                answer.partitions = await spread(
                    topic.partitionIndexes.map { (key: PartitionKey(topicID: found.id, partition: $0), item: ()) }
                ) { shard, key, _ in shard.describeProducers(of: key) }
            } else {
                answer.partitions = topic.partitionIndexes.map { index in
                    DescribeProducersResponse.Partition {
                        $0.partitionIndex = index
                        $0.errorCode = KafkaError.unknownTopicOrPartition.code
                    }
                }
            }
            response.topics.append(answer)
        }
        return response
    }

    private func describeProducers(of key: PartitionKey) -> DescribeProducersResponse.Partition {
        DescribeProducersResponse.Partition {
            $0.partitionIndex = key.partition
            guard let partition = partitions.find(key.topicID, key.partition) else {
                $0.errorCode = absence(of: key.topicID, key.partition).code
                return
            }
            $0.activeProducers = partition.log.producerDescriptions.map { producer in
                DescribeProducersResponse.Producer {
                    $0.producerID = producer.producerID
                    $0.producerEpoch = Int32(producer.epoch)
                    $0.lastSequence = producer.lastSequence
                    $0.lastTimestamp = producer.lastTimestamp
                    $0.coordinatorEpoch = producer.coordinatorEpoch
                    $0.currentTransactionStartOffset = producer.currentTransactionFirstOffset
                }
            }
        }
    }

    fileprivate func write(_ asked: WriteTxnMarkersRequest.Marker) async -> WriteTxnMarkersResponse.Marker {
        let marker = TransactionMarker(
            producerID: asked.producerID, producerEpoch: asked.producerEpoch, isCommit: asked.transactionResult,
            coordinatorEpoch: asked.coordinatorEpoch)
        var topics: [WriteTxnMarkersResponse.Topic] = []
        for topic in asked.topics {
            var errors = [KafkaError?](repeating: .unknownTopicOrPartition, count: topic.partitionIndexes.count)
            if let found = image[topic: topic.name] {
                errors = await write(
                    topic.partitionIndexes.map { (PartitionKey(topicID: found.id, partition: $0), marker) })
            }
            topics.append(
                WriteTxnMarkersResponse.Topic {
                    $0.name = topic.name
                    $0.partitions = zip(topic.partitionIndexes, errors).map { index, error in
                        WriteTxnMarkersResponse.Partition {
                            $0.partitionIndex = index
                            $0.errorCode = (error ?? .noError).code
                        }
                    }
                })
        }
        return WriteTxnMarkersResponse.Marker {
            $0.producerID = asked.producerID
            $0.topics = topics
        }
    }
}
