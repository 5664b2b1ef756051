import Bytes
import KafkaProtocol
import Reactor
import Records
import Simulation

/// Transactions under one transactional id, one after the other, over several partitions and a group's offsets. They
/// are committed, aborted, left to their time-out, and taken over by a second instance, after which the first tries to
/// go on.
///
/// `@unchecked Sendable`: used on one core only.
final class TransactionalProducer: @unchecked Sendable {
    struct Plan: Sendable {
        var number: Int
        var transactions: Int
        var partitions: Int32
    }

    private static let fences: Set<KafkaError> = [.invalidProducerEpoch, .producerFenced]

    private let plan: Plan
    private let ledger: Shared<TransactionLedger>
    private var random: RandomStream
    private var instance: ProducerInstance?
    /// An instance that has been taken over in a transaction.
    private var ghost: (instance: ProducerInstance, transaction: Int)?
    /// A request that takes the id over may arrive at any time.
    private var hasLostBeginnings = false

    private var transactionalID: String { "rehearsal-\(plan.number)" }
    var group: String { "group-\(plan.number)" }
    var number: Int { plan.number }
    /// Of records without a transaction.
    private var plainNumber: Int { plan.number + 1000 }

    init(_ plan: Plan, random: RandomStream, ledger: Shared<TransactionLedger>) {
        self.plan = plan
        self.random = random
        self.ledger = ledger
    }

    /// Ends when all is done, or the core is halted.
    func run(_ core: Core, _ address: SocketAddress) async {
        let wire = PatientWire(core, address, random: random)
        random = RandomStream(seed: random.next(), .workload)
        do throws(Setback) { try await work(wire) } catch {
            switch error {
            case .halted, .walkedAway: break
            case .hopeless(let error): complain("is told \(error) again and again")
            case .refused(let error): complain("is told \(error)")
            }
        }
        wire.close()
    }

    private func work(_ wire: PatientWire) async throws(Setback) {
        try await findCoordinator(transactionalID, type: 1, wire)
        try await findCoordinator(group, type: 0, wire)
        for _ in 0..<plan.transactions {
            if instance == nil { try await begin(wire) }
            let lost = wire.lost
            wire.faintness = 0.15
            let number = ledger.value.begin(producer: plan.number)
            do throws(Setback) { try await transact(number, wire) } catch {
                try giveUp(number, error, wire)
            }
            wire.faintness = 0
            // Before KIP-890, what is still on its way would be taken for part of the next transaction.
            if instance?.dialect.addsExplicitly == true, wire.lost > lost { instance = nil }
            if random.chance(0.2) { try await writePlain(wire) }
        }
        // What the last instance left open holds up nobody.
        if instance == nil { try await begin(wire) }
    }

    private func findCoordinator(_ key: String, type: Int8, _ wire: PatientWire) async throws(Setback) {
        let request = FindCoordinatorRequest {
            $0.coordinatorKeys = [key]
            $0.keyType = type
        }
        _ = try await wire.ask(request, version: 4) { $0.coordinators.map(\.errorCode) }
    }

    private func begin(_ wire: PatientWire) async throws(Setback) {
        let dialects: [ProducerInstance.Dialect] = [.old, .lateOld, .new, .new]
        let timeout = random.chance(0.3) ? random.within(50...400) : 60_000
        var next = ProducerInstance(transactionalID, dialects[random.below(4)], timeout: Int32(timeout))
        let lost = wire.lost
        try await next.begin(wire)
        if wire.lost > lost { hasLostBeginnings = true }
        instance = next
    }

    /// A transaction that its producer can't go on with.
    private func giveUp(_ number: Int, _ setback: Setback, _ wire: PatientWire) throws(Setback) {
        switch setback {
        case .halted, .hopeless: throw setback
        case .walkedAway: break
        case .refused(let error):
            let mayBeFenced = hasLostBeginnings || (instance?.timeout ?? 0) < 1000
            if !mayBeFenced || !Self.fences.contains(error) { complain("is told \(error) in transaction \(number)") }
            // Refused at its only attempt to commit.
            if wire.unanswered == 0, ledger.value.transactions[number].outcome == .unknown {
                ledger.value.conclude(number, .never)
            }
        }
        instance = nil
    }

