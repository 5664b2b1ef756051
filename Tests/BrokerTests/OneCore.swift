import Reactor
import Simulation
import Testing

/// Runs `body` on a core of a world.
func onCore(seed: UInt64 = 1, faults: FaultPlan = .none, _ body: @escaping @Sendable (Core) async throws -> Void) throws
{
    let world = World(seed: seed, faults: faults)
    try world.run(on: world.addNode()) { cores in try await body(cores[0]) }
}

/// Tasks beside the body; `finish` waits for them.
///
/// `@unchecked Sendable`: used on one core only.
final class Tasks: @unchecked Sendable {
    private let core: Core
    private let gate = Gate()

    init(_ core: Core) { self.core = core }

    func start(_ body: @escaping () async throws -> Void) {
        _ = gate.enter()
        nonisolated(unsafe) let body = body  // runs on this core
        core.spawn { [self] in
            do { try await body() } catch { Issue.record(error) }
            gate.leave()
        }
    }

    func finish() async { await gate.close() }
}
