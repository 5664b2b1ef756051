import LogEngine
import Metadata
import Reactor

/// The settings of compaction as they are now.
struct CleaningSettings: Sendable {
    var isEnabled: Bool
    /// Compactions at a time.
    var threads: Int
    var backoffMilliseconds: Int64
    var terms = CleaningTerms()

    init(_ layers: BrokerConfigLayers) {
        isEnabled = layers.boolean("log.cleaner.enable")
        threads = Int(clamping: max(layers.integer("log.cleaner.threads"), 0))
        backoffMilliseconds = max(layers.integer("log.cleaner.backoff.ms"), 1)
        let share = max(threads, 1)
        terms.mapBytes = max(Int(clamping: layers.integer("log.cleaner.dedupe.buffer.size")) / share, 1 << 20)
        terms.mapLoadFactor = layers.double("log.cleaner.io.buffer.load.factor")
        let buffer = Int(clamping: layers.integer("log.cleaner.io.buffer.size")) / share / 2
        terms.bufferBytes = min(max(buffer, 4096), 4 << 20)
    }
}

/// Has compacted logs compacted: the dirtiest of all cores first, as many at a time as `log.cleaner.threads` allows,
/// each on the core that owns it.
struct LogCleaning: Sendable {
    let shards: [Shard]
    let storage: Storage
    let controller: ControllerHost

    func start(on core: Core) {
        for number in shards.indices { core.spawn { await run(number, on: core) } }
    }

    private func run(_ number: Int, on core: Core) async {
        while await shards[0].isServing, !core.isHalted {
            let settings = await shards[0].cleaningSettings
            var hasCleaned = false
            if settings.isEnabled, number < settings.threads {
                // Stopping waits for it, and cuts it short.
                guard await shards[0].beginChore() else { return }
                hasCleaned = await cleanDirtiest(settings)
                await shards[0].endChore()
            }
            if !hasCleaned { await core.sleep(milliseconds: settings.backoffMilliseconds) }
        }
    }

    private func cleanDirtiest(_ settings: CleaningSettings) async -> Bool {
        var dirtiest: (shard: Shard, key: PartitionKey, ratio: Double)?
        for shard in shards {
            await shard.openLogs { $0.config.isCompacted }
            guard let (key, ratio) = await shard.dirtiestLog(), ratio > dirtiest?.ratio ?? -1 else { continue }
            dirtiest = (shard, key, ratio)
        }
        guard let dirtiest, await dirtiest.shard.clean(dirtiest.key, settings) else { return false }
        let (shards, controller) = (shards, controller)
        await storage.writeCheckpoints { await CollectedOffsets.of(shards, controller) }
        return true
    }
}

extension Shard {
    var cleaningSettings: CleaningSettings { CleaningSettings(image.layers(node.configuration)) }

    /// The compacted log of this core for which it pays most.
    func dirtiestLog() -> (key: PartitionKey, ratio: Double)? {
        var dirtiest: (key: PartitionKey, ratio: Double)?
        let all = partitions.all
        for partition in all where partition.log.config.cleanupPolicy.contains(.compact) {
            // One that moves is compacted where it arrives.
            guard uncleanable[partition.key] == nil, !partition.log.isBeingCleaned, moves[partition.name] == nil
            else { continue }
            do throws(LogError) {
                guard let range = try partition.log.cleaningRange(), range.isDue(partition.log.config) else { continue }
                if range.dirtyRatio > dirtiest?.ratio ?? -1 { dirtiest = (partition.key, range.dirtyRatio) }
            } catch { cleaningFailed(partition, error) }
        }
        for key in uncleanable.keys where partitions.find(key.topicID, key.partition) == nil { uncleanable[key] = nil }
        return dirtiest
    }

