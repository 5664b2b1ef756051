import Bytes
import KafkaProtocol
import LogEngine
import Metadata
import Reactor

extension Handler {
    /// Gives each partition's batches from an offset on, below the high watermark or the last stable offset. Waits
    /// until `min_bytes` are there, an error has to be told, or `max_wait` is over. Sessions (KIP-227) spare client and
    /// broker what hasn't changed. The batches go from the page cache to the socket; nothing of them passes through
    /// here.
    ///
    /// v13 on: topics by id.
    static var fetch: Handler {
        Handler(FetchRequest.self) { shard, frame throws(CodingError) in
            let fetch = Fetch(try frame.body(FetchRequest.self), frame.withoutBody())
            return ResponseReply(attempt: { shard.write(fetch, to: $0) }, wait: { await shard.wait(for: fetch) })
        }
    }
}

/// What one fetch reads, and in which session.
private struct FetchPlan {
    var wanted: [FetchedPartition]
    /// An error known before reading, by position in `wanted`.
    var errors: [Int: KafkaError] = [:]
    var session: FetchSession?
    /// Only what has changed since the last answer is told.
    var isIncremental = false
}

/// A fetch under way.
private final class Fetch {
    let request: FetchRequest
    let frame: RequestFrame
    let terms: FetchTerms
    /// Made when it is the fetch's turn.
    var plan: FetchPlan?
    /// What was found, if it had to be waited for.
    var response: FetchResponse?

    init(_ request: FetchRequest, _ frame: RequestFrame) {
        self.request = request
        self.frame = frame
        terms = FetchTerms(isReadCommitted: request.isolationLevel == 1, version: frame.version)
    }
}

extension Shard {
    fileprivate func write(_ fetch: Fetch, to frames: FrameBuffer) -> Answer? {
        if let response = fetch.response ?? (fetch.plan == nil ? fetchAtOnce(fetch) : nil) {
            return frames.write(
                response, version: fetch.frame.version, correlationID: fetch.frame.header.correlationID)
        }
        return nil
    }

    /// The same for the plainest case, without a plan: no session, one byte is enough, and there is something to tell.
    private func fetchWithoutSession(_ fetch: Fetch) -> FetchResponse? {
        let request = fetch.request
        guard request.sessionEpoch == -1, request.sessionID == 0 else { return nil }
        var isDue = request.maximumWaitMilliseconds <= 0 || request.minimumBytes <= 0
        guard isDue || request.minimumBytes == 1 else { return nil }
        var response = FetchResponse()
        response.topics.reserveCapacity(request.topics.count)
        var left = maximumBytes(request)
        var isFirst = true
        for topic in request.topics {
            let found = findTopicID(name: topic.name, id: topic.topicID, usesIDs: fetch.frame.version >= 13)
            guard case .success(let topicID) = found else { return nil }
            var answer = FetchResponse.Topic()
            answer.name = topic.name
            answer.topicID = topic.topicID
            answer.partitions.reserveCapacity(topic.partitions.count)
            for partition in topic.partitions {
                guard node.placement(of: topicID, partition.index) == core.index else { return nil }
                let fetched = FetchedPartition(topic.name, topicID, partition)
                let bytes = min(left, Int(fetched.maxBytes))
                guard let result = readAtOnce(fetched, fetch.terms, bytes: bytes, wholeBatch: isFirst) else {
                    return nil
                }
                if !result.isEmpty { isDue = true }
                if result.bytes > 0 { isFirst = false }
                left = max(0, left - result.bytes)
                answer.partitions.append(describe(fetched, result))
            }
            response.topics.append(answer)
        }
        return isDue || request.topics.isEmpty ? response : nil
    }

    fileprivate func wait(for fetch: Fetch) async {
        guard let plan = fetch.plan else { return }
        let byShard = shares(of: plan)
        await waitForBytes(fetch, plan, byShard)
        fetch.response = describe(plan, await readAll(fetch, plan, byShard), fetch.frame)
    }

