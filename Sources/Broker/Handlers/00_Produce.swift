import Bytes
import KafkaProtocol
import LogEngine
import Metadata
import Reactor
import Records

extension Handler {
    /// Appends each partition's batch at its leader, then answers when the records are where `acks` wants them: 1 in
    /// the leader's log, −1 below the high watermark. The appends happen when the request is read, so a client's
    /// requests keep their order however long an answer takes; the answer is sent in its turn.
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

/// A batch whose fate is known, or will be: on this core when it is written and replicated, on another when that
/// answers.
private struct Appended {
    var produced: PartitionProduced
    /// nil where there is nothing to wait for.
    var wait: (partition: Partition, result: AppendResult)?
}

/// Batches of one request for another core's partitions.
private struct Hop {
    var places: [Int] = []
    var work: [PartitionProduce] = []
}

extension Shard {
    func produce(_ request: ProduceRequest, _ frame: RequestFrame) -> Reply {
        guard (-1...1).contains(request.acks) else {
            return refuse(request, frame, PartitionProduced(.invalidRequiredAcks))
        }
        guard request.transactionalID == nil else {
            return refuse(
                request, frame, PartitionProduced(.invalidTxnState, "Transactions are not served by this broker."))
        }
        var appended: [Appended] = []
        var remote: [Int: Hop] = [:]
        for topic in request.topics {
            let found = findTopic(name: topic.name, id: topic.topicID, usesIDs: frame.version >= 13)
            for partition in topic.partitions {
                let work: PartitionProduce
                do throws(KafkaError) {
                    let topic = try found.get()
                    try refuseInternal(topic, frame)
                    work = PartitionProduce(
                        topicID: topic.id, partition: partition.index, records: partition.records ?? ByteSlice(),
                        version: frame.version)
                } catch {
                    appended.append(Appended(produced: PartitionProduced(error)))
                    continue
                }
                let owner = node.placement(of: work.topicID, work.partition)
                if owner == core.index {
                    appended.append(append(work))
                } else {
                    remote[owner, default: Hop()].places.append(appended.count)
                    remote[owner, default: Hop()].work.append(work)
                    appended.append(Appended(produced: PartitionProduced()))
                }
            }
        }
        return .settling(
            ProduceReply(request, frame, appended, hops: remote.isEmpty ? [] : begin(remote, acks: request.acks)))
    }

    /// Clients don't write to internal topics, unless they are Kafka's own tools.
    private func refuseInternal(_ topic: TopicImage, _ frame: RequestFrame) throws(KafkaError) {
        if topic.isInternal, frame.clientID != "__admin_client" { throw .invalidTopicException }
    }

    /// Hops start now, in the order of requests, whenever their answers are collected.
    private func begin(
        _ remote: [Int: Hop], acks: Int16
    ) -> [(places: [Int], results: Task<[PartitionProduced], Never>)] {
        remote.sorted { $0.key < $1.key }.map { owner, hop in
            let shard = shard(at: owner)
            let work = hop.work
            return (hop.places, Task(executorPreference: core) { await shard.appendAndWait(work, acks: acks) })
        }
    }

    /// Appends for a request that another core reads, and waits as `acks` says.
    func appendAndWait(_ works: [PartitionProduce], acks: Int16) async -> [PartitionProduced] {
        let appended = works.map { append($0) }
        var results: [PartitionProduced] = []
        for batch in appended { results.append(await batch.acknowledged(acks: acks)) }
        return results
    }

    /// Checks a batch and gives it its place in the log.
    private func append(_ work: PartitionProduce) -> Appended {
        guard let partition = partitions.find(work.topicID, work.partition) else {
            return Appended(produced: PartitionProduced(absence(of: work.topicID, work.partition)))
        }
        let (produced, result) = partition.append(
            work.records, produceVersion: work.version, check: batchCheck, now: core.wallClockMilliseconds())
        return Appended(produced: produced, wait: result.map { (partition, $0) })
    }

    private func refuse(_ request: ProduceRequest, _ frame: RequestFrame, _ refusal: PartitionProduced) -> Reply {
        let appended = request.topics.flatMap { $0.partitions }.map { _ in Appended(produced: refusal) }
        return .settling(ProduceReply(request, frame, appended, hops: []))
    }
}

extension Appended {
    func isAcknowledged(acks: Int16) -> Bool {
        guard acks != 0, let wait else { return true }
        return wait.partition.isAcknowledged(wait.result, acks: acks)
    }

    func acknowledged(acks: Int16) async -> PartitionProduced {
        guard acks != 0, let wait, let failure = await wait.partition.acknowledged(wait.result, acks: acks) else {
            return produced
        }
        return PartitionProduced(failure)
    }
}

/// The answer to a produce request: there when all of its batches are where `acks` wants them.
private final class ProduceReply: SettlingReply {
    private let request: ProduceRequest
    private let frame: RequestFrame
    private let hops: [(places: [Int], results: Task<[PartitionProduced], Never>)]
    private var appended: [Appended]

    init(
        _ request: ProduceRequest, _ frame: RequestFrame, _ appended: [Appended],
        hops: [(places: [Int], results: Task<[PartitionProduced], Never>)]
    ) {
        self.request = request
        self.frame = frame
        self.appended = appended
        self.hops = hops
    }

    func settled() -> Answer? {
        guard hops.isEmpty, appended.allSatisfy({ $0.isAcknowledged(acks: request.acks) }) else { return nil }
        return finish()
    }

    func answer() async -> Answer {
        for index in appended.indices where !appended[index].isAcknowledged(acks: request.acks) {
            let produced = await appended[index].acknowledged(acks: request.acks)
            appended[index] = Appended(produced: produced)
        }
        for (places, results) in hops {
            for (place, produced) in zip(places, await results.value) { appended[place] = Appended(produced: produced) }
        }
        return finish()
    }

    private func finish() -> Answer {
        if request.acks == 0 {
            // Without answers a client learns of a failure, and so of a new leader, only by losing its connection.
            guard let failure = appended.first(where: { $0.produced.error != .noError }) else { return .nothing }
            return .close("a produce request without acknowledgement failed: \(failure.produced.error)")
        }
        var response = ProduceResponse()
        var next = 0
        response.topics.reserveCapacity(request.topics.count)
        for topic in request.topics {
            var answer = ProduceResponse.Topic()
            answer.name = topic.name
            answer.topicID = topic.topicID
            answer.partitions.reserveCapacity(topic.partitions.count)
            for partition in topic.partitions {
                answer.partitions.append(describe(partition.index, appended[next].produced))
                next += 1
            }
            response.topics.append(answer)
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
