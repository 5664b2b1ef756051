import Bytes
import KafkaProtocol
import Reactor

extension Consumer {
    /// Asks the leaders for partitions of which nothing is there; one question a leader at a time.
    func startFetches() {
        let now = core.now()
        var byLeader: [(leader: Int32, partitions: [AssignedPartition])] = []
        for assigned in order
        where assigned.fetched == nil && assigned.position != nil && !assigned.isBeingFetched
            && now >= assigned.notBefore
        {
            guard let leader = topics[assigned.partition.topic]?.partition(assigned.partition.partition)?.leader else {
                refreshLeaders()
                continue
            }
            if nodesBeingFetched.contains(leader) { continue }
            if let place = byLeader.firstIndex(where: { $0.leader == leader }) {
                byLeader[place].partitions.append(assigned)
            } else {
                byLeader.append((leader, [assigned]))
            }
        }
        for (leader, partitions) in byLeader {
            nodesBeingFetched.insert(leader)
            for assigned in partitions { assigned.isBeingFetched = true }
            let asked = AskedPartitions(partitions.map { ($0, $0.position ?? 0) })
            let request = fetchRequest(asked)
            core.spawn { await self.fetch(request, leader, asked) }
        }
    }

    private func fetchRequest(_ asked: AskedPartitions) -> FetchRequest {
        var request = FetchRequest()
        request.maximumWaitMilliseconds = configuration.fetchMaximumWaitMilliseconds
        request.minimumBytes = configuration.fetchMinimumBytes
        request.maximumBytes = configuration.fetchMaximumBytes
        request.isolationLevel = configuration.readsCommittedOnly ? 1 : 0
        request.rackID = configuration.rackID
        // The broker fills its answer in the order asked: who waited longest stands first.
        var places: [String: Int] = [:]
        for (assigned, position) in asked.partitions {
            let name = assigned.partition.topic
            if places[name] == nil {
                places[name] = request.topics.count
                var topic = FetchRequest.Topic()
                topic.name = name
                topic.topicID = topics[name]?.topicID ?? .zero
                request.topics.append(topic)
            }
            guard let place = places[name] else { continue }
            var partition = FetchRequest.Partition()
            partition.index = assigned.partition.partition
            partition.fetchOffset = position
            partition.maximumBytes = configuration.maximumPartitionFetchBytes
            request.topics[place].partitions.append(partition)
        }
        return request
    }

    private func fetch(_ request: FetchRequest, _ leader: Int32, _ asked: AskedPartitions) async {
        let allHaveIDs = request.topics.allSatisfy { $0.topicID != .zero }
        do throws(ClientError) {
            guard let connection = try await cluster.connection(to: leader) else {
                throw .disconnected("Broker \(leader) isn't known.")
            }
            let response = try await connection.request(
                request, versions: 4...(allHaveIDs ? FetchRequest.versions.upperBound : 12),
                timeoutMilliseconds: max(
                    configuration.requestTimeoutMilliseconds, Int64(configuration.fetchMaximumWaitMilliseconds) + 5000))
            if let error = ClientError(code: response.errorCode) { throw error }
            for (assigned, _) in asked.partitions { assigned.isBeingFetched = false }
            settle(response, asked)
        } catch {
            for (assigned, _) in asked.partitions {
                assigned.isBeingFetched = false
                delay(assigned)
            }
            if error.isRetriable { refreshLeaders(areStale: true) } else if !isClosed { failure = error }
        }
        nodesBeingFetched.remove(leader)
        if !isClosed { startFetches() }
        wake()
    }

    private func settle(_ response: FetchResponse, _ asked: AskedPartitions) {
        let byPartition = Dictionary(
            asked.partitions.map { ($0.assigned.partition, $0) }, uniquingKeysWith: { first, _ in first })
        for topic in response.topics {
            let name = topic.name.isEmpty ? topics.values.first { $0.topicID == topic.topicID }?.name ?? "" : topic.name
            for answer in topic.partitions {
                guard let (assigned, offset) = byPartition[TopicPartition(name, answer.index)],
                    partitions[assigned.partition] === assigned, assigned.position == offset
                else { continue }
                settle(answer, assigned, offset)
            }
        }
    }

