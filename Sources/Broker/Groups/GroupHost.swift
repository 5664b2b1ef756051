import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Reactor
import Records

/// Hosts the coordinator of the groups of one partition of `__consumer_offsets`: replays the partition, brings requests
/// and time, appends what it wants written, and gives its answers to those who wait.
final class GroupHost {
    let partition: Partition
    private unowned let shard: Shard  // it has the host among its groups
    private let core: Core
    private let batchCheck: BatchCheck
    private let decompressor = Decompressor()
    private let config: GroupConfig
    private let logger: Logger
    private var machine: GroupMachine
    private var waiting: [UInt64: Asker] = [:]
    /// The tokens of those who may give up, by what tells that.
    private var tokens: [ObjectIdentifier: UInt64] = [:]
    private var lastToken: UInt64 = 0
    private var timer: Timer?
    private var isStopped = false
    /// Appends whose outcome isn't known, in the log's order; each of one life of the machine.
    private var appends: [(life: Int, what: Appended, result: AppendResult)] = []
    private var isFollowing = false
    /// Grows with each new machine: what belongs to an older one concerns nobody any more.
    private var life = 0

    /// What an append is, by its machine's id or by itself.
    private enum Appended {
        case records(id: UInt64)
        case marker(TransactionMarker)
    }

    /// Somebody who waits for an answer.
    private struct Asker {
        let continuation: UnsafeContinuation<GroupResponse, Never>
        let gone: FetchSignal?
        let refusal: GroupResponse
    }

    init(_ partition: Partition, shard: Shard, batchCheck: BatchCheck, config: GroupConfig) {
        self.partition = partition
        self.shard = shard
        core = shard.core
        logger = shard.node.logger
        self.batchCheck = batchCheck
        self.config = config
        let core = shard.core
        machine = GroupMachine(config: config) { core.random() }
    }

    private var moment: Moment { core.moment }

    /// Asks the machine; the answer may come much later (a join waits for the other members).
    /// - Parameter gone: fires when nobody waits any more; see `giveUp`.
    func ask(
        _ request: GroupRequest, version: Int16, client: ClientIdentity, gone: FetchSignal? = nil
    ) async -> GroupResponse {
        let refusal = request.refusal(.notCoordinator, version: version)
        guard !isStopped else { return refusal }
        lastToken += 1
        let token = lastToken
        return await withUnsafeContinuation { continuation in
            waiting[token] = Asker(continuation: continuation, gone: gone, refusal: refusal)
            if let gone { tokens[ObjectIdentifier(gone)] = token }
            run { machine, effects in
                machine.handle(request, version: version, client: client, token: token, at: moment, &effects)
            }
            if let gone, gone.hasFired { giveUp(gone) }
        }
    }

    /// Lets go of a request that waits for others: it has had its effect, and its client is gone. The member it made
    /// stays until its session ends.
    func giveUp(_ gone: FetchSignal) {
        guard let token = tokens[ObjectIdentifier(gone)], let refusal = waiting[token]?.refusal else { return }
        answer(token, refusal)
    }

    private func answer(_ token: UInt64, _ response: GroupResponse) {
        guard let asker = waiting.removeValue(forKey: token) else { return }
        if let gone = asker.gone { tokens[ObjectIdentifier(gone)] = nil }
        asker.continuation.resume(returning: response)
    }

    /// Looks at what the machine knows.
    func read<Output>(_ body: (GroupMachine) -> Output) -> Output { body(machine) }

    func topicDeleted(_ topic: String, id: UUID) {
        run { machine, effects in machine.topicDeleted(topic, id: id, at: moment, &effects) }
    }

    /// Tells everybody who waits that the coordinator is elsewhere now.
    func stop() {
        guard !isStopped else { return }
        run { machine, effects in machine.resign(&effects) }
        isStopped = true
        timer?.cancel()
    }

    // MARK: Replay

    /// Reads the whole partition into the machine; until then it answers COORDINATOR_LOAD_IN_PROGRESS.
    func load() async {
        do {
            try await partition.log.replay(upTo: partition.log.endOffset, while: { !isStopped }, replay)
        } catch {
            logger.error("\(partition.name) can't be replayed, its groups are not served: \(error)")
            return
        }
        run { machine, effects in machine.loaded(at: moment, &effects) }
    }

