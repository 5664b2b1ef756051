@testable import Broker
import Bytes
import KafkaProtocol
import Metadata
import Reactor
import Simulation

/// A broker on a simulated machine, and a machine for its clients.
///
/// `@unchecked Sendable`: a world is used on the one thread that runs it.
final class Stage: @unchecked Sendable {
    let world: World
    let node: Simulation.Node
    private let clients: Simulation.Node
    private let settings: [(String, String)]
    private let broker = Shared<Broker?>(nil)
    let lines = Shared<[String]>([])
    /// Why the broker gave up, if it did.
    let failure = Shared<BrokerFailure?>(nil)

    /// With a broker that serves.
    init(cores: Int = 1, seed: UInt64 = 1, faults: FaultPlan = .none, settings: [(String, String)] = []) throws {
        world = World(seed: seed, faults: faults)
        node = world.addNode(cores: cores)
        clients = world.addNode()
        self.settings = settings
        try start()
    }

    /// Starts the broker, formatting its directory where that is new.
    func start() throws {
        let configuration = try ServerConfiguration(
            ServerConfiguration.embedded(dataDirectory: "/data"),
            overrides: [
                ("listeners", "PLAINTEXT://10.0.0.1:9092,CONTROLLER://10.0.0.1:9093"),
                ("advertised.listeners", "PLAINTEXT://10.0.0.1:9092,CONTROLLER://10.0.0.1:9093"),
                ("group.initial.rebalance.delay.ms", "0"), ("offsets.topic.num.partitions", "3"),
                ("transaction.state.log.num.partitions", "3"),
            ] + settings.map { (name: $0.0, value: $0.1) })
        let (broker, lines, failure) = (broker, lines, failure)
        let outcome = Shared<Result<Void, any Error>?>(nil)
        node.start { cores in
            cores[0].spawn {
                do {
                    if !Format.isFormatted("/data", core: cores[0]) {
                        try await Format(clusterID: "4L6g3nShT-eMCtK--X86sw", nodeID: 1).write("/data", core: cores[0])
                    }
                    let logger = Logger { level, text in lines.value.append("\(level.name) \(text)") }
                    broker.value = try await Broker.start(configuration, cores: cores, logger: logger) {
                        failure.value = $0
                    }
                    outcome.value = .success(())
                } catch { outcome.value = .failure(error) }
            }
        }
        try finish(outcome, "the start")
    }

    /// Stops the broker in order, and its process.
    func stop() throws {
        guard let running = broker.value, let core = node.cores.first else { throw problem("no broker runs") }
        let outcome = Shared<Result<Void, any Error>?>(nil)
        world.after(milliseconds: 0) {
            core.spawn {
                await running.stop()
                outcome.value = .success(())
            }
        }
        try finish(outcome, "the stop", milliseconds: 10_000)
        crash(.kill)
    }

    /// Connections that the broker has.
    func connectionCount() throws -> Int {
        guard let running = broker.value, let core = node.cores.first else { throw problem("no broker runs") }
        let outcome = Shared<Result<Int, any Error>?>(nil)
        world.after(milliseconds: 0) { core.spawn { outcome.value = .success(await running.connectionCount) } }
        return try finish(outcome, "the count")
    }

    /// What a directory of the broker's disk holds.
    func names(in directory: String) -> [String] { node.disk.names(in: directory) }

    /// Writes a file on the broker's disk while nothing runs there.
    func write(_ text: String, to path: String) throws {
        try onDisk { files in try await files.replace(path, with: ByteSlice(utf8: text)) }
    }

    func rename(_ path: String, to other: String) throws {
        try onDisk { files in try files.rename(path, to: other) }
    }

    private func onDisk(_ body: @escaping @Sendable (FileSystem) async throws -> Void) throws {
        let outcome = Shared<Result<Void, any Error>?>(nil)
        node.start { cores in
            cores[0].spawn {
                do {
                    try await body(cores[0].files)
                    outcome.value = .success(())
                } catch { outcome.value = .failure(error) }
            }
        }
        try finish(outcome, "the change")
        crash(.kill)
    }

    func crash(_ kind: Crash) {
        broker.value = nil
        world.crash(node, kind)
    }

    func restart() throws {
        try stop()
        try start()
    }

    /// Runs `body` as a program of its own, with one connection, until it ends.
    @discardableResult
    func ask<Value>(_ body: @escaping @Sendable (Client) async throws -> Value) throws -> Value {
        let outcome = Shared<Result<Value, any Error>?>(nil)
        let address = node.address(port: 9092)
        if clients.isRunning { world.crash(clients, .kill) }
        clients.start { cores in
            cores[0].spawn {
                do {
                    let client = try await Client(cores[0], address)
                    let value = try await body(client)
                    client.close()
                    outcome.value = .success(value)
                } catch { outcome.value = .failure(error) }
            }
        }
        return try finish(outcome, "the client")
    }

    /// Begins to run `body` the same way; the next program ends it.
    func inBackground(_ body: @escaping @Sendable (Client) async throws -> Void) {
        let address = node.address(port: 9092)
        if clients.isRunning { world.crash(clients, .kill) }
        clients.start { cores in
            cores[0].spawn {
                guard let client = try? await Client(cores[0], address) else { return }
                try? await body(client)
                client.close()
            }
        }
    }

    @discardableResult
    private func finish<Value>(
        _ outcome: Shared<Result<Value, any Error>?>, _ what: String, milliseconds: Int64 = 600_000
    ) throws -> Value {
        let end = world.run(milliseconds: milliseconds) { outcome.value != nil }
        guard let result = outcome.value else { throw problem("\(what) doesn't end: \(end)") }
        return try result.get()
    }

    private func problem(_ reason: String) -> SeedFailure {
        SeedFailure(seed: world.seed, reason: ([reason] + lines.value.suffix(10)).joined(separator: "\n"))
    }
}
