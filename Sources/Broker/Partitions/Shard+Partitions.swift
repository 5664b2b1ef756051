import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Metadata
import Reactor

/// A partition that a core shall lead.
struct PartitionAssignment: Sendable {
    var topicID: UUID
    var name: TopicPartition
    var leaderEpoch: Int32
    var config: TopicConfig
    var place: ReplicaPlace

    var key: PartitionKey { PartitionKey(topicID: topicID, partition: name.partition) }
}

extension Shard {
    /// Takes over partitions that this core shall lead. Logs that were closed in order are left for whoever needs them
    /// first, the others are opened. One that can't be opened is offline: its clients are told KAFKA_STORAGE_ERROR, the
    /// others are served.
    /// - Returns: those whose directory belongs to an earlier topic of the same name.
    func lead(_ assignments: [PartitionAssignment]) async -> [PartitionAssignment] {
        var assignments = assignments
        assignments.removeAll { assignment in
            let key = assignment.key
            guard offline[key] == nil, partitions.find(key.topicID, key.partition) == nil,
                assignment.canWait(core.files)
            else { return false }
            partitions.addUnopened(assignment)
            return true
        }
        nonisolated(unsafe) let progress = RecoveryProgress(assignments, context: logContext, logger: node.logger)
        defer { progress.end() }
        nonisolated(unsafe) let queue = WorkQueue(assignments)  // of this core, as its users are
        await inParallel {
            while let assignment = queue.next() { await self.lead(assignment, progress, queue) }
        }
        return queue.leftovers
    }

    private func lead(
        _ assignment: PartitionAssignment, _ progress: RecoveryProgress, _ queue: WorkQueue<PartitionAssignment>
    ) async {
        guard !core.isHalted else { return }
        do throws(LogError) {
            if let partition = partitions.find(assignment.topicID, assignment.name.partition) {
                partition.lead(in: assignment.leaderEpoch)
            } else {
                try await open(assignment, progress)
            }
        } catch {
            if case .inconsistentTopicID = error { return queue.leave(assignment) }
            setOffline(assignment.key, OfflinePartition(name: assignment.name, place: assignment.place), "\(error)")
        }
    }

    /// Has `body` run a few times at once on this core: most of what it does is waiting for the disk.
    private func inParallel(_ body: @escaping () async -> Void) async {
        let gate = Gate()
        nonisolated(unsafe) let body = body  // runs on this core only
        for _ in 0..<Limits.parallelLogs where gate.enter() {
            nonisolated(unsafe) let gate = gate  // as above
            core.spawn {
                await body()
                gate.leave()
            }
        }
        await gate.close()
    }

    func setOffline(_ key: PartitionKey, _ partition: OfflinePartition, _ reason: String) {
        if offline.updateValue(partition, forKey: key) == nil {
            node.logger.error("\(partition.name) is offline: \(reason)")
        }
    }

    var producerIDExpirationMilliseconds: Int64 {
        image.layers(node.configuration).integer("producer.id.expiration.ms")
    }

    func opening(_ assignment: PartitionAssignment) -> LogOpening {
        var config = LogConfig(
            assignment.config,
            producerIDExpirationMilliseconds: producerIDExpirationMilliseconds)
        if assignment.name.topic == OffsetsTopic.name { config.cleanupPolicy = [.compact] }
        if let found = assignment.place.found { return found.opening(config, topicID: assignment.topicID) }
        var fresh = LogOpening()
        fresh.config = config
        fresh.topicID = assignment.topicID
        return fresh
    }

    private func open(_ assignment: PartitionAssignment, _ progress: RecoveryProgress) async throws(LogError) {
        progress.begin(assignment.name)
        let log = try await Log.open(
            assignment.place.path, opening(assignment), logContext, health: assignment.place.health)
        // What was found after a crash is shown to readers at once: it must not go with the next power cut.
        if log.endOffset - log.durable.value >= log.config.flushMessages { try await log.flush() }
        serve(assignment, log)
    }

