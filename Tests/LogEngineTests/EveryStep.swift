import Bytes
import LogEngine
import Reactor
import Records
import Simulation
import Testing

/// What a log was told and what it answered, kept while its node crashes.
struct LogStory {
    /// Every record that was ever appended, by offset; `nil` is a tombstone's value.
    var rows: [Int64: (key: String, value: String?)] = [:]
    /// The producers as they were with the log's end at an offset.
    var producers: [Int64: [ProducerDescription]] = [:]
    /// All below was in the page cache.
    var written: Int64 = 0
    /// All below was synced.
    var durable: Int64 = 0
    /// The log's start before the act, the highest that it may have come to, and the lowest that it may go back to.
    var oldStart: Int64 = 0
    var newStart: Int64 = 0
    var sureStart: Int64 = 0
    var isOver = false
}

/// A log in a data directory on a node of a world, and its story.
struct LogScene {
    let core: Core
    let stage: LogStage
    let story: Shared<LogStory>

    var log: Log { stage.log }

    static func open(_ core: Core, _ config: LogConfig, _ story: Shared<LogStory>) async throws -> LogScene {
        LogScene(core: core, stage: try await LogStage.open(core, config), story: story)
    }

    func checkpoint() async throws { try await stage.checkpoint() }

    /// Appends a batch, and waits as long as its producer would.
    func add(_ rows: [(String, String?)], producer: Int64? = nil, epoch: Int32 = 0) async throws {
        let base = log.nextOffset
        for (index, row) in rows.enumerated() { story.value.rows[base + Int64(index)] = row }
        let sequence = producer.flatMap { id in log.producerDescriptions.first { $0.producerID == id }?.lastSequence }
        let batch = try keyed(
            rows, timestamp: core.wallClockMilliseconds(), producer: producer, sequence: (sequence ?? -1) + 1)
        let result = try log.append(batch, leaderEpoch: epoch)
        story.value.producers[log.nextOffset] = log.producerDescriptions
        try await result.written()
        story.value.written = log.endOffset
        if log.config.flushMessages == 1 { story.value.durable = log.endOffset }
    }

    /// An orderly stop. That the log is closed counts before its directory is.
    func close() async throws {
        try await log.close()
        story.value.durable = log.endOffset
        try await stage.close()
    }

    func flush() async throws {
        let end = log.endOffset
        try await log.flush()
        story.value.durable = max(story.value.durable, end)
    }
}

/// Does something with a log, again and again, and has the node stop before its first step on the disk, then before its
/// second, and so on, until it comes through; each time what a start finds is checked.
struct EveryStep {
    let kind: Crash
    var config: LogConfig
    /// Steps that there are at least: fewer, and the crashes came at the wrong time.
    var least: Int
    let prepare: @Sendable (LogScene) async throws -> Void
    let act: @Sendable (LogScene) async throws -> Void
    let check: @Sendable (LogScene) async throws -> Void

    func run() throws {
        for seed in 0..<(isSoak ? 50 : 1) as Range<UInt64> {
            var step = 1
            do {
                while try crashes(seed, before: step) { step += 1 }
            } catch { throw SeedFailure(seed: seed, reason: "step \(step): \(error)") }
            #expect(step > least, "seed \(seed): only \(step) steps")
        }
    }

    /// False when there is no such step.
    private func crashes(_ seed: UInt64, before step: Int) throws -> Bool {
        var isCrashed = false
        try World.run(seeds: seed..<seed + 1) { world in
            let node = Shared(world.addNode())
            let story = Shared(LogStory())
            let failure = Shared<(any Error)?>(nil)
            let (config, kind, prepare, act) = (config, kind, prepare, act)
            node.value.start { cores in
                cores[0].spawn {
                    do {
                        let scene = try await LogScene.open(cores[0], config, story)
                        try await prepare(scene)
                        node.value.crash(kind, beforeDiskStep: step)
                        try await act(scene)
                        await cores[0].sleep(milliseconds: 50)
                        story.value.isOver = true
                        await scene.log.abandon()
                    } catch { if node.value.isRunning, !cores[0].isHalted { failure.value = error } }
                }
            }
            world.run(milliseconds: 60_000) { story.value.isOver || !node.value.isRunning || failure.value != nil }
            // An error of the turn in which the crash came is none.
            if node.value.isRunning {
                if let failure = failure.value { throw failure }
                guard story.value.isOver else { throw SeedFailure(seed: seed, reason: "it doesn't end") }
            } else {
                isCrashed = true
            }
            world.crash(node.value, kind)
            try crashStarting(world, node.value, story)
            // What a start has left must be as good for the next.
            for _ in 0..<(isSoak || step % 4 == 0 ? 2 : 1) {
                let check = check
                try world.run(on: node.value) { cores in
                    let scene = try await LogScene.open(cores[0], config, story)
                    try await check(scene)
                    await scene.log.abandon()
                }
                world.crash(node.value, kind)
            }
        }
        return isCrashed
    }

    /// Another crash, at some step of the start.
    private func crashStarting(_ world: World, _ node: Simulation.Node, _ story: Shared<LogStory>) throws {
        var chance = world.workload()
        let isOpen = Shared(false)
        let config = config
        node.start { cores in
            cores[0].spawn {
                guard let scene = try? await LogScene.open(cores[0], config, story) else { return }
                isOpen.value = true
                await scene.log.abandon()
            }
        }
        node.crash(kind, beforeDiskStep: 1 + chance.below(20))
        world.run(milliseconds: 60_000) { isOpen.value || !node.isRunning }
        world.crash(node, kind)
    }
}