    /// Compacts a log; true when something was done.
    func clean(_ key: PartitionKey, _ settings: CleaningSettings) async -> Bool {
        guard isServing, let partition = partitions.find(key.topicID, key.partition) else { return false }
        let log = partition.log
        let pace = CleaningPace(core: core, rate: node.cleaningRate)
        pace.onProgress = progressReport(partition)
        do throws(LogError) {
            if let range = try log.cleaningRange() { node.logger.info("\(partition.name): \(range.announcement)") }
            guard case .cleaned(let report) = try await log.clean(settings.terms, pace: pace) else { return false }
            node.logger.info("\(partition.name): \(report.summary)")
            if report.recordsWithoutKey > 0 {
                node.logger.warn(
                    "\(partition.name): \(report.recordsWithoutKey) records without a key were in this compacted "
                        + "topic; they are gone")
            }
            return true
        } catch {
            cleaningFailed(partition, error)
            return false
        }
    }

    /// Has a line in the log every few seconds.
    private func progressReport(_ partition: Partition) -> (CleaningProgress) -> Void {
        let (core, logger, name) = (core, node.logger, partition.name)
        var last = (at: core.now(), readBytes: 0)
        return { progress in
            let now = core.now()
            let milliseconds = now.milliseconds(since: last.at)
            guard milliseconds >= Limits.cleaningProgressMilliseconds else { return }
            let rate = (progress.readBytes - last.readBytes) * 1000 / Int(milliseconds)
            logger.info("\(name): \(progress.line(bytesPerSecond: rate))")
            last = (now, progress.readBytes)
        }
    }

    private func cleaningFailed(_ partition: Partition, _ error: LogError) {
        switch error {
        case .closed: break
        case .storage(.noSpace, _):
            node.logger.warn("\(partition.name) can't be compacted for now: \(error)")
        default:
            uncleanable[partition.key] = "\(error)"
            node.logger.error(
                "\(partition.name) can't be compacted and is left alone until the next start; its other readers and "
                    + "writers go on: \(error)")
        }
    }

    func cancelCleanings() {
        for partition in partitions.all { partition.log.cancelCleaning() }
    }
}

extension Partition {
    var key: PartitionKey { PartitionKey(topicID: topicID, partition: name.partition) }
}

extension CleaningRange {
    fileprivate var announcement: String {
        "compaction begins; \(megabytes(cleanableBytes)) of \(megabytes(cleanBytes + cleanableBytes)) are dirty, from "
            + "offset \(firstDirtyOffset) up to \(firstUncleanableOffset)" + (isOverdue ? ", some for too long" : "")
    }
}

extension CleaningProgress {
    fileprivate func line(bytesPerSecond rate: Int) -> String {
        let share = totalBytes > 0 ? readBytes * 100 / totalBytes : 0
        let left = max(totalBytes - readBytes, 0)
        return "compaction is \(share) % done: "
            + (isRewriting ? "writing segments anew" : "finding each key's last record")
            + ", \(megabytes(readBytes)) of \(megabytes(totalBytes)) read, \(megabytes(rate)) a second"
            + (rate > 0 ? ", \(left / rate) s left" : "")
    }
}

extension CleaningReport {
    fileprivate var summary: String {
        let share = bytesBefore > 0 ? 100 - bytesAfter * 100 / bytesBefore : 0
        let rate = milliseconds > 0 ? (bytesBefore + mappedBytes) * 1000 / Int(milliseconds) : 0
        return "compacted up to offset \(cleanedUpTo) in \(milliseconds) ms: \(megabytes(bytesBefore)) became "
            + "\(megabytes(bytesAfter)) (\(share) % less), \(recordsBefore) records \(recordsAfter), \(segmentsBefore) "
            + "segments \(segmentsAfter); \(keys) dirty keys, map \(Int(mapUtilization * 100)) % full"
            + (wasMapFull ? " and too small for all of them" : "") + "; read \(megabytes(rate)) a second"
    }
}

private func megabytes(_ bytes: Int) -> String {
    let tenths = (bytes * 10 + (1 << 19)) >> 20
    return "\(tenths / 10).\(tenths % 10) MB"
}
