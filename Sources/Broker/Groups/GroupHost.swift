import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Reactor
import Records

/// Hosts the coordinator of the groups of one partition of `__consumer_offsets`, and gives its answers to those who
/// wait.
final class GroupHost: CoordinatorHost {
    static var topic: String { OffsetsTopic.name }

    let journal: CoordinatorJournal<Append>
    private let config: GroupConfig
    private(set) var machine: GroupMachine
    var timer: Timer?
    var isStopped = false
    private var waiting: [UInt64: Asker] = [:]
    /// The tokens of those who may give up, by what tells that.
    private var tokens: [ObjectIdentifier: UInt64] = [:]
    private var lastToken: UInt64 = 0
    /// Grows with each new machine: what belongs to an older one concerns nobody any more.
    private var life = 0

    enum Append {
        /// What a machine wants written, by its id for it.
        case records(id: UInt64, life: Int)
        case marker(TransactionMarker)
    }

    /// Somebody who waits for an answer.
    private struct Asker {
        let continuation: UnsafeContinuation<GroupResponse, Never>
        let gone: FetchSignal?
        let refusal: GroupResponse
    }

    init(_ journal: CoordinatorJournal<Append>, config: GroupConfig) {
        self.journal = journal
        self.config = config
        let core = journal.core
        machine = GroupMachine(config: config) { core.random() }
    }

    /// Asks the machine; the answer may come much later (a join waits for the other members).
    /// - Parameter gone: fires when nobody waits any more; see `giveUp`.
    func ask(
        _ request: GroupRequest, version: Int16, client: ClientIdentity, gone: FetchSignal? = nil,
        pass: TransactionPass? = nil
    ) async -> GroupResponse {
        let refusal = request.refusal(.notCoordinator, version: version)
        lastToken += 1
        let token = lastToken
        return await withUnsafeContinuation { continuation in
            // A turn may have passed since the call. From here to the append nothing comes between.
            guard !isStopped else { return continuation.resume(returning: refusal) }
            if let pass, case .commitTransactionalOffsets(let commit) = request,
                let error = partition.refusal(of: commit.producerID, commit.producerEpoch, pass)
            {
                return continuation.resume(returning: request.refusal(error, version: version))
            }
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

    // MARK: What the machine does

    func perform(_ effect: GroupEffect) {
        switch effect {
        case .reply(let token, let response): answer(token, response)
        case .append(let append):
            var fields = BatchBuilder.Fields()
            if let producer = append.producer {
                fields.isTransactional = true
                fields.producerID = producer.producerID
                fields.producerEpoch = producer.producerEpoch
            }
            write(append.records, fields, as: .records(id: append.id, life: life))
        }
    }

    /// Appends the end of a transaction, of which the machine learns in the log's order.
    func append(_ marker: TransactionMarker) -> Result<AppendResult, KafkaError> {
        guard !isStopped else { return .failure(.notCoordinator) }
        // What is being read may hold offsets of the transaction.
        guard machine.isServing else { return .failure(.coordinatorLoadInProgress) }
        return journal.append(marker, as: .marker(marker))
    }

    func ended(_ append: Append, _ outcome: Result<AppendResult, KafkaError>) {
        switch append {
        case .records(let id, let life):
            guard life == self.life else { return }
            run { machine, effects in
                switch outcome {
                case .success(let result):
                    machine.appended(id, baseOffset: result.baseOffset, at: moment, &effects)
                case .failure(let error):
                    logger.warn("\(partition.name): records of groups can't be written: \(error)")
                    if machine.appendFailed(id, error, at: moment, &effects) { beginAnew() }
                }
            }
        case .marker(let marker):
            // A failed one comes again; a machine that reads the log anew meets it there.
            guard case .success = outcome, !isStopped, machine.isServing else { return }
            machine.replayMarker(producerID: marker.producerID, isCommit: marker.isCommit)
        }
    }

    // MARK: Replay

    func replay(_ key: ByteSlice, _ record: Record, of batch: RecordBatchHeader) throws(CodingError) {
        if batch.attributes.isControl {
            let type = ControlRecord(key: key)
            if type == .commit || type == .abort {
                machine.replayMarker(producerID: batch.producerID, isCommit: type == .commit)
            }
        } else {
            try machine.replay(
                key: key, value: record.value, offset: record.offset,
                producerID: batch.attributes.isTransactional ? batch.producerID : -1)
        }
    }

    /// Memory was ahead of the log.
    private func beginAnew() {
        life += 1
        let (shard, number) = (journal.shard, partition.name.partition)
        core.spawn { await shard.reloadGroups(number) }
    }

    /// Begins again with what the log says.
    func reload() async {
        machine = GroupMachine(config: config) { [core] in core.random() }
        // What this turn has appended has to be there to be read.
        await core.sleep(until: core.now())
        await load()
    }
}

extension GroupMachine {
    /// Whether what it remembers is what the log says.
    fileprivate var isServing: Bool { isLoaded && !isGone }
}
