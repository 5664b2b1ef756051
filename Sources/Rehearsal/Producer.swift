import Bytes
import KafkaProtocol
import Reactor
import Records
import Simulation

/// Writes numbered records in batches, several requests in flight; after a failure it sends again all that has no
/// answer yet, in the same batches.
///
/// `@unchecked Sendable`: used on one core only.
final class Producer: @unchecked Sendable {
    struct Plan: Sendable {
        var number: Int
        var acks: Int16
        var isIdempotent: Bool
        var batches: Int
        var window: Int
        var partitions: Int32
    }

    private struct Batch {
        var partition: Int32
        var entries: [Entry]
        var bytes: ByteSlice
    }

    private static let version: Int16 = 12
    /// Refusals in a row that may pass; then they won't.
    private static let patience = 100
    private let plan: Plan
    private let ledger: Shared<Ledger>
    private var random: RandomStream
    private var waiting: [Batch] = []
    private var made = 0
    private var nextNumber = 0
    private var sequences: [Int32: Int32] = [:]
    private var producerID: Int64 = -1
    private var refusals = 0

    init(_ plan: Plan, random: RandomStream, ledger: Shared<Ledger>) {
        self.plan = plan
        self.random = random
        self.ledger = ledger
    }

    /// Ends when all is acknowledged, or the core is halted.
    func run(_ core: Core, _ address: SocketAddress) async {
        while !core.isHalted, made < plan.batches || !waiting.isEmpty {
            if let wire = try? await Wire(core, address) {
                do { try await exchange(core, wire) } catch {}
                wire.close()
            }
            if !core.isHalted { await core.sleep(milliseconds: Int64(random.within(1...20))) }
        }
    }

    private func exchange(_ core: Core, _ wire: Wire) async throws {
        if plan.isIdempotent, producerID < 0 {
            let answer = try await wire.ask(InitProducerIdRequest { $0.transactionalID = nil }, version: 4)
            guard answer.errorCode == 0 else { return }
            producerID = answer.producerID
        }
        var sent = 0
        while made < plan.batches || !waiting.isEmpty {
            while sent < plan.window {
                if sent == waiting.count {
                    guard made < plan.batches else { break }
                    waiting.append(makeBatch(core))
                }
                try await send(waiting[sent], wire)
                sent += 1
            }
            guard try await receive(wire) else { return }
            sent -= 1
            if random.chance(0.3) { await core.sleep(milliseconds: Int64(random.within(1...30))) }
        }
    }

    private func makeBatch(_ core: Core) -> Batch {
        let partition = Int32(random.below(Int(plan.partitions)))
        let count = random.within(1...5)
        let entries = (nextNumber..<nextNumber + count).map { Entry(producer: plan.number, number: $0) }
        nextNumber += count
        made += 1
        var fields = BatchBuilder.Fields()
        if plan.isIdempotent {
            fields.producerID = producerID
            fields.producerEpoch = 0
            fields.baseSequence = sequences[partition] ?? 0
            sequences[partition] = fields.baseSequence + Int32(count)
        }
        let builder = BatchBuilder(fields)
        for entry in entries {
            builder.append(timestamp: core.wallClockMilliseconds(), key: nil, value: ByteSlice(utf8: entry.value))
        }
        return Batch(partition: partition, entries: entries, bytes: builder.finish().bytes)
    }

    private func send(_ batch: Batch, _ wire: Wire) async throws {
        let request = ProduceRequest {
            $0.acks = plan.acks
            $0.timeoutMilliseconds = 30_000
            $0.topics = [
                ProduceRequest.Topic {
                    $0.name = Rehearsal.topic
                    $0.partitions = [
                        ProduceRequest.Partition {
                            $0.index = batch.partition
                            $0.records = batch.bytes
                        }
                    ]
                }
            ]
        }
        try await wire.send(request, version: Self.version)
    }

    /// Takes the answer to the oldest batch. False when it has to be sent again.
    private func receive(_ wire: Wire) async throws -> Bool {
        let response = try await wire.receive(ProduceResponse.self, version: Self.version)
        guard let answer = response.topics.first?.partitions.first, let batch = waiting.first else { return false }
        guard answer.errorCode == 0 else {
            let error = KafkaError(rawValue: answer.errorCode) ?? .unknownServerError
            refusals += 1
            switch error {
            case .notLeaderOrFollower where refusals < Self.patience,
                .kafkaStorageError where refusals < Self.patience,
                .requestTimedOut where refusals < Self.patience:
                break
            default:
                if ledger.value.complaints.count < 20 {
                    ledger.value.complain(
                        "producer \(plan.number) (id \(producerID)) is told \(error) for its record "
                            + "\(batch.entries[0].number), partition \(batch.partition)")
                }
            }
            return false
        }
        refusals = 0
        for (index, entry) in batch.entries.enumerated() {
            ledger.value.acknowledge(entry, batch.partition, answer.baseOffset + Int64(index))
        }
        waiting.removeFirst()
        return true
    }
}