    private func transact(_ number: Int, _ wire: PatientWire) async throws(Setback) {
        var added: Set<Int32> = []
        try await haunt(wire, isOpen: false)
        for _ in 0..<random.within(1...2) {
            let choice = 1 + random.below(1 << plan.partitions - 1)
            let partitions = (0..<plan.partitions).filter { choice >> $0 & 1 == 1 }
            if let instance, instance.dialect.addsExplicitly, !added.isSuperset(of: partitions) {
                try await instance.add(partitions, wire)
                added.formUnion(partitions)
            }
            try await write(partitions, number, wire)
            try await haunt(wire, isOpen: true)
            if random.chance(0.2) { await wire.core.sleep(milliseconds: Int64(random.within(1...30))) }
        }
        if random.chance(0.5) {
            ledger.value.commitsOffset(number)
            try await instance?.commitOffset(Int64(number), group, wire)
        }
        try await finish(number, wire)
    }

    private func write(_ partitions: [Int32], _ number: Int, _ wire: PatientWire) async throws(Setback) {
        guard var writer = instance else { return }
        let batches = makeBatches(&writer, partitions, number, wire)
        instance = writer
        let offsets = try await writer.produce(batches, wire)
        for (batch, offset) in zip(batches, offsets) {
            ledger.value.acknowledge(batch.entries, batch.partition, offset)
        }
    }

    private func makeBatches(
        _ writer: inout ProducerInstance, _ partitions: [Int32], _ number: Int, _ wire: PatientWire
    ) -> [ProducerInstance.Batch] {
        let timestamp = wire.core.wallClockMilliseconds()
        var batches: [ProducerInstance.Batch] = []
        for partition in partitions {
            let entries = ledger.value.write(random.within(1...3), partition, in: number)
            batches.append(writer.batch(entries, partition, timestamp: timestamp))
        }
        return batches
    }

    // MARK: Ends

    private func finish(_ number: Int, _ wire: PatientWire) async throws(Setback) {
        guard let present = instance else { return }
        switch random.below(20) {
        case 0..<11: try await end(number, commit: true, wire)
        case 11..<15:
            try await end(number, commit: false, wire)
            if random.chance(0.3) { try await goOn(wire) }
        case 15..<18:
            ghost = (present, number)
            instance = nil
        case 18: instance = nil
        default:
            if present.timeout < 1000 {
                await wire.core.sleep(milliseconds: Int64(present.timeout) + Int64(random.within(0...300)))
            }
            try await end(number, commit: true, wire)
        }
    }

    private func end(_ number: Int, commit: Bool, _ wire: PatientWire) async throws(Setback) {
        if commit { ledger.value.conclude(number, .unknown) }
        try await instance?.end(commit: commit, wire)
        if commit { ledger.value.conclude(number, .committed) }
        guard random.chance(0.4) else { return }
        let offset = try await Self.offset(of: group, wire)
        ledger.value.see(offset: offset, of: plan.number, after: number)
    }

    /// Begins again under the producer id it has (KIP-360).
    private func goOn(_ wire: PatientWire) async throws(Setback) {
        let lost = wire.lost
        defer { if wire.lost > lost { hasLostBeginnings = true } }
        try await instance?.begin(wire, goesOn: true)
    }

