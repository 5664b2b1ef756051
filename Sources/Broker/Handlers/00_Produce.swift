import Bytes
import KafkaProtocol
import LogEngine
import Metadata
import Reactor
import Records

extension Handler {
    /// Appends each partition's batch at its leader, then answers when the records are where `acks` wants them: 1 in the
    /// leader's log, −1 below the high watermark. The appends happen when the request is read, so a client's requests
    /// keep their order however long an answer takes; the answer is sent in its turn.
    ///
    /// v3…v12 name topics, v13 gives their ids. Versions 0 to 2 are listed and not served: librdkafka before 2.11
    /// compresses only for brokers that list them (KAFKA-18659).
    static var produce: Handler {
        Handler(ProduceRequest.self, listed: 0...13) { shard, frame throws(CodingError) in
            let request = try frame.body(ProduceRequest.self)
            return shard.produce(request, frame)
        }
    }
}

/// A batch on its way to the shard that has its partition, and the places of its answer.
struct PartitionProduce: Sendable {
    var topicID: UUID
    var partition: Int32
    var records: ByteSlice
    var version: Int16
}

/// What became of a batch.
struct PartitionProduced: Sendable {
    var error = KafkaError.noError
    var message: String?
    var recordErrors: [BatchError.Rejected] = []
    var baseOffset: Int64 = -1
    var endOffset: Int64 = -1
    var logAppendTime: Int64 = -1
    var logStartOffset: Int64 = -1

    init() {}

    init(_ error: KafkaError, _ message: String? = nil) {
        self.error = error
        self.message = message
    }
}

/// A batch that waits for its acknowledgement on the core that has its partition.
private struct Appended {
    let topic: Int
    let partition: Int
    let produced: PartitionProduced
    /// nil where the append was refused.
    let wait: (partition: Partition, result: AppendResult)?
}

/// Batches of one request for another core's partitions.
private struct Hop {
    var places: [(topic: Int, partition: Int)] = []
    var work: [PartitionProduce] = []
}

extension Shard {
    func produce(_ request: ProduceRequest, _ frame: RequestFrame) -> Reply {
        guard (-1...1).contains(request.acks) else { return refuse(request, frame, PartitionProduced(.invalidRequiredAcks)) }
        guard request.transactionalID == nil else {
            return refuse(
                request, frame, PartitionProduced(.invalidTxnState, "Transactions are not served by this broker."))
        }
        var local: [Appended] = []
        var remote: [Int: Hop] = [:]
        for (topicIndex, topic) in request.topics.enumerated() {
            let found = findTopic(name: topic.name, id: topic.topicID, usesIDs: frame.version >= 13)
            for (partitionIndex, partition) in topic.partitions.enumerated() {
                let work: PartitionProduce
                do throws(KafkaError) {
                    let topic = try found.get()
                    try refuseInternal(topic, frame)
                    work = PartitionProduce(
                        topicID: topic.id, partition: partition.index, records: partition.records ?? ByteSlice(),
                        version: frame.version)
                } catch {
                    local.append(
                        Appended(
                            topic: topicIndex, partition: partitionIndex, produced: PartitionProduced(error), wait: nil))
                    continue
                }
                let owner = node.placement(of: work.topicID, work.partition)
                if owner == core.index {
                    let (produced, wait) = append(work)
                    local.append(Appended(topic: topicIndex, partition: partitionIndex, produced: produced, wait: wait))
                } else {
                    remote[owner, default: Hop()].places.append((topicIndex, partitionIndex))
                    remote[owner, default: Hop()].work.append(work)
                }
            }
        }
        return settle(request, frame, local, remote)
    }

    /// Clients don't write to internal topics, unless they are Kafka's own tools.
    private func refuseInternal(_ topic: TopicImage, _ frame: RequestFrame) throws(KafkaError) {
        if topic.isInternal, frame.clientID != "__admin_client" { throw .invalidTopicException }
    }

