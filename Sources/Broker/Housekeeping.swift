import LogEngine
import Metadata
import Reactor

/// What a broker does by the clock: retention, compaction, checkpoints, syncs by time, idle
/// connections.
struct Housekeeping: Sendable {
    let node: Node
    let storage: Storage
    let shards: [Shard]
    let controller: ControllerHost

    func start(on core: Core) {
        let configuration = node.configuration
        every(configuration.retentionCheckIntervalMilliseconds, on: core) { [self] in
            for shard in shards { await shard.applyRetention() }
        }
        every(configuration.flushCheckpointIntervalMilliseconds, on: core) { [self] in await writeCheckpoints() }
        // Kafka's default is never, which leaves topics' own `flush.ms` to a scheduler that doesn't run.
        every(min(configuration.integer("log.flush.scheduler.interval.ms"), 1000), on: core) { [self] in
            for shard in shards { await shard.flushDueLogs() }
        }
        LogCleaning(shards: shards, storage: storage, controller: controller).start(on: core)
        every(60_000, on: core) { [self] in
            for shard in shards { await shard.closeIdleConnections() }
        }
    }

    private func every(_ milliseconds: Int64, on core: Core, _ body: @escaping @Sendable () async -> Void) {
        let shard = shards[0]
        core.spawn {
            while await shard.isServing, !core.isHalted {
                await core.sleep(milliseconds: max(milliseconds, 1))
                // Stopping waits for what is under way: checkpoints of ours would lie behind its own.
                guard !core.isHalted, await shard.beginChore() else { return }
                await body()
                await shard.endChore()
            }
        }
    }

    private func writeCheckpoints() async {
        let (shards, controller) = (shards, controller)
        await storage.writeCheckpoints { await CollectedOffsets.of(shards, controller) }
    }
}
