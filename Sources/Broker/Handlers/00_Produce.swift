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

/// A partition's place in the answer.
private struct Place {
    var topic = 0
    var partition = 0
}

/// A batch that was appended and isn't known to be where `acks` wants it.
private struct Waiting {
    var place: Place
    var partition: Partition
    var result: AppendResult
}

/// Batches of one request for another core's partitions.
private struct Hop {
    var places: [Place] = []
    var work: [PartitionProduce] = []
}

extension Shard {
    func produce(_ request: ProduceRequest, _ frame: RequestFrame) -> any Reply {
        let reply = ProduceReply(frame, acks: request.acks)
        if !(-1...1).contains(request.acks) {
            reply.refusal = PartitionProduced(.invalidRequiredAcks)
        } else if request.transactionalID != nil {
            reply.refusal = PartitionProduced(.invalidTxnState, "Transactions are not served by this broker.")
        }
        var remote: [Int: Hop] = [:]
        for topic in request.topics {
            reply.begin(topic)
            let found = findTopic(name: topic.name, id: topic.topicID, usesIDs: frame.version >= 13)
            for partition in topic.partitions {
                let place = reply.add(partition.index)
                if let refusal = reply.refusal {
                    reply.set(refusal, at: place)
                    continue
                }
                do throws(KafkaError) {
                    let topic = try found.get()
                    try refuseInternal(topic, frame)
                    let work = PartitionProduce(
                        topicID: topic.id, partition: partition.index, records: partition.records ?? ByteSlice(),
                        version: frame.version)
                    let owner = node.placement(of: topic.id, partition.index)
                    if owner == core.index {
                        append(work, to: reply, at: place)
                    } else {
                        remote[owner, default: Hop()].places.append(place)
                        remote[owner, default: Hop()].work.append(work)
                    }
                } catch {
                    reply.set(PartitionProduced(error), at: place)
                }
            }
        }
        if !remote.isEmpty { begin(remote, reply) }
        return reply
    }

    /// Clients don't write to internal topics, unless they are Kafka's own tools.
    private func refuseInternal(_ topic: TopicImage, _ frame: RequestFrame) throws(KafkaError) {
        if topic.isInternal, frame.clientID != "__admin_client" { throw .invalidTopicException }
    }

    /// Hops start now, in the order of requests, whenever their answers are collected.
    private func begin(_ remote: [Int: Hop], _ reply: ProduceReply) {
        let acks = reply.acks
        reply.hops = remote.sorted { $0.key < $1.key }.map { owner, hop in
            let shard = shard(at: owner)
            let work = hop.work
            return (hop.places, Task(executorPreference: core) { await shard.appendAndWait(work, acks: acks) })
        }
    }

    /// Appends for a request that another core reads, and waits as `acks` says.
    func appendAndWait(_ works: [PartitionProduce], acks: Int16) async -> [PartitionProduced] {
        let appended = works.map { append($0) }
        var results: [PartitionProduced] = []
        for (produced, waiting) in appended {
            if acks != 0, let waiting, let failure = await waiting.acknowledged(acks: acks) {
                results.append(PartitionProduced(failure))
            } else {
                results.append(produced)
            }
        }
        return results
    }

    /// Checks a batch and gives it its place in the log.
    private func append(_ work: PartitionProduce) -> (PartitionProduced, Waiting?) {
        guard let partition = partitions.find(work.topicID, work.partition) else {
            return (PartitionProduced(absence(of: work.topicID, work.partition)), nil)
        }
        let (produced, result) = partition.append(
            work.records, produceVersion: work.version, check: batchCheck, now: core.wallClockMilliseconds())
        return (produced, result.map { Waiting(place: Place(), partition: partition, result: $0) })
    }

    private func append(_ work: PartitionProduce, to reply: ProduceReply, at place: Place) {
        let (produced, waiting) = append(work)
        reply.set(produced, at: place)
        if reply.acks != 0, var waiting {
            waiting.place = place
            reply.waiting.append(waiting)
        }
    }
}

extension Waiting {
    func isAcknowledged(acks: Int16) -> Bool { partition.isAcknowledged(result, acks: acks) }

    func acknowledged(acks: Int16) async -> KafkaError? { await partition.acknowledged(result, acks: acks) }
}

/// The answer to a produce request: there when all of its batches are where `acks` wants them.
private final class ProduceReply: Reply {
    let acks: Int16
    /// What all batches are told, if none is taken.
    var refusal: PartitionProduced?
    var waiting: [Waiting] = []
    var hops: [(places: [Place], results: Task<[PartitionProduced], Never>)] = []
    private let frame: RequestFrame
    private var response = ProduceResponse()
    private var failure: KafkaError?

    init(_ frame: RequestFrame, acks: Int16) {
        self.frame = frame
        self.acks = acks
    }

    // MARK: Filling

    func begin(_ topic: ProduceRequest.Topic) {
        var answer = ProduceResponse.Topic()
        answer.name = topic.name
        answer.topicID = topic.topicID
        answer.partitions.reserveCapacity(topic.partitions.count)
        response.topics.append(answer)
    }

    /// Makes a place for a partition of the last topic that was begun.
    func add(_ partition: Int32) -> Place {
        let topic = response.topics.count - 1
        response.topics[topic].partitions.append(ProduceResponse.Partition { $0.index = partition })
        return Place(topic: topic, partition: response.topics[topic].partitions.count - 1)
    }

    func set(_ produced: PartitionProduced, at place: Place) {
        response.topics[place.topic].partitions[place.partition].take(produced)
        if produced.error != .noError { failure = failure ?? produced.error }
    }

    // MARK: Answering

    func write(to frames: FrameBuffer) -> Answer? {
        guard hops.isEmpty, waiting.allSatisfy({ $0.isAcknowledged(acks: acks) }) else { return nil }
        if acks != 0 { return frames.write(response, version: frame.version, for: frame.header) }
        // Without answers a client learns of a failure, and so of a new leader, only by losing its connection.
        return failure.map { .close("a produce request without acknowledgement failed: \($0)") } ?? .nothing
    }

    func settle() async {
        for each in waiting where !each.isAcknowledged(acks: acks) {
            if let failure = await each.acknowledged(acks: acks) { set(PartitionProduced(failure), at: each.place) }
        }
        waiting.removeAll()
        for (places, results) in hops {
            for (place, produced) in zip(places, await results.value) { set(produced, at: place) }
        }
        hops.removeAll()
    }
}

extension ProduceResponse.Partition {
    fileprivate mutating func take(_ produced: PartitionProduced) {
        errorCode = produced.error.rawValue
        errorMessage = produced.message
        baseOffset = produced.error == .noError ? produced.baseOffset : -1
        logAppendTimeMilliseconds = produced.logAppendTime
        logStartOffset = produced.logStartOffset
        recordErrors = produced.recordErrors.map { rejected in
            ProduceResponse.RecordError {
                $0.batchIndex = rejected.index
                $0.message = rejected.message
            }
        }
    }
}
