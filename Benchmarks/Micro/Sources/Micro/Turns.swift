import Bytes
import Reactor

/// What the reactor costs: operations of the ring, timers, calls between cores.
struct Turns {
    let core: Core
    let other: Core
    let directory: String

    func ring(_ table: Table) async throws {
        let file = try core.files.open(directory + "/cached", .create)
        try file.write([ByteSlice([UInt8](repeating: 1, count: 4096))], at: 0)
        try await table.measure("ring read of 4 KiB from the page cache") { count in
            for _ in 0..<count { use(try await file.readAsync(4096, at: 0)) }
        }
        for (name, server) in [("same core", core), ("other core", other)] {
            let socket = try await Socket.connect(core, to: try await Self.echo(on: server))
            let message = ByteSlice([UInt8](repeating: 1, count: 100))
            try await table.measure("TCP echo of 100 B, server on the \(name)") { count in
                for _ in 0..<count {
                    try await socket.send([message])
                    use(try await socket.receive())
                }
            }
            socket.shutdown()
        }
    }

    /// Serves one connection.
    private static func echo(on core: Core) async throws -> SocketAddress {
        try await withCheckedThrowingContinuation { continuation in
            core.spawn {
                let listener: Listener
                do throws(Errno) { listener = try Listener(core, .loopback(port: 0)) } catch {
                    return continuation.resume(throwing: error)
                }
                continuation.resume(returning: listener.address)
                guard let socket = try? await listener.accept() else { return }
                while let bytes = try? await socket.receive(), !bytes.isEmpty { try? await socket.send([bytes]) }
            }
        }
    }

    func timers(_ table: Table) async {
        let later = core.now().adding(milliseconds: 3_600_000)
        let waiting = (0..<1000).map { core.schedule(at: later.adding(milliseconds: $0)) {} }
        await table.measure("timer set and cancelled beside 1,000 others") { count in
            for _ in 0..<count { core.schedule(at: later) {}.cancel() }
        }
        await table.measure("sleep that is over already: one turn of the core") { count in
            for _ in 0..<count { await core.sleep(until: core.now()) }
        }
        for timer in waiting { timer.cancel() }
    }

    /// Called by an actor that has to be come back to. A caller who needs nothing of its own after the call
    /// goes on where the call has led it.
    func hops(_ table: Table) async {
        let caller = Neighbour(core: core)
        let here = Neighbour(core: core)
        let there = Neighbour(core: other)
        await table.measure("call of an actor on the same core") { count in await caller.call(here, count) }
        await table.measure("call of an actor on another core, one at a time: it sleeps between") { count in
            await caller.call(there, count)
        }
        await table.measure("call of an actor on another core, 64 tasks at once") { count in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<64 {
                    group.addTask(executorPreference: core) { await caller.call(there, (count + 63) / 64) }
                }
            }
        }
    }
}

/// An actor of a core, as a broker's shards are.
private actor Neighbour {
    nonisolated let core: Core
    nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }

    private var calls = 0

    init(core: Core) { self.core = core }

    func call(_ other: Neighbour, _ count: Int) async {
        for number in 0..<count {
            let answer = await other.next(number)
            calls &+= answer  // something of this actor's: the way back is left out otherwise
        }
    }

    // With nothing of the actor's to touch, the call would be inlined and the hop with it be dropped.
    @inline(never)
    func next(_ number: Int) -> Int {
        calls &+= 1
        return number &+ calls
    }
}
