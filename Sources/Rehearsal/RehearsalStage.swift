import Broker
import KafkaProtocol
import Metadata
import Reactor
import Simulation

/// The machines of one run and what happens to them.
final class RehearsalStage {
    private static let partitions: Int32 = 3
    /// Restarts take as long as there are logs.
    private static let transactionalPartitions: Int32 = 2
    private let world: World
    private let rehearsal: Rehearsal
    private let server: Simulation.Node
    private let clients: Simulation.Node
    private let configuration: ServerConfiguration
    private var random: RandomStream
    /// A clean stop leaves a snapshot with only the last batch of each producer, as in Kafka: who sends more than one
    /// batch again after it is refused.
    private let stopsInOrder: Bool
    private let broker = Shared<Broker?>(nil)
    private let startFailure = Shared<BrokerFailure?>(nil)
    private let ledger = Shared(Ledger())
    private let transactions: TransactionScene
    private let finished = Shared(0)
    private let isOver = Shared(false)
    private let lines = Shared<[String]>([])
    private var exact: Set<Int> = []
    private var crashes = 0
    private var stops = 0

    init(_ world: World, _ rehearsal: Rehearsal) throws {
        self.world = world
        self.rehearsal = rehearsal
        random = world.workload()
        server = world.addNode(cores: 1 + random.below(3))
        clients = world.addNode()
        stopsInOrder = random.chance(0.5)
        transactions = TransactionScene(world, rehearsal, partitions: Self.transactionalPartitions)
        let listeners = "PLAINTEXT://10.0.0.1:9092,CONTROLLER://10.0.0.1:9093"
        var settings = [
            ("listeners", listeners), ("advertised.listeners", listeners), ("offsets.topic.num.partitions", "1"),
            ("transaction.state.log.num.partitions", "1"),
            ("transaction.abort.timed.out.transaction.cleanup.interval.ms", "100"),
        ]
        // Of the topics of coordinators too.
        if rehearsal.mode == .powerCuts { settings.append(("log.flush.interval.messages", "1")) }
        configuration = try ServerConfiguration(
            ServerConfiguration.embedded(dataDirectory: "/data"), overrides: settings)
    }

    func run() throws -> Rehearsal.Outcome {
        let began = world.now
        startBroker()
        startClients()
        while !isSettled {
            let end = try run(milliseconds: Int64(random.within(1...120))) { [self] in isSettled }
            if end == .reached { break }
            try checkStart()
            if crashes + stops >= rehearsal.interruptions {
                heal()
                // A rough disk takes seconds for some syncs, and a transaction has many.
                let end = try run(milliseconds: 120_000) { [self] in isSettled }
                guard end == .reached else {
                    throw failure("the producers don't finish (\(finished.value) have): \(end)")
                }
                break
            }
            try interrupt()
            try run(milliseconds: Int64(random.within(0...50))) { false }
            startBroker()
        }
        isOver.value = true
        heal()
        let (logs, end) = try readBack()
        var violations = ledger.value.complaints + transactions.ledger.value.complaints
        if let end { violations += transactions.ledger.value.violations(end) }
        for (partition, log) in logs.enumerated() {
            switch log {
            case .success(let log):
                violations += ledger.value.violations(
                    Int32(partition), log, exact: exact, consumersToo: rehearsal.mode != .powerCutsWithoutFlush)
            case .failure(let stuck): violations.append(stuck.reason)
            }
        }
        broker.value = nil
        return Rehearsal.Outcome(
            traceHash: 0, acknowledged: ledger.value.acknowledged.count, consumed: ledger.value.consumed.count,
            crashes: crashes, stops: stops, virtualMilliseconds: world.now.milliseconds(since: began),
            transactions: transactions.ledger.value.transactions.count { $0.outcome == .committed },
            turns: world.turns, violations: violations)
    }

    /// Runs the world on; somebody who asks again and again in vain ends it.
    @discardableResult
    private func run(milliseconds: Int64, until condition: () -> Bool) throws -> RunEnd {
        let end = world.run(milliseconds: milliseconds) { world.turns > rehearsal.turnLimit || condition() }
        if world.turns > rehearsal.turnLimit { throw failure("nothing comes to an end in \(world.turns) turns") }
        return end
    }

    /// All is written, or there is something to tell already.
    private var isSettled: Bool {
        finished.value == rehearsal.producers + transactions.producers.count || !ledger.value.complaints.isEmpty
            || !transactions.ledger.value.complaints.isEmpty
    }

    // MARK: The broker

    private func startBroker() {
        let (broker, startFailure, lines, configuration) = (broker, startFailure, lines, configuration)
        startFailure.value = nil
        server.start { cores in
            cores[0].spawn {
                do throws(BrokerFailure) {
                    if !Format.isFormatted("/data", core: cores[0]) {
                        try await Format(clusterID: "4L6g3nShT-eMCtK--X86sw", nodeID: 1).write("/data", core: cores[0])
                    }
                    let logger = Logger { level, text in lines.value.append("\(level.name) \(text)") }
                    let started = try await Broker.start(configuration, cores: cores, logger: logger)
                    if !cores[0].isHalted { broker.value = started }
                } catch {
                    if !cores[0].isHalted { startFailure.value = error }
                }
            }
        }
    }

