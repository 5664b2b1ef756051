import Bytes
import KafkaProtocol
import LogEngine
import Metadata
import Reactor

extension Handler {
    /// Moves partitions' log start up to an offset (−1 for the high watermark); the files go later. Only where the
    /// policy deletes: compacted topics answer POLICY_VIOLATION.
    static var deleteRecords: Handler {
        .answering(DeleteRecordsRequest.self) { shard, request, _ in await shard.deleteRecords(request) }
    }
}

extension Shard {
    func deleteRecords(_ request: DeleteRecordsRequest) async -> DeleteRecordsResponse {
        var response = DeleteRecordsResponse()
        for topic in request.topics {
            let answers: [DeleteRecordsResponse.Partition]
            switch findTopic(name: topic.name, id: .zero, usesIDs: false) {
            case .failure(let error): answers = topic.partitions.map { .init($0.partitionIndex, error) }
            case .success(let found):
                let wanted = topic.partitions.map {
                    (key: PartitionKey(topicID: found.id, partition: $0.partitionIndex), item: $0.offset)
                }
                answers = await spread(wanted) { shard, key, offset in await shard.deleteRecords(key, before: offset) }
            }
            response.topics.append(
                DeleteRecordsResponse.Topic {
                    $0.name = topic.name
                    $0.partitions = answers
                })
        }
        return response
    }

    private func deleteRecords(_ key: PartitionKey, before offset: Int64) async -> DeleteRecordsResponse.Partition {
        guard let partition = partitions.find(key.topicID, key.partition) else {
            return .init(key.partition, absence(of: key.topicID, key.partition))
        }
        // Without any policy records stay until somebody deletes them.
        guard partition.log.config.cleanupPolicy != [.compact] else {
            return .init(key.partition, .policyViolation)
        }
        let end = partition.highWatermark.value
        let target = offset == -1 ? end : offset
        guard target >= 0, target <= end else { return .init(key.partition, .offsetOutOfRange) }
        do throws(LogError) {
            try partition.deleteRecords(before: target)
            return DeleteRecordsResponse.Partition {
                $0.partitionIndex = key.partition
                $0.lowWatermark = partition.log.startOffset
            }
        } catch {
            return .init(key.partition, KafkaError(error))
        }
    }
}

extension DeleteRecordsResponse.Partition {
    fileprivate init(_ index: Int32, _ error: KafkaError) {
        self.init {
            $0.partitionIndex = index
            $0.lowWatermark = -1
            $0.errorCode = error.rawValue
        }
    }
}
