package import Reactor

/// Something that tasks of one world share; they all run on the thread that runs it, one at a time.
package final class Shared<Value>: @unchecked Sendable {  // see above
    package var value: Value

    package init(_ value: Value) { self.value = value }
}

/// A run that went wrong, with what replays it.
package struct SeedFailure: Error, CustomStringConvertible {
    package let seed: UInt64
    package let reason: String

    package init(seed: UInt64, reason: String) {
        self.seed = seed
        self.reason = reason
    }

    package var description: String { "seed \(seed): \(reason) (replay: SEED=\(seed))" }
}

extension World {
    /// Starts `node` and runs the world until `body`, a task on its first core, ends, with the node still up.
    /// - Throws: what `body` throws; ``SeedFailure`` when it never ends.
    @discardableResult
    package func run<Value>(
        on node: Node, milliseconds: Int64 = 3_600_000, _ body: @escaping @Sendable ([Core]) async throws -> Value
    ) throws -> Value {
        let result = Shared<Result<Value, any Error>?>(nil)
        node.start { cores in
            cores[0].spawn {
                do { result.value = .success(try await body(cores)) } catch { result.value = .failure(error) }
            }
        }
        let end = run(milliseconds: milliseconds) { result.value != nil }
        guard let value = result.value else {
            throw SeedFailure(seed: seed, reason: "the task on node \(node.index) doesn't end: \(end)")
        }
        return try value.get()
    }

    /// Runs `body` in a world for each seed, then ends the world. `SEED` in the environment picks one seed.
    /// - Throws: ``SeedFailure`` with the first seed that fails, or leaves a task behind.
    package static func run(
        seeds: Range<UInt64>, faults: FaultPlan = .none, _ body: (World) throws -> Void
    ) throws {
        let chosen = Determinism.seedFromEnvironment.map { $0..<$0 + 1 } ?? seeds
        for seed in chosen {
            let world = World(seed: seed, faults: faults)
            do {
                try body(world)
            } catch let failure as SeedFailure {
                throw failure
            } catch {
                throw SeedFailure(seed: seed, reason: "\(error)")
            }
            let leaked = world.end()
            if leaked > 0 { throw SeedFailure(seed: seed, reason: "\(leaked) cores are held after their end") }
        }
    }
}