    /// Leads a partition with its log.
    @discardableResult
    func serve(_ assignment: PartitionAssignment, _ log: Log) -> Partition {
        log.noteEpoch(assignment.leaderEpoch)
        let partition = Partition(
            topicID: assignment.topicID, name: assignment.name, log: log, directory: assignment.place.directory,
            leaderEpoch: assignment.leaderEpoch, config: assignment.config)
        offline[assignment.key] = nil
        partitions.add(partition)
        if let future = assignment.place.future { move(partition, to: future) }
        startCoordinator(of: partition)
        return partition
    }

    /// Lets go of all partitions of a deleted topic that this core has; their directories are renamed and go later.
    func removeAll(of topicID: UUID) async -> RemovedPartitions {
        var removed = RemovedPartitions()
        for (key, partition) in offline where key.topicID == topicID {
            offline[key] = nil
            removed.offline.append(partition.name)
        }
        await finishOpenings(of: topicID)
        let unopened = partitions.unopened.values.filter { $0.topicID == topicID }
        for assignment in unopened.sorted(by: { $0.name < $1.name }) {
            partitions.forgetUnopened(assignment.key)
            let path = assignment.place.path(assignment.name, .delete, random: (core.random(), core.random()))
            do throws(Errno) { try core.files.rename(assignment.place.path, to: path) } catch {
                node.logger.error("the directory of \(assignment.name) can't be renamed: \(error)")
                removed.offline.append(assignment.name)
                continue
            }
            removed.directories.append((assignment.name, path, assignment.config.fileDeleteDelayMilliseconds))
        }
        for partition in partitions.all where partition.topicID == topicID {
            partitions.remove(topicID, partition.name.partition)
            stopCoordinator(of: partition)
            partition.wake()
            await cancelMove(of: partition.name)
            let name = PartitionDirectoryName(partition.name, .delete, random: (core.random(), core.random()))
            let path = partition.directory + "/" + name.text
            do throws(LogError) { try await partition.log.renameDirectory(to: path) } catch {
                node.logger.error("the directory of \(partition.name) can't be renamed: \(error)")
                await partition.log.abandon()
                removed.offline.append(partition.name)
                continue
            }
            await partition.log.abandon()
            removed.directories.append((partition.name, path, partition.log.config.fileDeleteDelayMilliseconds))
        }
        return removed
    }

    /// Lets go of what lies in a data directory that has failed.
    /// - Returns: how many partitions are offline for it.
    func takeOffline(_ directory: String) async -> Int {
        var count = 0
        for (key, assignment) in partitions.unopened where assignment.place.directory == directory {
            count += 1
            partitions.forgetUnopened(key)
            offline[key] = OfflinePartition(name: assignment.name, place: nil)
        }
        for partition in partitions.all {
            if moves[partition.name]?.future.directory == directory { await dropMove(of: partition.name) }
            guard partition.directory == directory else { continue }
            count += 1
            let key = PartitionKey(topicID: partition.topicID, partition: partition.name.partition)
            partitions.remove(key.topicID, key.partition)
            offline[key] = OfflinePartition(name: partition.name, place: nil)
            stopCoordinator(of: partition)
            partition.wake()
            await dropMove(of: partition.name)
            await partition.log.abandon()
        }
        return count
    }

    /// Has this core's partitions of a topic work with its present settings.
    func reconfigure(_ topicID: UUID, _ config: TopicConfig) {
        let expiration = producerIDExpirationMilliseconds
        for partition in partitions.all where partition.topicID == topicID {
            partition.apply(config, producerIDExpirationMilliseconds: expiration)
        }
        partitions.reconfigureUnopened(topicID, config)
    }

    // MARK: Housekeeping

