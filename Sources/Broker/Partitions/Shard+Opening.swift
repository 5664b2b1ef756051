import Bytes
import Coordination
import LogEngine
import Metadata
import Reactor

/// Logs that were closed in order are opened by whoever needs them first: of thousands a start looks into none.
extension Shard {
    /// The partition, if this core leads it. Its log is opened if nobody has needed it yet; where something has to be
    /// waited for, that is done in the background, and there is no partition for the moment.
    func partition(_ topicID: UUID, _ index: Int32) -> Partition? {
        if let partition = partitions.find(topicID, index) { return partition }
        let key = PartitionKey(topicID: topicID, partition: index)
        guard let assignment = partitions.unopened[key], openings[key] == nil else { return nil }
        do throws(LogError) {
            let log = try Log.openAtOnce(
                assignment.place.path, opening(assignment), logContext, health: assignment.place.health)
            if let log { return serve(assignment, log) }
            openings[key] = Task(executorPreference: core) { await self.openInBackground(key) }
        } catch { setOffline(assignment, error) }
        return nil
    }

    /// Opens the partition's log if nobody has needed it yet. Others on this core go on before the next one.
    func openIfNeeded(_ key: PartitionKey) async {
        guard partitions.unopened[key] != nil else { return }
        _ = partition(key.topicID, key.partition)
        if let opening = openings[key] { await opening.value } else { await core.sleep(until: core.now()) }
    }

    /// Opens those of which `isNeeded` is true.
    func openLogs(where isNeeded: (PartitionAssignment) -> Bool) async {
        let needed = partitions.unopened.values.filter(isNeeded).sorted { $0.name < $1.name }
        for assignment in needed where isServing { await openIfNeeded(assignment.key) }
    }

    /// What was closed in order is damaged, or a replacement of segments has to be finished first.
    private func openInBackground(_ key: PartitionKey) async {
        defer { openings[key] = nil }
        guard beginChore() else { return }
        defer { endChore() }
        guard let assignment = partitions.unopened[key] else { return }
        do throws(LogError) {
            let log = try await Log.open(
                assignment.place.path, opening(assignment), logContext, health: assignment.place.health)
            // What was decided meanwhile counts.
            guard let assignment = partitions.unopened[key] else { return await log.abandon() }
            let partition = serve(assignment, log)
            // The checkpoints may say that more of it is synced than there is.
            partition.isHoldingAppends = true
            await saveCheckpoints?()
            partition.isHoldingAppends = false
        } catch { setOffline(assignment, error) }
    }

    /// Returns when no log of the topic is being opened in the background.
    func finishOpenings(of topicID: UUID) async {
        while let opening = openings.first(where: { $0.key.topicID == topicID })?.value { await opening.value }
    }

    private func setOffline(_ assignment: PartitionAssignment, _ error: LogError) {
        // Without a free descriptor, say: who comes next tries again.
        guard !error.isPassing else { return node.logger.warn("\(assignment.name) can't be opened now: \(error)") }
        partitions.forgetUnopened(assignment.key)
        setOffline(assignment.key, OfflinePartition(name: assignment.name, place: assignment.place), "\(error)")
    }
}

extension PartitionAssignment {
    /// Whether nothing more has to be known of its log before somebody uses it.
    func canWait(_ files: FileSystem) -> Bool {
        // Coordinators read theirs at the start.
        guard let found = place.found, place.future == nil, name.topic != OffsetsTopic.name,
            name.topic != TransactionsTopic.name
        else { return false }
        if found.isClosed(topicID: topicID) { return true }
        // Another broker has closed it, which didn't leave the id where ours does.
        return found.wasClean && PartitionMetadataFile.topicID(inDirectory: found.path, files: files) == topicID
    }

    /// Whether retention may find something to remove.
    var mayExpire: Bool {
        (place.found?.startOffset ?? 0) > 0
            || config.isDeleted && (config.retentionBytes >= 0 || config.retentionMilliseconds >= 0)
    }
}
