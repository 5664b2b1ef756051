import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Reactor
import Records

/// Hosts the coordinator of the transactional ids of one partition of `__transaction_state`: replays the partition,
/// brings requests and time, appends what it wants written, has markers written, and gives its answers to those who
/// wait.
final class TransactionHost {
    let partition: Partition
    private unowned let shard: Shard  // it has the host among its coordinators
    private let core: Core
    private let batchCheck: BatchCheck
    private let logger: Logger
    private let machine: TransactionMachine
    private var waiting: [UInt64: UnsafeContinuation<TransactionResponse, Never>] = [:]
    private var lastToken: UInt64 = 0
    private var timer: Timer?
    private(set) var isStopped = false
    /// Appends whose outcome isn't known, in the log's order.
    private var appends: [(id: UInt64, result: AppendResult)] = []
    private var isFollowing = false

    init(_ partition: Partition, shard: Shard, batchCheck: BatchCheck, config: TransactionConfig) {
        self.partition = partition
        self.shard = shard
        core = shard.core
        logger = shard.node.logger
        self.batchCheck = batchCheck
        machine = TransactionMachine(config: config, transactionVersion: 0)
    }

    private var number: Int32 { partition.name.partition }

    private var moment: Moment { core.moment }

    /// Asks the machine; the answer comes when what it depends on is in the log.
    func ask(_ request: TransactionRequest, version: Int16) async -> TransactionResponse {
        guard !isStopped else { return request.refusal(.notCoordinator) }
        machine.transactionVersion = version
        lastToken += 1
        let token = lastToken
        return await withUnsafeContinuation { continuation in
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

    /// Tells everybody who waits that the coordinator is elsewhere now.
    func stop() {
        guard !isStopped else { return }
        run { machine, effects in machine.resign(&effects) }
        isStopped = true
        timer?.cancel()
    }

    // MARK: Replay

    /// Reads the whole partition into the machine; until then it answers COORDINATOR_LOAD_IN_PROGRESS.
    func load(version: Int16) async {
        let decompressor = Decompressor()
        let end = partition.log.endOffset
        do {
            try await partition.log.replay(upTo: end, while: { !isStopped }) { batch in
                guard !batch.header.attributes.isControl else { return }
                var records = try RecordIterator(batch, with: decompressor)
                while let record = try records.next() {
                    guard let key = record.key else { continue }
                    do throws(CodingError) { try machine.replay(key: key, value: record.value) } catch {
                        logger.warn("\(partition.name): the record at offset \(record.offset) is passed over: \(error)")
                    }
                }
            }
        } catch {
            logger.error("\(partition.name) can't be replayed, its transactions are not served: \(error)")
            return
        }
        guard !isStopped else { return }
        machine.transactionVersion = version
        run { machine, effects in machine.loaded(at: moment, &effects) }
    }

    // MARK: Effects

    private func run(_ body: (TransactionMachine, inout [TransactionEffect]) -> Void) {
        guard !isStopped else { return }
        var effects: [TransactionEffect] = []
        body(machine, &effects)
        for effect in effects { perform(effect) }
        rearm()
    }

    private func perform(_ effect: TransactionEffect) {
        let (shard, number) = (shard, number)
        switch effect {
        case .reply(let token, let response): waiting.removeValue(forKey: token)?.resume(returning: response)
        case .append(let id, let records): append(id, records)
        case .writeMarkers(let markers): core.spawn { await shard.tell(markers, from: number) }
        case .allocateProducerID(let token): core.spawn { await shard.allocateProducerID(for: token, number) }
        }
    }

    private func append(_ id: UInt64, _ records: [CoordinatorRecord]) {
        let builder = BatchBuilder(BatchBuilder.Fields())
        let now = core.wallClockMilliseconds()
        for record in records { builder.append(timestamp: now, key: record.key, value: record.value) }
        switch partition.appendAsCoordinator(builder.finish().bytes, check: batchCheck, now: now) {
        case .failure(let error): finish(id, error)
        case .success(let result):
            appends.append((id, result))
            guard appends.count == 1, !isFollowing else { return }
            let (shard, number) = (shard, number)
            core.spawn { await shard.followTransactionAppends(number) }
        }
    }

    /// Tells the machine of its appends as they come to their end.
    func followAppends() async {
        // What an outcome leads to may be appended while the others are still followed.
        guard !isFollowing else { return }
        isFollowing = true
        defer { isFollowing = false }
        while let (id, result) = appends.first {
            let failure = await partition.acknowledged(result, acks: -1)
            appends.removeFirst()
            finish(id, failure)
        }
    }

    private func finish(_ id: UInt64, _ failure: KafkaError?) {
        run { machine, effects in
            if let failure {
                logger.warn("\(partition.name): the state of transactions can't be written: \(failure)")
                machine.appendFailed(id, failure, at: moment, &effects)
            } else {
                machine.appended(id, at: moment, &effects)
            }
        }
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

extension Core {
    /// Now, as coordinators want to know it.
    var moment: Moment {
        Moment(
            monotonicMilliseconds: now().nanoseconds / 1_000_000, wallClockMilliseconds: wallClockMilliseconds())
    }
}

extension Log {
    /// Gives each batch below `end` to `body`, from the log's start, for as long as `isWanted` says so.
    func replay(upTo end: Int64, while isWanted: () -> Bool, _ body: (RecordBatch) throws -> Void) async throws {
        var offset = startOffset
        while offset < end, isWanted() {
            let pieces = try await read(from: offset, maxBytes: Limits.replayBytes, upTo: end)
            guard !pieces.isEmpty else { return }
            var iterator = BatchIterator(RecordPieces(pieces).joined)
            while let batch = try iterator.nextBatch() {
                try body(batch)
                offset = batch.header.lastOffset + 1
            }
        }
    }
}
