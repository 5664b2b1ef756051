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
    /// Opens the logs of partitions that this core shall lead. One that can't be opened is offline: its clients are
    /// told KAFKA_STORAGE_ERROR, the others are served.
    func lead(_ assignments: [PartitionAssignment]) async {
        for assignment in assignments {
            do throws(LogError) {
                if let partition = partitions.find(assignment.topicID, assignment.name.partition) {
                    try await partition.lead(in: assignment.leaderEpoch)
                } else {
                    try await open(assignment)
                }
            } catch {
                offline.insert(assignment.key)
                node.logger.error("\(assignment.name) is offline: \(error)")
            }
        }
    }

    private func open(_ assignment: PartitionAssignment) async throws(LogError) {
        var config = LogConfig(
            assignment.config,
            producerIDExpirationMilliseconds: node.configuration.producerIDExpirationMilliseconds)
        if assignment.name.topic == OffsetsTopic.name { config.cleanupPolicy = [.compact] }
        let opening: LogOpening
        if let found = assignment.place.found {
            opening = found.opening(config, topicID: assignment.topicID)
        } else {
            var fresh = LogOpening()
            fresh.config = config
            fresh.topicID = assignment.topicID
            opening = fresh
        }
        let log = try await Log.open(assignment.place.path, opening, logContext, health: assignment.place.health)
        // What was found after a crash is shown to readers at once: it must not go with the next power cut.
        if log.endOffset - log.durable.value >= config.flushMessages { try await log.flush() }
        if log.leaderEpochs.latest?.epoch != assignment.leaderEpoch { try await log.beginEpoch(assignment.leaderEpoch) }
        let partition = Partition(
            topicID: assignment.topicID, name: assignment.name, log: log, directory: assignment.place.directory,
            leaderEpoch: assignment.leaderEpoch, config: assignment.config)
        offline.remove(assignment.key)
        partitions.add(partition)
        if assignment.name.topic == OffsetsTopic.name { startGroups(on: partition) }
    }

    /// Lets go of partitions of a deleted topic; their directories are renamed and go later.
    /// - Returns: the new path of each directory.
    func remove(_ keys: [PartitionKey]) async -> [(name: TopicPartition, path: String, delay: Int64)] {
        var removed: [(name: TopicPartition, path: String, delay: Int64)] = []
        for key in keys {
            offline.remove(key)
            guard let partition = partitions.remove(key.topicID, key.partition) else { continue }
            groups.remove(partition)
            partition.wake()
            let name = PartitionDirectoryName(partition.name, .delete, random: (core.random(), core.random()))
            let path = partition.directory + "/" + name.text
            do throws(LogError) { try await partition.log.renameDirectory(to: path) } catch {
                node.logger.error("the directory of \(partition.name) can't be renamed: \(error)")
                continue
            }
            await partition.log.abandon()
            removed.append((partition.name, path, partition.log.config.fileDeleteDelayMilliseconds))
        }
        return removed
    }

    /// The same for all partitions of a topic that this core has.
    func removeAll(of topicID: UUID) async -> [(name: TopicPartition, path: String, delay: Int64)] {
        await remove(
            partitions.all.filter { $0.topicID == topicID }.map {
                PartitionKey(topicID: topicID, partition: $0.name.partition)
            })
    }

    /// Has this core's partitions of a topic work with its present settings.
    func reconfigure(_ topicID: UUID, _ config: TopicConfig) {
        for partition in partitions.all where partition.topicID == topicID { partition.apply(config) }
    }

    // MARK: Housekeeping

    /// What the checkpoints say of this core's logs, by data directory.
    func offsets() -> [String: LogOffsets] {
        var offsets: [String: LogOffsets] = [:]
        for partition in partitions.all {
            offsets[partition.directory, default: LogOffsets()].add(partition.name, partition.log)
        }
        return offsets
    }

    /// Removes what retention lets go.
    func applyRetention() async {
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
    func closeLogs() async -> [String: LogOffsets] {
        for partition in partitions.all {
            do throws(LogError) { try await partition.log.close() } catch {
                node.logger.error("\(partition.name) can't be closed: \(error)")
            }
        }
        return offsets()
    }
}
