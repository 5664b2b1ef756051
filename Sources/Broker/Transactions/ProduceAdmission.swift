import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Metadata
import Reactor
import Records

/// By places in a produce request: what lets its transactional batches in, or keeps them out.
struct ProduceAdmission {
    enum Verdict {
        case pass(TransactionPass)
        case refuse(PartitionProduced)
    }

    private var verdicts: [Int: [Int: Verdict]] = [:]
    /// That of batches without a verdict of their own. One that isn't transactional needs none.
    var pass = TransactionPass.none

    /// Gives `work` its pass.
    /// - Returns: the answer instead, where there is no pass.
    func admit(_ work: inout PartitionProduce, topic: Int, _ partition: Int) -> PartitionProduced? {
        switch verdicts[topic]?[partition] {
        case nil:
            work.pass = pass
            return nil
        case .pass(let pass):
            work.pass = pass
            return nil
        case .refuse(let produced): return produced
        }
    }

    mutating func set(_ verdict: Verdict, topic: Int, partition: Int) {
        verdicts[topic, default: [:]][partition] = verdict
    }
}

extension Shard {
    /// The reply to a transactional producer's request, if its batches can be appended at once: their transactions are
    /// open on partitions of this core, and no request before it waits.
    func produceInOpenTransaction(_ request: ProduceRequest, _ frame: RequestFrame) -> (any Reply)? {
        guard frame.connection.transactions.count == 0 else { return nil }
        var producerID: Int64?
        for topic in request.topics {
            let found = findTopicID(name: topic.name, id: topic.topicID, usesIDs: frame.version >= 13)
            for partition in topic.partitions {
                guard let header = transactionalHeader(partition.records), case .success(let id) = found else {
                    continue
                }
                guard header.producerID == producerID ?? header.producerID,
                    node.placement(of: id, partition.index) == core.index,
                    let partition = partitions.find(id, partition.index),
                    partition.log.hasOpenTransaction(producerID: header.producerID, epoch: header.producerEpoch)
                else { return nil }
                producerID = header.producerID
            }
        }
        var admission = ProduceAdmission()
        admission.pass = .open
        return produce(request, frame, admission)
    }

    /// A produce request of a transactional producer. Its batches are appended in the request's turn, as Kafka does it:
    /// its coordinator may have to be asked, and what comes behind it must not overtake.
    func produceInTransaction(_ request: ProduceRequest, _ frame: RequestFrame) async -> any Reply {
        defer { frame.connection.transactions.leave() }
        var admission: TransactionAdmission?
        var places: [(topic: Int, partition: Int)] = []
        var isMixed = false
        for (topicIndex, topic) in request.topics.enumerated() {
            let found = findTopic(name: topic.name, id: topic.topicID, usesIDs: frame.version >= 13)
            for (partitionIndex, partition) in topic.partitions.enumerated() {
                guard let header = transactionalHeader(partition.records) else { continue }
                // The others are refused for what they are when they would be appended.
                guard case .success(let topic) = found, !topic.isInternal else { continue }
                var gathered =
                    admission
                    ?? TransactionAdmission(
                        transactionalID: request.transactionalID ?? "", producerID: header.producerID,
                        producerEpoch: header.producerEpoch, addsImplicitly: frame.version >= 12)
                isMixed =
                    isMixed || gathered.producerID != header.producerID
                    || gathered.producerEpoch != header.producerEpoch
                gathered.entries.append(
                    TransactionAdmission.Entry(
                        key: PartitionKey(topicID: topic.id, partition: partition.index),
                        name: TransactionPartition(topic.name, partition.index)))
                places.append((topicIndex, partitionIndex))
                admission = gathered
            }
        }
        guard var admission else {
            let reply = produce(request, frame)
            await reply.settle()
            return reply
        }
        if isMixed {
            for index in admission.entries.indices { admission.entries[index].refusal = .invalidProducerIDMapping }
        } else {
            await admit(&admission)
        }
        var admitted = ProduceAdmission()
        for (place, entry) in zip(places, admission.entries) {
            let refusal = entry.refusal.map { ProduceAdmission.Verdict.refuse(refused($0, frame.version)) }
            admitted.set(refusal ?? .pass(entry.pass), topic: place.topic, partition: place.partition)
        }
        let reply = produce(request, frame, admitted)
        await reply.settle()
        await release(admission)
        return reply
    }

    private func transactionalHeader(_ records: ByteSlice?) -> RecordBatchHeader? {
        records?.withUnsafeBytes { bytes in
            RecordBatchHeader(bytes).flatMap { $0.magic == 2 && $0.attributes.isTransactional ? $0 : nil }
        }
    }

    /// As the producer's version knows it.
    private func refused(_ error: KafkaError, _ version: Int16) -> PartitionProduced {
        switch error {
        case .concurrentTransactions where version >= 12: PartitionProduced(error)
        case .concurrentTransactions, .coordinatorLoadInProgress, .coordinatorNotAvailable, .notCoordinator:
            PartitionProduced(
                .notEnoughReplicas,
                "Whether the partition is in the transaction can't be found out now: \(error.sentence)")
        case .producerFenced: PartitionProduced(.invalidProducerEpoch)
        case .transactionAbortable:
            PartitionProduced(
                version >= 11 ? .transactionAbortable : .invalidTxnState,
                "The partition was not added to the transaction.")
        default: PartitionProduced(error)
        }
    }
}
