import Bytes
import KafkaProtocol
import Reactor

extension Producer {
    // MARK: When

    /// Sends what is ready at the end of what runs now: all that is given in one go leaves together.
    func pumpSoon() {
        guard !isPumpDue, !core.isHalted else { return }
        isPumpDue = true
        core.spawn {
            await self.pump()
        }
    }

    func pumpAt(_ deadline: Instant) {
        if core.isHalted { return }
        if let timer = pumpTimer, timer.isPending, timer.deadline <= deadline { return }
        pumpTimer?.cancel()
        pumpTimer = core.schedule(at: deadline) { [weak self] in self?.assumeIsolated { $0.pump() } }
    }

    /// Sends what may go out, and comes back when more may.
    private func pump() {
        isPumpDue = false
        let now = core.now()
        expire(now)
        sealDue(now)
        active.removeAll(where: \.isEmpty)
        guard isIdentityReady(now) else { return }
        var byLeader: [(leader: Int32, queues: [PartitionQueue])] = []
        for queue in active where queue.isReady(now, mostInFlight: mostInFlight) {
            guard let leader = leader(of: queue.partition) else {
                refreshSoon(queue.partition.topic)
                continue
            }
            if let place = byLeader.firstIndex(where: { $0.leader == leader }) {
                byLeader[place].queues.append(queue)
            } else {
                byLeader.append((leader, [queue]))
            }
        }
        for (leader, queues) in byLeader { fill(leader, queues, now) }
        if let deadline = nextDeadline(now) { pumpAt(deadline) }
    }

    private var mostInFlight: Int {
        configuration.isIdempotent
            ? min(configuration.maximumRequestsInFlight, Limits.idempotentBatchesInFlight)
            : configuration.maximumRequestsInFlight
    }

    private func leader(of partition: TopicPartition) -> Int32? {
        if staleTopics.contains(partition.topic) { return nil }
        return topics[partition.topic]?.partition(partition.partition)?.leader
    }

    private func sealDue(_ now: Instant) {
        for queue in active {
            guard let open = queue.open else { continue }
            if flushers > 0 || open.created.adding(milliseconds: configuration.lingerMilliseconds) <= now {
                seal(queue)
            }
        }
    }

    private func nextDeadline(_ now: Instant) -> Instant? {
        var next: Instant?
        for queue in active {
            if let open = queue.open {
                let due = open.created.adding(milliseconds: configuration.lingerMilliseconds)
                next = min(next ?? due, due)
            }
            if queue.next != nil {
                let due =
                    queue.notBefore > now
                    ? queue.notBefore : now.adding(milliseconds: configuration.retryBackoffMaximumMilliseconds)
                next = min(next ?? due, due)
            }
        }
        return next
    }

    /// Gives up what has waited too long.
    private func expire(_ now: Instant) {
        let timeout = configuration.deliveryTimeoutMilliseconds
        for queue in active {
            for batch in queue.all
            where !batch.isOpen && !queue.inFlight.contains(where: { $0 === batch })
                && now.milliseconds(since: batch.created) >= timeout
            {
                let sentence =

                    "Expiring \(batch.recordsCount) record(s) for \(batch.partition):\(timeout) ms has "
                    + "passed since batch creation"
                giveUp(batch, queue, .timedOut(sentence))
            }
        }
    }

    // MARK: What

    /// Sends requests to `leader`, one batch of each partition in each, while it may have more.
    private func fill(_ leader: Int32, _ queues: [PartitionQueue], _ now: Instant) {
        while requestsInFlight[leader, default: 0] < configuration.maximumRequestsInFlight {
            var batches: [ProducerBatch] = []
            var bytes = 0
            for queue in queues where queue.isReady(now, mostInFlight: mostInFlight) {
                guard let size = queue.next?.bytes.count else { continue }
                if !batches.isEmpty, bytes + size > configuration.maximumRequestBytes { continue }
                guard let batch = queue.take(configuration.isIdempotent ? identity : nil) else { continue }
                batches.append(batch)
                bytes += size
            }
            guard !batches.isEmpty else { return }
            requestsInFlight[leader, default: 0] += 1
            let request = request(batches)
            let sent = SentBatches(batches)
            core.spawn {
                await self.exchange(request, leader, sent)
            }
        }
    }

    private func request(_ batches: [ProducerBatch]) -> ProduceRequest {
        var request = ProduceRequest()
        request.acks = configuration.acks
        request.timeoutMilliseconds = Int32(clamping: configuration.requestTimeoutMilliseconds)
        for batch in batches.sorted(by: { $0.partition < $1.partition }) {
            if request.topics.last?.name != batch.partition.topic {
                request.topics.append(
                    ProduceRequest.Topic {
                        $0.name = batch.partition.topic
                        $0.topicID = topics[batch.partition.topic]?.topicID ?? .zero
                    })
            }
            request.topics[request.topics.count - 1].partitions.append(
                ProduceRequest.Partition {
                    $0.index = batch.partition.partition
                    $0.records = batch.bytes
                })
        }
        return request
    }