    /// The answer, if it takes neither other cores nor a wait.
    private func fetchAtOnce(_ fetch: Fetch) -> FetchResponse? {
        if let response = fetchWithoutSession(fetch) { return response }
        var plan: FetchPlan
        do throws(KafkaError) { plan = try self.plan(fetch.request, fetch.frame) } catch {
            return FetchResponse { $0.errorCode = error.rawValue }
        }
        resolve(&plan)
        fetch.plan = plan
        guard plan.errors.isEmpty else { return nil }
        if node.coreCount > 1 {
            for fetched in plan.wanted where node.placement(of: fetched.topicID, fetched.index) != core.index {
                return nil
            }
        }
        if let needed = bytesToWaitFor(fetch.request, plan) {
            let survey = survey(plan.wanted, fetch.terms, signal: nil)
            guard survey.isDue || survey.bytes >= needed else { return nil }
        }
        let results = readAtOnce(plan.wanted, fetch.terms, bytes: maximumBytes(fetch.request))
        guard let results else { return nil }
        return describe(plan, results, fetch.frame)
    }

    private func maximumBytes(_ request: FetchRequest) -> Int {
        min(Int(max(request.maximumBytes, 0)), fetchMaxBytes)
    }

    /// How many bytes have to be there before the answer; nil where it doesn't wait.
    private func bytesToWaitFor(_ request: FetchRequest, _ plan: FetchPlan) -> Int? {
        guard plan.errors.isEmpty, !plan.wanted.isEmpty, request.maximumWaitMilliseconds > 0 else { return nil }
        let needed = min(Int(request.minimumBytes), maximumBytes(request))
        return needed > 0 ? needed : nil
    }

    // MARK: Sessions

    private func plan(_ request: FetchRequest, _ frame: RequestFrame) throws(KafkaError) -> FetchPlan {
        let usesIDs = frame.version >= 13
        var listed: [FetchedPartition] = []
        for topic in request.topics {
            for partition in topic.partitions {
                listed.append(FetchedPartition(topic.name, topic.topicID, partition))
            }
        }
        if request.sessionEpoch == 0 || request.sessionEpoch == -1 {
            if request.sessionID != 0 { fetchSessions.remove(request.sessionID) }
            guard request.sessionEpoch == 0, frame.version >= 7, !listed.isEmpty else {
                return FetchPlan(wanted: listed)
            }
            let session = fetchSessions.make(usesTopicIDs: usesIDs, now: core.now()) { core.random() }
            session?.add(listed)
            return FetchPlan(wanted: session?.entries.map(\.partition) ?? listed, session: session)
        }
        guard let session = fetchSessions.find(request.sessionID) else { throw .fetchSessionIDNotFound }
        guard session.usesTopicIDs == usesIDs else { throw .fetchSessionTopicIDError }
        guard session.expectedEpoch == request.sessionEpoch else { throw .invalidFetchSessionEpoch }
        session.lastUsed = core.now()
        session.advanceEpoch()
        session.forget(
            request.forgottenTopics.flatMap { topic in
                topic.partitions.map { FetchIdentity(topicName: topic.name, topicID: topic.topicID, index: $0) }
            })
        session.add(listed)
        guard !session.entries.isEmpty else {
            fetchSessions.remove(session.id)
            return FetchPlan(wanted: [])
        }
        return FetchPlan(wanted: session.entries.map(\.partition), session: session, isIncremental: true)
    }

    /// Gives each partition its topic's id; names whose topic isn't there get their error.
    private func resolve(_ plan: inout FetchPlan) {
        for index in plan.wanted.indices {
            let fetched = plan.wanted[index]
            let usesIDs = fetched.topicID != .zero
            switch findTopicID(name: fetched.topicName, id: fetched.topicID, usesIDs: usesIDs) {
            case .success(let id): plan.wanted[index].topicID = id
            case .failure(let error): plan.errors[index] = error
            }
        }
    }

    // MARK: Waiting and reading

    /// Positions in the plan by the shard that has them: that of the first partition first, so that those which got
    /// nothing last time come before those which did, wherever they are.
    private func shares(of plan: FetchPlan) -> [(shard: Int, positions: [Int])] {
        if node.coreCount == 1, plan.errors.isEmpty { return [(core.index, Array(plan.wanted.indices))] }
        var positions: [Int: [Int]] = [:]
        for (position, fetched) in plan.wanted.enumerated() where plan.errors[position] == nil {
            positions[node.placement(of: fetched.topicID, fetched.index), default: []].append(position)
        }
        return positions.map { ($0.key, $0.value) }.sorted { ($0.positions.first ?? 0) < ($1.positions.first ?? 0) }
    }