    /// What the group has committed, once nothing is pending.
    static func offset(of group: String, _ wire: PatientWire) async throws(Setback) -> Int64 {
        let request = OffsetFetchRequest {
            $0.requireStable = true
            $0.groups = [
                OffsetFetchRequest.Group {
                    $0.groupID = group
                    $0.topics = [
                        OffsetFetchRequest.GroupTopic {
                            $0.name = Rehearsal.transactionalTopic
                            $0.partitionIndexes = [0]
                        }
                    ]
                }
            ]
        }
        let response = try await wire.ask(request, version: 8) { $0.errors }
        if let code = response.errors.first(where: { $0 != 0 }) {
            throw .refused(KafkaError(rawValue: code) ?? .unknownServerError)
        }
        return response.groups.first?.topics.first?.partitions.first?.committedOffset ?? -1
    }

    // MARK: Others

    /// The instance that was taken over tries to go on.
    /// - Parameter isOpen: whether its successor is in a transaction.
    private func haunt(_ wire: PatientWire, isOpen: Bool) async throws(Setback) {
        guard let (_, number) = ghost, var fenced = ghost?.instance, random.chance(0.5) else { return }
        let (faintness, lost) = (wire.faintness, wire.lost)
        wire.faintness = 0
        defer { wire.faintness = faintness }
        var right = KafkaError.producerFenced
        do throws(Setback) {
            switch random.below(fenced.dialect.addsExplicitly ? 6 : 5) {
            case 0, 1:
                right = .invalidProducerEpoch
                let partition = Int32(random.below(Int(plan.partitions)))
                let batches = makeBatches(&fenced, [partition], number, wire)
                ghost?.instance = fenced
                _ = try await fenced.produce(batches, wire)
            case 2:
                right = fenced.dialect.addsExplicitly ? .producerFenced : .invalidProducerEpoch
                try await fenced.commitOffset(Int64(number), group, wire)
            case 3: try await fenced.end(commit: random.chance(0.5), wire)
            case 4 where isOpen:
                // As in Kafka, beginning again aborts what is open before anybody looks at the epoch.
                return
            case 4:
                defer { if wire.lost > lost { hasLostBeginnings = true } }
                try await fenced.begin(wire, goesOn: true)
            default: try await fenced.add([0], wire)
            }
            complain("goes on in transaction \(number), though it is fenced")
        } catch {
            guard case .refused(let told) = error else { throw error }
            if told != right { complain("is told \(told) when it is fenced, not \(right)") }
        }
        if random.chance(0.5) { ghost = nil }
    }

    /// A record without a transaction, among the others; sent once.
    private func writePlain(_ wire: PatientWire) async throws(Setback) {
        let number = ledger.value.begin(producer: plainNumber)
        let partition = Int32(random.below(Int(plan.partitions)))
        let entries = ledger.value.write(1, partition, in: number)
        let batch = ProducerInstance.Batch(
            BatchBuilder.Fields(), entries, partition, timestamp: wire.core.wallClockMilliseconds())
        ledger.value.conclude(number, .unknown)
        let request = ProduceRequest {
            $0.acks = -1
            $0.timeoutMilliseconds = 30_000
            $0.topics = [ProduceRequest.Topic(Rehearsal.transactionalTopic, [batch])]
        }
        wire.faintness = 1
        defer { wire.faintness = 0 }
        do throws(Setback) {
            let response = try await wire.ask(request, version: 9) { $0.errors }
            guard response.errors == [0], let answer = response.topics.first?.partitions.first else {
                return complain("is told \(response.errors) for a record without a transaction")
            }
            ledger.value.acknowledge(entries, partition, answer.baseOffset)
            ledger.value.conclude(number, .committed)
        } catch {
            guard case .walkedAway = error else { throw error }
        }
    }

    private func complain(_ text: String) {
        let state = instance.map { "id \($0.producerID), epoch \($0.producerEpoch), Produce v\($0.dialect.produce)" }
        ledger.value.complain("producer \(plan.number) (\(state ?? "between instances")) " + text)
    }
}

extension OffsetFetchResponse {
    var errors: [Int16] {
        groups.flatMap { group in [group.errorCode] + group.topics.flatMap { $0.partitions.map(\.errorCode) } }
    }
}