    private func settle(_ answer: FetchResponse.Partition, _ assigned: AssignedPartition, _ offset: Int64) {
        switch KafkaError(code: answer.errorCode) {
        case .noError:
            assigned.highWatermark = answer.highWatermark
            assigned.lastStableOffset = answer.lastStableOffset
            assigned.logStartOffset = answer.logStartOffset
            guard let records = answer.records?.joined, !records.isEmpty else { return }
            assigned.fetched = FetchedRecords(
                assigned.partition, records, from: offset,
                aborted: configuration.readsCommittedOnly ? answer.abortedTransactions ?? [] : nil,
                checksCRCs: configuration.checksCRCs)
        case .offsetOutOfRange:
            if configuration.offsetReset == .none {
                failure = .kafka(
                    .offsetOutOfRange,

                    "Fetch position \(offset) is out of range for partition \(assigned.partition) and no "
                        + "reset policy is configured."
                )
                delay(assigned)
            } else {
                configuration.warn(
                    "Fetch position \(offset) is out of range for partition \(assigned.partition), resetting offset")
                assigned.seek(to: resetSpec)
            }
        case .corruptMessage:
            failure = .kafka(
                .corruptMessage,
                "Encountered corrupt message when fetching offset \(offset) for topic-partition \(assigned.partition)")
            delay(assigned)
        case .topicAuthorizationFailed, .unknownServerError:
            failure = ClientError(code: answer.errorCode)
            delay(assigned)
        default:
            delay(assigned)
            refreshLeaders(areStale: true)
        }
    }

    func delay(_ assigned: AssignedPartition) {
        assigned.notBefore = core.now().adding(milliseconds: configuration.retryBackoffMilliseconds)
        core.schedule(at: assigned.notBefore) { [weak self] in
            self?.assumeIsolated { if !$0.isClosed, !$0.core.isHalted { $0.startFetches() } }
        }
    }

    var resetSpec: OffsetSpec {
        switch configuration.offsetReset {
        case .earliest: .earliest
        case .latest, .none: .latest
        case .before(let milliseconds): .timestamp(max(core.wallClockMilliseconds() - milliseconds, 0))
        }
    }

    // MARK: Leaders

    /// Learns who leads what is assigned.
    func refreshLeaders(areStale: Bool = false) {
        guard !isRefreshing, !core.isHalted, !isClosed else { return }
        isRefreshing = true
        core.spawn { await self.refresh(areStale: areStale) }
    }

    private func refresh(areStale: Bool) async {
        var isComplete = true
        for name in Set(order.map(\.partition.topic)).sorted() {
            do throws(ClientError) {
                let topic = try await cluster.topic(
                    name, createsTopics: configuration.createsTopics, isStale: areStale || topics[name] != nil)
                topics[name] = topic
                if topic.partitions.contains(where: { $0.leader == nil }) || topic.partitions.isEmpty {
                    isComplete = false
                }
            } catch {
                isComplete = false
                if !error.isRetriable, !isClosed { failure = error }
            }
        }
        if !isComplete || areStale { await core.sleep(milliseconds: configuration.retryBackoffMilliseconds) }
        isRefreshing = false
        if !isClosed, !core.isHalted {
            findPositions()
            startFetches()
        }
        wake()
    }
}

/// Partitions on their way through a task of the consumer's own, with the offsets asked for.
///
/// `@unchecked Sendable`: it is made in the consumer's actor and only looked into there.
struct AskedPartitions: @unchecked Sendable {
    let partitions: [(assigned: AssignedPartition, position: Int64)]

    init(_ partitions: [(assigned: AssignedPartition, position: Int64)]) { self.partitions = partitions }
}
