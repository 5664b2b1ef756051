import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Reactor
import Records

/// Hosts the coordinator of one partition of an internal topic: replays the partition, brings requests and time,
/// appends what the machine wants written and tells it what has become of that.
protocol CoordinatorHost: AnyObject {
    associatedtype Machine: CoordinatorMachine
    /// What an append is, so that its outcome can be told.
    associatedtype Append

    static var topic: String { get }

    var machine: Machine { get }
    var journal: CoordinatorJournal<Append> { get }
    var timer: Timer? { get set }
    /// Nobody is served any more.
    var isStopped: Bool { get set }

    func perform(_ effect: Machine.Effect)

    /// Gives the machine a record that the partition has.
    func replay(_ key: ByteSlice, _ record: Record, of batch: RecordBatchHeader) throws(CodingError)

    /// An append is below the high watermark, or never will be. Comes in the log's order, of a stopped host as well.
    func ended(_ append: Append, _ outcome: Result<AppendResult, KafkaError>)
}

extension CoordinatorHost {
    var partition: Partition { journal.partition }
    var core: Core { journal.core }
    var logger: Logger { journal.logger }

    /// Now, as coordinators want to know it.
    var moment: Moment {
        Moment(
            monotonicMilliseconds: core.now().nanoseconds / 1_000_000,
            wallClockMilliseconds: core.wallClockMilliseconds())
    }

    /// Brings the machine something, and does what it then wants.
    func run(_ body: (Machine, inout [Machine.Effect]) -> Void) {
        guard !isStopped else { return }
        var effects: [Machine.Effect] = []
        body(machine, &effects)
        for effect in effects { perform(effect) }
        rearm()
    }

    private func rearm() {
        timer?.cancel()
        guard !isStopped, !core.isHalted, let deadline = machine.deadline else { return }
        timer = core.schedule(at: Instant(nanoseconds: 0).adding(milliseconds: Int64(clamping: deadline))) {
            [weak self] in self?.tick()
        }
    }

    private func tick() { run { machine, effects in machine.tick(at: moment, &effects) } }

    /// Reads the whole partition into the machine; until then it answers COORDINATOR_LOAD_IN_PROGRESS.
    func load() async {
        do {
            try await journal.replay(while: { !isStopped }, replay)
        } catch {
            logger.error("\(partition.name) can't be replayed, its coordinator serves nobody: \(error)")
            return
        }
        run { machine, effects in machine.loaded(at: moment, &effects) }
    }

    /// Has records appended in the order of the machine's wishes; `ended` comes when the outcome is known.
    func write(_ records: [CoordinatorRecord], _ fields: BatchBuilder.Fields = BatchBuilder.Fields(), as append: Append)
    {
        if let error = journal.append(records, fields, as: append) { ended(append, .failure(error)) }
    }

    /// Tells the machine of its appends as they come to their end.
    func followAppends() async { await journal.followAppends(ended) }

    /// Tells everybody who waits that the coordinator is elsewhere now.
    func stop() {
        run { machine, effects in machine.resign(&effects) }
        isStopped = true
        timer?.cancel()
    }
}