    private func exchange(_ request: ProduceRequest, _ leader: Int32, _ sent: SentBatches) async {
        let allHaveIDs = request.topics.allSatisfy { $0.topicID != .zero }
        let versions = ProduceRequest.versions.lowerBound...(allHaveIDs ? ProduceRequest.versions.upperBound : 12)
        do throws(ClientError) {
            guard let connection = try await cluster.connection(to: leader) else {
                throw ClientError(.brokerNotAvailable)
            }
            if configuration.acks == 0 {
                try await connection.post(request, versions: versions)
                for batch in sent.batches { succeed(batch, ProduceResponse.Partition { $0.baseOffset = -1 }) }
            } else {
                settle(sent.batches, try await connection.request(request, versions: versions))
            }
        } catch {
            let passing = error == ClientError(.brokerNotAvailable) ? ClientError.disconnected(error.message) : error
            for batch in sent.batches { fail(batch, passing) }
        }
        requestsInFlight[leader, default: 1] -= 1
        pumpSoon()
    }

    // MARK: Answers

    private func settle(_ batches: [ProducerBatch], _ response: ProduceResponse) {
        for node in response.nodeEndpoints {
            let address = HostAndPort(host: node.host, port: UInt16(clamping: node.port))
            let known = Node(id: node.nodeID, address: address, rack: node.rack)
            core.spawn { await self.cluster.remember(known) }
        }
        var answers: [TopicPartition: ProduceResponse.Partition] = [:]
        for topic in response.topics {
            let name = topic.name.isEmpty ? topics.values.first { $0.topicID == topic.topicID }?.name ?? "" : topic.name
            for partition in topic.partitions { answers[TopicPartition(name, partition.index)] = partition }
        }
        for batch in batches {
            guard let answer = answers[batch.partition] else {
                fail(batch, .incompatible("The broker's answer doesn't tell of \(batch.partition)."))
                continue
            }
            switch KafkaError(code: answer.errorCode) {
            case .noError: succeed(batch, answer)
            case .duplicateSequenceNumber: succeed(batch, ProduceResponse.Partition { $0.baseOffset = -1 })
            case let error:
                let blamed = answer.recordErrors.first?.message.map { ": \($0)" } ?? ""
                fail(batch, .kafka(error, (answer.errorMessage ?? error.sentence) + blamed))
            }
        }
    }

    private func succeed(_ batch: ProducerBatch, _ answer: ProduceResponse.Partition) {
        queues[batch.partition]?.acknowledge(batch)
        release(batch)
        batch.succeed(baseOffset: answer.baseOffset, logAppendTime: answer.logAppendTimeMilliseconds)
    }

    private func fail(_ batch: ProducerBatch, _ error: ClientError) {
        guard let queue = queues[batch.partition] else { return }
        if meansOtherLeader(error) { staleTopics.insert(batch.partition.topic) }
        guard mayRetry(batch, queue, error) else { return giveUp(batch, queue, error) }
        if error.kafkaError == .unknownProducerID || error.kafkaError == .invalidProducerEpoch { needsNewEpoch = true }
        queue.retry(batch)
        queue.notBefore = core.now().adding(milliseconds: configuration.retryBackoffMilliseconds)
    }

    private func mayRetry(_ batch: ProducerBatch, _ queue: PartitionQueue, _ error: ClientError) -> Bool {
        guard batch.attempts <= configuration.retries, !isClosed,
            core.now().milliseconds(since: batch.created) < configuration.deliveryTimeoutMilliseconds
        else { return false }
        if configuration.isIdempotent {
            switch error.kafkaError {
            // One before it failed, and it has to wait for that one.
            case .outOfOrderSequenceNumber: return !queue.isNextExpected(batch)
            case .unknownProducerID, .invalidProducerEpoch: return true
            default: break
            }
        }
        return error.isRetriable
    }

    private func giveUp(_ batch: ProducerBatch, _ queue: PartitionQueue, _ error: ClientError) {
        queue.remove(batch)
        if configuration.isIdempotent, batch.sequence != nil { needsNewEpoch = true }
        release(batch)
        batch.fail(error)
    }

    private func meansOtherLeader(_ error: ClientError) -> Bool {
        switch error {
        case .disconnected, .timedOut: true
        case .kafka(let error, _):
            switch error {
            case .notLeaderOrFollower, .leaderNotAvailable, .unknownTopicOrPartition, .unknownTopicID,
                .fencedLeaderEpoch, .unknownLeaderEpoch, .kafkaStorageError, .inconsistentTopicID, .networkException:
                true
            default: false
            }
        case .incompatible, .configuration, .closed: false
        }
    }
}

/// Batches on their way through a task of the producer's own: used on its core only.
///
/// `@unchecked Sendable`: it is made in the producer's actor and only looked into there.
private struct SentBatches: @unchecked Sendable {
    let batches: [ProducerBatch]

    init(_ batches: [ProducerBatch]) { self.batches = batches }
}
