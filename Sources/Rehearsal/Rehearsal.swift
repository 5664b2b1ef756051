import Broker
import KafkaProtocol
import Metadata
import Reactor
package import Simulation

/// A broker, its disk, its clients and the network between them in one process and in virtual time, all by a seed: the
/// broker is crashed again and again while clients write and read; whatever it acknowledged has to be there in the end.
package struct Rehearsal {
    /// How the broker's machine fails.
    package enum Mode: Sendable {
        /// The process ends; what was written stays. Nothing that was acknowledged may be missing.
        case kills
        /// The machine goes off; topics have `flush.messages=1`. Nothing that was acknowledged may be missing.
        case powerCuts
        /// The same without syncs: records go missing. Shows that the check can find it.
        case powerCutsWithoutFlush
    }

    package struct Outcome: Sendable {
        package var traceHash: UInt64
        package var acknowledged: Int
        package var consumed: Int
        package var crashes: Int
        package var stops: Int
        package var virtualMilliseconds: Int64
        /// Those whose commit was acknowledged.
        package var transactions: Int
        package var turns: UInt64
        /// What the broker promised and didn't keep; empty when all is well.
        package var violations: [String]
    }

    static let topic = "rehearsal"
    static let transactionalTopic = "transactions"

    package var seed: UInt64
    package var mode: Mode
    /// Of network and disk; nil is by the seed: none, or ``FaultPlan/rough``.
    package var faults: FaultPlan?
    package var producers = 4
    package var batchesPerProducer = 28
    /// Crashes and stops; then the producers may finish in peace.
    package var interruptions = 30
    package var transactionalProducers = 2
    package var transactionsPerProducer = 4
    /// Many times the turns that a run takes which gets on.
    package var turnLimit: UInt64 = 500_000

    package init(seed: UInt64, mode: Mode = .kills, faults: FaultPlan? = nil) {
        self.seed = seed
        self.mode = mode
        self.faults = faults
    }

    /// The same seed's history without transactions.
    package var withoutTransactions: Rehearsal {
        var rehearsal = self
        rehearsal.batchesPerProducer = 40
        rehearsal.interruptions = 40
        rehearsal.transactionalProducers = 0
        return rehearsal
    }

    /// A disk that says "synced" of the topic's files and has done nothing: after power cuts records are missing.
    package static let lyingDisk: FaultPlan = {
        var plan = FaultPlan.none
        plan.lyingSync = 1
        plan.lyingPaths = "/data/\(topic)-"
        return plan
    }()

    /// A broker that answers before it has written to the topic's files: after kills records are missing.
    package static let answersFirst: FaultPlan = {
        var plan = FaultPlan.none
        plan.lateWrite = 1
        plan.lyingPaths = "/data/\(topic)-"
        return plan
    }()

    /// The same of what the coordinator of transactions writes: after kills it has forgotten what it promised.
    package static let coordinatorAnswersFirst: FaultPlan = {
        var plan = answersFirst
        plan.lyingPaths = "/data/__transaction_state-"
        return plan
    }()

    /// - Throws: ``SeedFailure`` when the run gets stuck, or the broker doesn't start.
    package func run() throws -> Outcome {
        weak var left: World?
        let outcome = try run { left = $0 }
        if left != nil { throw SeedFailure(seed: seed, reason: "the world is held after its end") }
        return outcome
    }

    private func run(_ look: (World) -> Void) throws -> Outcome {
        let faults = self.faults ?? (seed % 2 == 0 ? .none : .rough)
        let world = World(seed: seed, faults: faults)
        look(world)
        let stage = try RehearsalStage(world, self)
        var outcome = try stage.run()
        let leaked = world.end()
        if leaked > 0 { throw SeedFailure(seed: seed, reason: "\(leaked) cores are held after their end") }
        outcome.traceHash = world.traceHash
        return outcome
    }
}
