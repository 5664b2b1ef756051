import Bytes
import LogEngine
import Reactor
import Records
import Simulation
import Testing

private let identity = MetaProperties(clusterID: "cluster", nodeID: 3, directoryID: UUID(high: 7, low: 9))

/// Whoever calls a log from another core than its own has a turn of that core in each of its awaits: what it waits for
/// may have happened by then, and those who would have told it are gone.
@Suite struct VisitTests {
    @Test(arguments: House.Wait.allCases)
    fileprivate func whatEndsInAVisitorsTurnIsNotWaitedForEver(_ wait: House.Wait) throws {
        try World.run(seeds: 0..<10) { world in
            let node = world.addNode(cores: 2)
            try world.run(on: node) { cores in
                let house = House(cores[1])
                try await house.open()
                // A visitor comes at every moment of what the house's own task does, which nothing follows.
                for number in 0..<200 as Range<UInt64> {
                    try await house.begin(wait)
                    await cores[0].sleep(until: cores[0].now().adding(nanoseconds: number * 20_000))
                    try await house.wait(wait)
                }
                try await house.close()
            }
        }
    }
}

/// A directory with a log, on a core that its visitors aren't on.
private actor House {
    enum Wait: CaseIterable {
        case sync, write, epochs, checkpoints, end
    }

    private nonisolated let core: Core
    private var directory: LogDirectory?
    private var log: Log?
    private var appended: AppendResult?
    private var epoch: Int32 = 0

    init(_ core: Core) { self.core = core }

    nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }

    func open() async throws {
        try core.files.makeDirectories("/data")
        directory = try await LogDirectory.open("/data", core: core, formatting: identity)
        try await openLog()
    }

    private func openLog() async throws {
        var config = LogConfig()
        config.flushMessages = 1
        log = try await Log.open("/data/a-0", config, LogContext(core: core))
    }

    /// Has a task of this core do, once, what others wait for.
    func begin(_ wait: Wait) async throws {
        if wait == .end {
            await log?.abandon()
            try await openLog()
        }
        appended = try log?.append(batch(3), leaderEpoch: epoch)
        epoch += 1
        core.spawn { try? await self.wait(wait == .end ? .sync : wait) }
    }

    func wait(_ wait: Wait) async throws {
        switch wait {
        case .sync: try await log?.flush()
        case .write: try await appended?.written()
        case .epochs: try await log?.beginEpoch(epoch)
        case .checkpoints: try await directory?.writeCheckpoints(LogOffsets())
        case .end: await log?.abandon()
        }
    }

    func close() async throws {
        try await log?.close()
        directory?.abandon()
    }
}