    private func waitForBytes(
        _ fetch: Fetch, _ plan: FetchPlan, _ byShard: [(shard: Int, positions: [Int])]
    ) async {
        guard let needed = bytesToWaitFor(fetch.request, plan) else { return }
        let (terms, lifeline) = (fetch.terms, fetch.frame.connection.lifeline)
        let deadline = core.now().adding(milliseconds: Int64(fetch.request.maximumWaitMilliseconds))
        var signal: FetchSignal?
        while isServing, !core.isHalted {
            var survey = FetchSurvey()
            for (shard, positions) in byShard {
                let wanted = positions.map { plan.wanted[$0] }
                survey.add(
                    shard == core.index
                        ? await openAndSurvey(wanted, terms, signal: signal)
                        : await self.shard(at: shard).openAndSurvey(wanted, terms, signal: signal))
            }
            if survey.isDue || survey.bytes >= needed || core.now() >= deadline || lifeline.isCut { break }
            if let armed = signal {
                lifeline.add(armed)
                let timer = core.schedule(at: deadline) { armed.fire() }
                await armed.wait()
                timer.cancel()
            }
            signal = FetchSignal()
        }
        signal?.fire()  // whoever still holds it may drop it
    }

    private func readAll(
        _ fetch: Fetch, _ plan: FetchPlan, _ byShard: [(shard: Int, positions: [Int])]
    ) async -> [PartitionFetched] {
        let terms = fetch.terms
        var results = plan.wanted.indices.map { PartitionFetched(plan.errors[$0] ?? .noError) }
        var left = maximumBytes(fetch.request)
        var isFirst = true
        for (shard, positions) in byShard {
            let wanted = positions.map { plan.wanted[$0] }
            let fetched =
                shard == core.index
                ? await read(wanted, terms, bytes: left, isFirst: isFirst)
                : await self.shard(at: shard).read(wanted, terms, bytes: left, isFirst: isFirst)
            for (position, result) in zip(positions, fetched) {
                left = max(0, left - result.bytes)
                if result.bytes > 0 { isFirst = false }
                results[position] = result
            }
        }
        return results
    }

    // MARK: Answering

    private func describe(_ plan: FetchPlan, _ results: [PartitionFetched], _ frame: RequestFrame) -> FetchResponse {
        var response = FetchResponse()
        response.sessionID = plan.session?.id ?? 0
        let entries = plan.session?.entries
        for (position, (fetched, result)) in zip(plan.wanted, results).enumerated() {
            if plan.isIncremental, let entries, position < entries.count, !isNews(result, since: entries[position].told)
            {
                continue
            }
            let partition = describe(fetched, result)
            // Sessions may read a topic's partitions apart from each other.
            if let last = response.topics.indices.last, response.topics[last].topicID == fetched.topicID,
                response.topics[last].name == fetched.topicName
            {
                response.topics[last].partitions.append(partition)
            } else {
                response.topics.append(
                    FetchResponse.Topic {
                        $0.name = fetched.topicName
                        $0.topicID = fetched.topicID
                        $0.partitions = [partition]
                    })
            }
        }
        plan.session?.answered(results.map(\.told), gaveData: results.map { !$0.records.isEmpty })
        return response
    }

    private func isNews(_ result: PartitionFetched, since told: FetchSession.Told) -> Bool {
        result.error != .noError || !result.records.isEmpty || result.diverging != nil || result.told != told
    }

    private func describe(_ fetched: FetchedPartition, _ result: PartitionFetched) -> FetchResponse.Partition {
        FetchResponse.Partition {
            $0.index = fetched.index
            $0.errorCode = result.error.rawValue
            $0.highWatermark = result.highWatermark
            $0.lastStableOffset = result.lastStableOffset
            $0.logStartOffset = result.logStartOffset
            $0.abortedTransactions = result.aborted?.map { aborted in
                FetchResponse.AbortedTransaction {
                    $0.producerID = aborted.producerID
                    $0.firstOffset = aborted.firstOffset
                }
            }
            if let diverging = result.diverging {
                $0.divergingEpoch.epoch = diverging.epoch
                $0.divergingEpoch.endOffset = diverging.endOffset
            }
            $0.records = RecordPieces(result.records)
        }
    }
}

extension FetchedPartition {
    init(_ topicName: String, _ topicID: UUID, _ partition: FetchRequest.Partition) {
        self.init(
            topicName: topicName, topicID: topicID, index: partition.index, offset: partition.fetchOffset,
            maxBytes: partition.maximumBytes, currentLeaderEpoch: partition.currentLeaderEpoch,
            lastFetchedEpoch: partition.lastFetchedEpoch)
    }
}