    private func settle(
        _ request: ProduceRequest, _ frame: RequestFrame, _ local: [Appended], _ remote: [Int: Hop]
    ) -> Reply {
        let acks = request.acks
        // Hops start now, in the order of requests, whenever their answers are collected.
        let hops = remote.sorted { $0.key < $1.key }.map { owner, hop in
            let shard = shards[owner]
            let work = hop.work
            return (hop.places, Task(executorPreference: core) { await shard.appendAndWait(work, acks: acks) })
        }
        return .pending { [self] in
            var results = request.topics.map { topic in
                [PartitionProduced](repeating: PartitionProduced(), count: topic.partitions.count)
            }
            for appended in local {
                results[appended.topic][appended.partition] = await acknowledged(
                    appended.produced, appended.wait, acks: acks)
            }
            for (places, hop) in hops {
                for (place, produced) in zip(places, await hop.value) { results[place.topic][place.partition] = produced }
            }
            return finish(request, frame, results)
        }
    }

    /// Appends for a request that another core reads, and waits as `acks` says.
    func appendAndWait(_ works: [PartitionProduce], acks: Int16) async -> [PartitionProduced] {
        let appended = works.map { append($0) }
        var results: [PartitionProduced] = []
        for (produced, wait) in appended { results.append(await acknowledged(produced, wait, acks: acks)) }
        return results
    }

    private func acknowledged(
        _ produced: PartitionProduced, _ wait: (partition: Partition, result: AppendResult)?, acks: Int16
    ) async -> PartitionProduced {
        guard acks != 0, let wait, let failure = await wait.partition.acknowledged(wait.result, acks: acks) else {
            return produced
        }
        return PartitionProduced(failure)
    }

    /// Checks a batch and gives it its place in the log.
    private func append(
        _ work: PartitionProduce
    ) -> (PartitionProduced, (partition: Partition, result: AppendResult)?) {
        guard let partition = partitions.find(work.topicID, work.partition) else {
            return (PartitionProduced(absence(of: work.topicID, work.partition)), nil)
        }
        let (produced, result) = partition.append(
            work.records, produceVersion: work.version, check: batchCheck, now: core.wallClockMilliseconds())
        return (produced, result.map { (partition, $0) })
    }

    private func refuse(_ request: ProduceRequest, _ frame: RequestFrame, _ refusal: PartitionProduced) -> Reply {
        let results = request.topics.map { [PartitionProduced](repeating: refusal, count: $0.partitions.count) }
        return .ready(finish(request, frame, results))
    }

    private func finish(
        _ request: ProduceRequest, _ frame: RequestFrame, _ results: [[PartitionProduced]]
    ) -> Answer {
        if request.acks == 0 {
            // Without answers a client learns of a failure, and so of a new leader, only by losing its connection.
            guard let failure = results.joined().first(where: { $0.error != .noError }) else { return .nothing }
            return .close("a produce request without acknowledgement failed: \(failure.error)")
        }
        var response = ProduceResponse()
        response.topics = zip(request.topics, results).map { topic, results in
            ProduceResponse.Topic {
                $0.name = topic.name
                $0.topicID = topic.topicID
                $0.partitions = zip(topic.partitions, results).map { partition, produced in
                    describe(partition.index, produced)
                }
            }
        }
        return frame.answer(response)
    }

    private func describe(_ index: Int32, _ produced: PartitionProduced) -> ProduceResponse.Partition {
        ProduceResponse.Partition {
            $0.index = index
            $0.errorCode = produced.error.rawValue
            $0.errorMessage = produced.message
            $0.baseOffset = produced.error == .noError ? produced.baseOffset : -1
            $0.logAppendTimeMilliseconds = produced.logAppendTime
            $0.logStartOffset = produced.logStartOffset
            $0.recordErrors = produced.recordErrors.map { rejected in
                ProduceResponse.RecordError {
                    $0.batchIndex = rejected.index
                    $0.message = rejected.message
                }
            }
        }
    }
}