    private func replay(_ batch: RecordBatch) throws {
        let header = batch.header
        var records = try RecordIterator(batch, with: decompressor)
        while let record = try records.next() {
            guard let key = record.key else { continue }
            if header.attributes.isControl {
                let type = ControlRecord(key: key)
                if type == .commit || type == .abort {
                    machine.replayMarker(producerID: header.producerID, isCommit: type == .commit)
                }
                continue
            }
            do throws(CodingError) {
                try machine.replay(
                    key: key, value: record.value, offset: record.offset,
                    producerID: header.attributes.isTransactional ? header.producerID : -1)
            } catch {
                logger.warn("\(partition.name): the record at offset \(record.offset) is passed over: \(error)")
            }
        }
    }

    // MARK: Effects

    private func run(_ body: (GroupMachine, inout [GroupEffect]) -> Void) {
        var effects: [GroupEffect] = []
        body(machine, &effects)
        perform(effects)
        rearm()
    }

    private func perform(_ effects: [GroupEffect]) {
        for effect in effects {
            switch effect {
            case .reply(let token, let response): answer(token, response)
            case .append(let append): begin(append)
            }
        }
    }

    /// Appends in the order of the machine's wishes; the outcome is told when it is known.
    private func begin(_ append: GroupAppend) {
        var fields = BatchBuilder.Fields()
        if let producer = append.producer {
            fields.isTransactional = true
            fields.producerID = producer.producerID
            fields.producerEpoch = producer.producerEpoch
        }
        let builder = BatchBuilder(fields)
        let now = core.wallClockMilliseconds()
        for record in append.records { builder.append(timestamp: now, key: record.key, value: record.value) }
        let outcome = partition.appendAsCoordinator(builder.finish().bytes, check: batchCheck, now: now)
        switch outcome {
        case .failure(let error): finish(append.id, ofLife: life, .failure(error))
        case .success(let result): follow(.records(id: append.id), result)
        }
    }

    /// Appends the end of a transaction, of which the machine learns in the log's order.
    func append(_ marker: TransactionMarker) -> Result<AppendResult, KafkaError> {
        guard !isStopped else { return .failure(.notCoordinator) }
        // What is being read may hold offsets of the transaction.
        guard machine.isLoaded, !machine.isGone else { return .failure(.coordinatorLoadInProgress) }
        let outcome = partition.append(marker, check: batchCheck, now: core.wallClockMilliseconds())
        if case .success(let result) = outcome { follow(.marker(marker), result) }
        return outcome
    }

    private func follow(_ what: Appended, _ result: AppendResult) {
        appends.append((life, what, result))
        guard appends.count == 1, !isFollowing else { return }
        let (shard, number) = (shard, partition.name.partition)
        core.spawn { await shard.followGroupAppends(number) }
    }

    /// Tells the machine of its appends as they come to their end.
    func followAppends() async {
        // What an outcome leads to may be appended while the others are still followed.
        guard !isFollowing else { return }
        isFollowing = true
        defer { isFollowing = false }
        while let (life, what, result) = appends.first {
            let failure = await partition.acknowledged(result, acks: -1)
            appends.removeFirst()
            switch what {
            case .records(let id):
                finish(id, ofLife: life, failure.map { .failure($0) } ?? .success(result.baseOffset))
            case .marker(let marker):
                // A failed one comes again; a machine that reads the log anew meets it there.
                guard failure == nil, !isStopped, machine.isLoaded, !machine.isGone else { continue }
                machine.replayMarker(producerID: marker.producerID, isCommit: marker.isCommit)
            }
        }
    }

    private func finish(_ id: UInt64, ofLife life: Int, _ outcome: Result<Int64, KafkaError>) {
        guard !isStopped, life == self.life else { return }
        run { machine, effects in
            switch outcome {
            case .success(let base): machine.appended(id, baseOffset: base, at: moment, &effects)
            case .failure(let error):
                logger.warn("\(partition.name): records of groups can't be written: \(error)")
                guard machine.appendFailed(id, error, at: moment, &effects) else { return }
                self.life += 1
                let (shard, number) = (shard, partition.name.partition)
                core.spawn { await shard.reloadGroups(number) }
            }
        }
    }

    /// Memory was ahead of the log: begins again with what the log says.
    func reload() async {
        machine = GroupMachine(config: config) { [core] in core.random() }
        // What this turn has appended has to be there to be read.
        await core.sleep(until: core.now())
        await load()
    }

    private func rearm() {
        timer?.cancel()
        guard !isStopped, !core.isHalted, let deadline = machine.deadline else { return }
        timer = core.schedule(at: Instant(nanoseconds: 0).adding(milliseconds: Int64(clamping: deadline))) {
            [weak self] in
            self?.run { machine, effects in self.map { machine.tick(at: $0.moment, &effects) } }
        }
    }
}
