import KafkaProtocol
import Reactor
import Simulation

/// What the stage needs for transactions: their producers, two readers, and what is found in the end.
struct TransactionScene: Sendable {
    let ledger = Shared(TransactionLedger())
    let producers: [TransactionalProducer]
    let partitions: Int32

    init(_ world: World, _ rehearsal: Rehearsal, partitions: Int32) {
        self.partitions = partitions
        let ledger = ledger
        // Without syncs nothing can be asked for.
        let count = rehearsal.mode == .powerCutsWithoutFlush ? 0 : rehearsal.transactionalProducers
        producers = (0..<count).map { number in
            TransactionalProducer(
                TransactionalProducer.Plan(
                    number: number, transactions: rehearsal.transactionsPerProducer, partitions: partitions),
                random: world.workload(UInt64(200 + number)), ledger: ledger)
        }
    }

    /// - Parameter finished: counts the producers that are done.
    func start(_ core: Core, _ address: SocketAddress, finished: Shared<Int>) {
        let isOver = Shared(false)
        guard !producers.isEmpty else { return }
        let running = Shared(producers.count)
        for producer in producers {
            core.spawn {
                await producer.run(core, address)
                finished.value += 1
                running.value -= 1
                if running.value == 0 { isOver.value = true }
            }
        }
        for isolation in TransactionLedger.Isolation.allCases {
            let reader = TransactionReader(core, address, isolation, partitions: partitions, ledger)
            core.spawn { await reader.follow(isOver: isOver) }
        }
    }

    /// What is there once nothing is open any more.
    func readEnd(_ core: Core, _ address: SocketAddress, random: RandomStream) async -> TransactionalEnd {
        var end = TransactionalEnd()
        guard !producers.isEmpty else { return end }
        for isolation in TransactionLedger.Isolation.allCases {
            let reader = TransactionReader(core, address, isolation, partitions: partitions, ledger)
            do throws(Consumer.Stuck) { end.logs[isolation] = try await reader.readAll() } catch {
                ledger.value.complain(error.reason)
            }
        }
        let wire = PatientWire(core, address, random: random)
        for producer in producers {
            do throws(Setback) {
                end.offsets[producer.number] = try await TransactionalProducer.offset(of: producer.group, wire)
            } catch { ledger.value.complain("the offset of producer \(producer.number) can't be read: \(error)") }
        }
        wire.close()
        return end
    }
}
