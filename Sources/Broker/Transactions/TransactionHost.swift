import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Reactor
import Records

/// Hosts the coordinator of the transactional ids of one partition of `__transaction_state`, has markers written, and
/// gives its answers to those who wait.
final class TransactionHost: CoordinatorHost {
    static var topic: String { TransactionsTopic.name }

    let journal: CoordinatorJournal<Append>
    let machine: TransactionMachine
    var timer: Timer?
    var isStopped = false
    private var waiting: [UInt64: UnsafeContinuation<TransactionResponse, Never>] = [:]
    private var lastToken: UInt64 = 0

    /// The machine's id for it.
    typealias Append = UInt64

    init(_ journal: CoordinatorJournal<Append>, config: TransactionConfig, transactionVersion: Int16) {
        self.journal = journal
        machine = TransactionMachine(config: config, transactionVersion: transactionVersion)
    }

    /// Asks the machine; the answer comes when what it depends on is in the log.
    func ask(_ request: TransactionRequest, version: Int16) async -> TransactionResponse {
        lastToken += 1
        let token = lastToken
        return await withUnsafeContinuation { continuation in
            // A turn may have passed since the call.
            guard !isStopped else { return continuation.resume(returning: request.refusal(.notCoordinator)) }
            machine.transactionVersion = version
            waiting[token] = continuation
            run { machine, effects in machine.handle(request, token: token, at: moment, &effects) }
        }
    }

    /// Looks at what the machine knows.
    func read<Output>(_ body: (TransactionMachine, Moment) -> Output) -> Output { body(machine, moment) }

    func markersWritten(_ markers: TransactionMarkers) {
        run { machine, effects in machine.markersWritten(markers, at: moment, &effects) }
    }

    func allocated(_ producerID: Int64?, for token: UInt64) {
        run { machine, effects in machine.producerID(producerID, for: token, at: moment, &effects) }
    }

    // MARK: What the machine does

    func perform(_ effect: TransactionEffect) {
        let (shard, number) = (journal.shard, partition.name.partition)
        switch effect {
        case .reply(let token, let response): waiting.removeValue(forKey: token)?.resume(returning: response)
        case .append(let id, let records): write(records, as: id)
        case .writeMarkers(let markers): core.spawn { await shard.tell(markers, from: number) }
        case .allocateProducerID(let token): core.spawn { await shard.allocateProducerID(for: token, number) }
        }
    }

    func ended(_ append: UInt64, _ outcome: Result<AppendResult, KafkaError>) {
        run { machine, effects in
            switch outcome {
            case .success: machine.appended(append, at: moment, &effects)
            case .failure(let error):
                logger.warn("\(partition.name): the state of transactions can't be written: \(error)")
                machine.appendFailed(append, error, at: moment, &effects)
            }
        }
    }

    func replay(_ key: ByteSlice, _ record: Record, of batch: RecordBatchHeader) throws(CodingError) {
        guard !batch.attributes.isControl else { return }
        try machine.replay(key: key, value: record.value)
    }
}