    /// What the checkpoints say of this core's logs. Of a log that isn't open they say what they said before.
    func offsets() -> CollectedOffsets {
        var collected = CollectedOffsets()
        for partition in offline.values {
            guard let place = partition.place, let found = place.found else { continue }
            collected.unclean.insert(place.directory)
            collected.offsets[place.directory, default: LogOffsets()].add(found, isDamaged: true)
        }
        for assignment in partitions.unopened.values {
            guard let found = assignment.place.found else { continue }
            collected.offsets[assignment.place.directory, default: LogOffsets()].add(found)
        }
        for partition in partitions.all {
            collected.offsets[partition.directory, default: LogOffsets()].add(partition.name, partition.log)
        }
        for (name, move) in moves {
            guard let log = move.log else { continue }
            collected.offsets[move.future.directory, default: LogOffsets()].add(name, log)
        }
        return collected
    }

    /// Removes what retention lets go.
    func applyRetention() async {
        await openLogs { $0.mayExpire }
        for partition in partitions.all {
            do throws(LogError) {
                let count = try partition.log.applyRetention()
                if count > 0 {
                    node.logger.info(
                        "\(partition.name): \(count) segments are past retention, "
                            + "the log begins at \(partition.log.startOffset)"
                    )
                }
                partition.log.expireProducers()
            } catch {
                node.logger.error("retention of \(partition.name) failed: \(error)")
            }
            await core.sleep(until: core.now())
        }
    }

    /// Syncs the logs whose `flush.ms` has passed.
    func flushDueLogs() async {
        for partition in partitions.all where partition.log.config.flushMilliseconds < .max {
            do throws(LogError) { try await partition.log.flushIfDue() } catch {
                node.logger.error("\(partition.name) can't be synced: \(error)")
            }
        }
    }

    /// Closes all logs, so that the next start needs to look into none; returns what the checkpoints shall say.
    func closeLogs() async -> CollectedOffsets {
        var unclean: Set<String> = []
        for (name, move) in moves.sorted(by: { $0.key < $1.key }) {
            await move.stop()
            if let log = move.log, await !close(log, name) { unclean.insert(move.future.directory) }
        }
        await syncTogether()
        nonisolated(unsafe) let queue = WorkQueue(partitions.all)  // of this core, as its users are
        await inParallel {
            while let partition = queue.next() {
                if await !self.close(partition.log, partition.name) { queue.leave(partition) }
            }
        }
        for partition in queue.leftovers { unclean.insert(partition.directory) }
        var collected = offsets()
        collected.unclean.formUnion(unclean)
        return collected
    }

    /// Where many logs are to be synced, has their file system do that at once: thousands of small files, each synced
    /// by itself, cost the device several times as many writes and flushes. What others have written there is waited
    /// for as well, which can take long on a disk that they share; hence only where the logs themselves would.
    private func syncTogether() async {
        let logs = partitions.all.filter(\.log.isSyncedByClose)
        for (_, logs) in Dictionary(grouping: logs, by: \.directory).sorted(by: { $0.key < $1.key }) {
            guard logs.count >= Limits.logsSyncedTogether else { continue }
            // What fails here does so again when the log is closed.
            for partition in logs {
                try? partition.log.prepareToClose()
                await core.sleep(until: core.now())
            }
            do throws(LogError) { try await logs[0].log.syncFileSystem() } catch {
                node.logger.error("the file system of \(logs[0].directory) can't be synced: \(error)")
            }
        }
    }

    private func close(_ log: Log, _ name: TopicPartition) async -> Bool {
        do throws(LogError) { try await log.close() } catch {
            node.logger.error("\(name) can't be closed: \(error)")
            return false
        }
        return true
    }
}

/// What became of a deleted topic's partitions.
struct RemovedPartitions: Sendable {
    /// Directories that were renamed.
    var directories: [(name: TopicPartition, path: String, delay: Int64)] = []
    /// Partitions whose log wasn't open, or can't be renamed.
    var offline: [TopicPartition] = []
}

/// Work that several tasks of one core share.
final class WorkQueue<Item> {
    private let items: [Item]
    private var position = 0
    private(set) var leftovers: [Item] = []

    init(_ items: [Item]) { self.items = items }

    func next() -> Item? {
        guard position < items.count else { return nil }
        defer { position += 1 }
        return items[position]
    }

    /// Puts aside what somebody else has to look at.
    func leave(_ item: Item) { leftovers.append(item) }
}
