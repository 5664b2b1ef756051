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
    /// Transactional batches are let in by their coordinator (`Transactions/ProduceAdmission`).
    ///
    /// v3…v12 name topics, v13 gives their ids. Versions 0 to 2 are listed and not served: librdkafka before 2.11
    /// compresses only for brokers that list them (KAFKA-18659).
    static var produce: Handler {
        Handler(ProduceRequest.self, listed: 0...13) { shard, frame throws(CodingError) in
            let request = try frame.body(ProduceRequest.self)
            let frame = frame.withoutBody()
            guard request.transactionalID != nil else { return shard.produce(request, frame) }
            if let reply = shard.produceInOpenTransaction(request, frame) { return reply }
            frame.connection.transactions.enter()
            var reply: (any Reply)?
            return ResponseReply(
                attempt: { frames in reply?.write(to: frames) },
                wait: { reply = await shard.produceInTransaction(request, frame) })
        }
    }
}

/// A batch on its way to the shard that has its partition, and the places of its answer.
struct PartitionProduce: Sendable {
    var topicID: UUID
    var partition: Int32
    var records: ByteSlice
    var version: Int16
    var pass = TransactionPass.none
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

/// A batch in a log, and whether it is where `acks` wants it.
private struct AppendedBatch {
    var partition: Partition
    var result: AppendResult
}

/// A partition's place in the answer.
private struct Place {
    var topic: Int
    var partition: Int
}

private struct Waiting {
    var place: Place
    var batch: AppendedBatch
}

/// Batches of one request for another core's partitions.
private struct Hop {
    var places: [Place] = []
    var work: [PartitionProduce] = []
}

/// The same on their way.
private struct Hopped {
    var places: [Place]
    var results: Task<[PartitionProduced], Never>
}

extension Shard {
    /// - Parameter admission: of a transactional producer's request.
    func produce(
        _ request: ProduceRequest, _ frame: RequestFrame, _ admission: ProduceAdmission? = nil
    ) -> any Reply {
        let refusal = (-1...1).contains(request.acks) ? nil : PartitionProduced(.invalidRequiredAcks)
        var response = ProduceResponse()
        response.topics.reserveCapacity(request.topics.count)
        var waiting: [Waiting] = []
        var remote: [Int: Hop] = [:]
        for topic in request.topics {
            var answer = ProduceResponse.Topic()
            answer.name = topic.name
            answer.topicID = topic.topicID
            answer.partitions.reserveCapacity(topic.partitions.count)
            let found = findTopicID(name: topic.name, id: topic.topicID, usesIDs: frame.version >= 13)
            for partition in topic.partitions {
                var produced = refusal ?? PartitionProduced()
                if refusal == nil {
                    do throws(KafkaError) {
                        let topicID = try found.get()
                        try refuseInternal(topicID, frame)
                        var work = PartitionProduce(
                            topicID: topicID, partition: partition.index, records: partition.records ?? ByteSlice(),
                            version: frame.version)
                        let place = Place(topic: response.topics.count, partition: answer.partitions.count)
                        let owner = node.placement(of: topicID, partition.index)
                        if let admission, let refused = admission.admit(&work, topic: place.topic, place.partition) {
                            produced = refused
                        } else if owner == core.index {
                            let result: AppendedBatch?
                            (produced, result) = append(work)
                            if let result { waiting.append(Waiting(place: place, batch: result)) }
                        } else {
                            remote[owner, default: Hop()].places.append(place)
                            remote[owner, default: Hop()].work.append(work)
                        }
                    } catch {
                        produced = PartitionProduced(error)
                    }
                }
                var told = ProduceResponse.Partition()
                told.index = partition.index
                told.take(produced)
                answer.partitions.append(told)
            }
            response.topics.append(answer)
        }
        return ProduceReply(
            frame, acks: request.acks, response, waiting, hops: remote.isEmpty ? [] : begin(remote, acks: request.acks))
    }

    /// Clients don't write to internal topics, unless they are Kafka's own tools.
    private func refuseInternal(_ topicID: UUID, _ frame: RequestFrame) throws(KafkaError) {
        if isInternal(topicID), frame.clientID != "__admin_client" { throw .invalidTopicException }
    }

    /// Hops start now, in the order of requests, whenever their answers are collected.
    private func begin(_ remote: [Int: Hop], acks: Int16) -> [Hopped] {
        remote.sorted { $0.key < $1.key }.map { owner, hop in
            let shard = shard(at: owner)
            let work = hop.work
            return Hopped(
                places: hop.places,
                results: Task(executorPreference: core) { await shard.appendAndWait(work, acks: acks) })
        }
    }

    /// Appends for a request that another core reads, and waits as `acks` says.
    func appendAndWait(_ works: [PartitionProduce], acks: Int16) async -> [PartitionProduced] {
        let appended = works.map { append($0) }
        var results: [PartitionProduced] = []
        for (produced, batch) in appended {
            let failure = await batch?.acknowledged(acks: acks)
            results.append(failure.map { PartitionProduced($0) } ?? produced)
        }
        return results
    }

    /// Checks a batch and gives it its place in the log.
    private func append(_ work: PartitionProduce) -> (PartitionProduced, AppendedBatch?) {
        guard let partition = partition(work.topicID, work.partition) else {
            return (PartitionProduced(absence(of: work.topicID, work.partition)), nil)
        }
        let (produced, result) = partition.append(
            work.records, produceVersion: work.version, pass: work.pass, check: batchCheck,
            now: core.wallClockMilliseconds())
        guard let result else { return (produced, nil) }
        return (produced, AppendedBatch(partition: partition, result: result))
    }
}

extension AppendedBatch {
    func isAcknowledged(acks: Int16) -> Bool { acks == 0 || partition.isAcknowledged(result, acks: acks) }

    func acknowledged(acks: Int16) async -> KafkaError? {
        acks == 0 ? nil : await partition.acknowledged(result, acks: acks)
    }
}

/// The answer to a produce request: there when all of its batches are where `acks` wants them.
private final class ProduceReply: Reply {
    private let version: Int16
    private let correlationID: Int32
    private let acks: Int16
    private var response: ProduceResponse
    private var waiting: [Waiting]
    private var hops: [Hopped]

    init(_ frame: RequestFrame, acks: Int16, _ response: ProduceResponse, _ waiting: [Waiting], hops: [Hopped]) {
        version = frame.version
        correlationID = frame.header.correlationID
        self.acks = acks
        self.response = response
        self.waiting = waiting
        self.hops = hops
    }

    func write(to frames: FrameBuffer) -> Answer? {
        guard hops.isEmpty else { return nil }
        for each in waiting where !each.batch.isAcknowledged(acks: acks) { return nil }
        if acks != 0 { return frames.write(response, version: version, correlationID: correlationID) }
        // Without answers a client learns of a failure, and so of a new leader, only by losing its connection.
        for topic in response.topics {
            for partition in topic.partitions where partition.errorCode != 0 {
                let failure = KafkaError(rawValue: partition.errorCode) ?? .unknownServerError
                return .close("a produce request without acknowledgement failed: \(failure)")
            }
        }
        return .nothing
    }

    func settle() async {
        for each in waiting {
            if let failure = await each.batch.acknowledged(acks: acks) {
                set(PartitionProduced(failure), at: each.place)
            }
        }
        waiting.removeAll()
        for hop in hops {
            for (place, produced) in zip(hop.places, await hop.results.value) { set(produced, at: place) }
        }
        hops.removeAll()
    }

    private func set(_ produced: PartitionProduced, at place: Place) {
        response.topics[place.topic].partitions[place.partition].take(produced)
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