    private func checkStart() throws {
        if let reason = startFailure.value { throw failure("the broker doesn't start: \(reason)") }
    }

    /// Ends the broker: mostly at once, sometimes in order.
    private func interrupt() throws {
        if let running = broker.value, let core = server.cores.first, stopsInOrder, random.chance(0.25) {
            let isStopped = Shared(false)
            world.after(milliseconds: 0) {
                core.spawn {
                    await running.stop()
                    isStopped.value = true
                }
            }
            let end = try run(milliseconds: 60_000) { isStopped.value }
            guard end == .reached else { throw failure("the broker doesn't stop: \(end)") }
            stops += 1
            crash(.kill)
        } else {
            crashes += 1
            crash(rehearsal.mode == .kills || random.chance(0.3) ? .kill : .powerCut)
        }
    }

    private func crash(_ kind: Crash) {
        broker.value = nil
        world.crash(server, kind)
        broker.value = nil
    }

    private func heal() {
        world.network.faults = .none
        world.network.heal()
    }

    // MARK: The clients

    private func startClients() {
        let address = server.address(port: 9092)
        let (ledger, transactions, finished, isOver) = (ledger, transactions, finished, isOver)
        let flush = rehearsal.mode == .powerCuts
        var producers: [Producer] = []
        for number in 0..<rehearsal.producers {
            let isIdempotent = random.chance(0.6)
            let window = 1 + random.below(4)
            let plan = Producer.Plan(
                number: number, acks: random.chance(0.5) ? 1 : -1, isIdempotent: isIdempotent,
                batches: rehearsal.batchesPerProducer, window: isIdempotent && stopsInOrder ? 1 : window,
                partitions: Self.partitions)
            if plan.isIdempotent { exact.insert(number) }
            producers.append(Producer(plan, random: world.workload(UInt64(100 + number)), ledger: ledger))
        }
        let all = producers
        clients.start { cores in
            let core = cores[0]
            core.spawn {
                let topics = [Rehearsal.topic] + (transactions.producers.isEmpty ? [] : [Rehearsal.transactionalTopic])
                await Self.make(topics, core, address, flush: flush)
                transactions.start(core, address, finished: finished)
                for producer in all {
                    core.spawn {
                        await producer.run(core, address)
                        finished.value += 1
                    }
                }
                for partition in 0..<Self.partitions {
                    core.spawn {
                        await Consumer(core, address, partition: partition).follow(ledger, isOver: isOver)
                    }
                }
            }
        }
    }

    private static func make(_ topics: [String], _ core: Core, _ address: SocketAddress, flush: Bool) async {
        let request = CreateTopicsRequest {
            $0.topics = topics.map { name in
                CreateTopicsRequest.Topic {
                    $0.name = name
                    $0.partitionCount = name == Rehearsal.topic ? partitions : transactionalPartitions
                    $0.replicationFactor = 1
                    if flush {
                        $0.configs = [
                            CreateTopicsRequest.Config {
                                $0.name = "flush.messages"
                                $0.value = "1"
                            }
                        ]
                    }
                }
            }
        }
        while !core.isHalted {
            if let wire = try? await Wire(core, address) {
                let answer = try? await wire.ask(request, version: 7)
                wire.close()
                let codes = answer?.topics.map(\.errorCode) ?? []
                let exists = codes.allSatisfy { $0 == 0 || $0 == KafkaError.topicAlreadyExists.rawValue }
                if codes.count == topics.count, exists { return }
            }
            if !core.isHalted { await core.sleep(milliseconds: 20) }
        }
    }

    /// Ends the broker once more, and reads all that is there after it.
    private func readBack() throws -> ([Result<Consumer.Records, Consumer.Stuck>], TransactionalEnd?) {
        crash(rehearsal.mode == .kills ? .kill : .powerCut)
        crashes += 1
        startBroker()
        let address = server.address(port: 9092)
        let logs = Shared<[Result<Consumer.Records, Consumer.Stuck>]>([])
        let found = Shared<TransactionalEnd?>(nil)
        let (transactions, random) = (transactions, random)
        guard let core = clients.cores.first else { throw failure("the clients are gone") }
        world.after(milliseconds: 0) {
            core.spawn {
                for partition in 0..<Self.partitions {
                    let log: Result<Consumer.Records, Consumer.Stuck>
                    do throws(Consumer.Stuck) {
                        log = .success(try await Consumer(core, address, partition: partition).readAll())
                    } catch { log = .failure(error) }
                    logs.value.append(log)
                }
                found.value = await transactions.readEnd(core, address, random: random)
            }
        }
        let end = try run(milliseconds: 120_000) { [startFailure] in
            found.value != nil || startFailure.value != nil
        }
        try checkStart()
        guard found.value != nil else { throw failure("nothing can be read in the end: \(end)") }
        return (logs.value, found.value)
    }

    private func failure(_ reason: String) -> SeedFailure {
        SeedFailure(seed: rehearsal.seed, reason: ([reason] + lines.value.suffix(8)).joined(separator: "\n  "))
    }
}
