import Bytes
import LogEngine
import Metadata
import Reactor

/// Which replica lies where: found at a start, chosen for new ones, changed by moves.
extension Storage {
    func note(_ replica: PartitionDirectory, in directory: LogDirectory) throws(LogError) {
        let partition = replica.name.partition
        let id = directory.meta.directoryID ?? ClusterImage.unassignedDirectory
        switch replica.name.state {
        case .current:
            let place = ReplicaPlace(
                path: replica.path, directory: directory.path, directoryID: id, health: directory.health, found: replica
            )
            if found[partition] == nil {
                found[partition] = place
            } else {
                doubles[partition, default: []].append(place)
            }
            replicaCounts[directory.path, default: 0] += 1
        case .delete, .stray: doomed.append(replica.path)
        case .future:
            if let other = futures[partition] {
                throw .directory(
                    path: replica.path, reason: "the same partition is moved to \(other.path), too; remove one of them")
            }
            futures[partition] = FutureReplica(
                path: replica.path, directory: directory.path, directoryID: id, health: directory.health,
                found: replica)
        }
    }

    /// Compares what was found with what the metadata says: ends interrupted moves, sets aside what is nobody's, and
    /// lets go of what was deleted before.
    func resolve(_ image: ClusterImage, nodeID: Int32) async throws(BrokerFailure) {
        for (partition, others) in doubles.sorted(by: { $0.key < $1.key }) where !others.isEmpty {
            try choose(partition, others, image, nodeID)
        }
        doubles = [:]
        for (partition, future) in futures.sorted(by: { $0.key < $1.key }) {
            await resolve(partition, future, image, nodeID)
        }
        for partition in found.keys.sorted() where partition != .metadataLog {
            let topic = image[topic: partition.topic]
            if topic?.partitions[partition.partition]?.replicas.contains(nodeID) != true { setAside(partition) }
        }
        for path in doomed { removeLater(path, afterMilliseconds: 0) }
        doomed = []
    }

    /// Of the same partition in several directories the one counts that belongs to the topic of that name as it is now,
    /// and lies where the metadata says.
    private func choose(
        _ partition: TopicPartition, _ others: [ReplicaPlace], _ image: ClusterImage, _ nodeID: Int32
    ) throws(BrokerFailure) {
        guard let first = found[partition] else {
            found[partition] = others.first
            return
        }
        let all = [first] + others
        let topic = image[topic: partition.topic]
        var right = topic == nil ? [] : all.filter { topicID(of: $0.path) == topic?.id }
        if right.count > 1 {
            let assigned = topic?.partitions[partition.partition]?.directory(of: nodeID)
            right = right.filter { $0.directoryID == assigned }
            guard right.count == 1 else {
                throw BrokerFailure(
                    "the same partition lies in \(all.map(\.path).joined(separator: " and ")); move all but one away")
            }
        }
        for place in all where place.path != right.first?.path {
            found[partition] = place
            setAside(partition)
        }
        found[partition] = right.first
    }

    /// A copy without its original is what a crash has left of a move that was through; the original's new name, which
    /// ends in `-delete`, came first. But where a directory is offline, the original may lie there.
    private func resolve(
        _ partition: TopicPartition, _ future: FutureReplica, _ image: ClusterImage, _ nodeID: Int32
    ) async {
        let topic = image[topic: partition.topic]
        let replica = topic?.partitions[partition.partition]
        // A copy that has just begun has no id yet.
        let id = topicID(of: future.path)
        let isOurs = replica?.replicas.contains(nodeID) == true && (id == nil || id == topic?.id)
        if isOurs, id != nil, found[partition] == nil {
            let assigned = replica?.directory(of: nodeID) ?? ClusterImage.unassignedDirectory
            let isOriginalLost =
                assigned == future.directoryID || onlineIDs.contains(assigned)
                || !isDirectory(assigned) && offline.isEmpty
            guard isOriginalLost else {
                logger.warn("\(future.path) is left as it is: its original may lie in a directory that isn't here")
                return
            }
            var place = future.place(of: partition)
            place.found = future.found
            do throws(Errno) {
                try core.files.rename(future.path, to: place.path)
                try await core.files.syncDirectory(place.directory)
                found[partition] = place
                replicaCounts[place.directory, default: 0] += 1
                futures[partition] = nil
                logger.info("\(place.path): the move that a stop interrupted is through")
            } catch { logger.error("\(future.path) can't be renamed: \(error)") }
            return
        }
        if isOurs, let current = found[partition], current.directory != future.directory {
            found[partition]?.future = future
        } else {
            logger.info("\(future.path) belongs to no move any more: it is removed")
            doomed.append(future.path)
        }
        futures[partition] = nil
    }

    private func topicID(of path: String) -> UUID? {
        PartitionMetadataFile.topicID(inDirectory: path, files: core.files)
    }

    // MARK: Placing

    /// Where each partition's log is, or shall be.
    func places(_ searches: [ReplicaSearch]) -> [Result<ReplicaPlace, BrokerFailure>] {
        searches.map { search in
            do throws(BrokerFailure) { return .success(try place(search)) } catch { return .failure(error) }
        }
    }

    private func place(_ search: ReplicaSearch) throws(BrokerFailure) -> ReplicaPlace {
        if let place = found[search.partition] {
            guard isOnline(place.directory) else { throw BrokerFailure("data directory \(place.directory) is offline") }
            return place
        }
        let usable = online
        var directory = usable.first { $0.meta.directoryID == search.assigned }
        if directory == nil, !search.isNew {
            // An empty log in its place would look as if all were well.
            if isDirectory(search.assigned) {
                throw BrokerFailure(
                    "it lies in the data directory with the id \(search.assigned.text), which isn't among those that "
                        + "can be used. Bring it back and restart, or delete the topic.")
            }
            guard offline.isEmpty else {
                let all = offline.keys.sorted().joined(separator: ", ")
                throw BrokerFailure("its log is in none of the directories that can be used, and \(all) can't")
            }
        }
        // The topic may be there since before; then a cordoned directory is better than none.
        let open = usable.filter { !cordoned.contains($0.path) }
        directory =
            directory ?? usable.first { $0.path == preferred[search.partition] } ?? emptiest(open) ?? emptiest(usable)
        guard let directory else { throw BrokerFailure("all data directories are offline") }
        preferred[search.partition] = nil
        return make(search.partition, in: directory)
    }

    /// Whether the metadata names a directory at all.
    private func isDirectory(_ assigned: UUID) -> Bool { assigned.high != 0 || assigned.low >= 100 }

    /// Where the metadata log is.
    func placeOfMetadata() throws(BrokerFailure) -> ReplicaPlace {
        if let place = found[.metadataLog], place.directory == metadataDirectory { return place }
        if let place = found[.metadataLog] {
            throw BrokerFailure(
                "the metadata log lies in \(place.path), but metadata.log.dir is \(metadataDirectory); correct the "
                    + "setting or move the directory")
        }
        guard let directory = directories.first(where: { $0.path == metadataDirectory }) else {
            throw BrokerFailure("the metadata log's directory \(metadataDirectory) can't be used")
        }
        return make(.metadataLog, in: directory)
    }

    private func emptiest(_ usable: [LogDirectory]) -> LogDirectory? {
        usable.min { (replicaCounts[$0.path] ?? 0, $0.path) < (replicaCounts[$1.path] ?? 0, $1.path) }
    }

    private func make(_ partition: TopicPartition, in directory: LogDirectory) -> ReplicaPlace {
        let place = ReplicaPlace(
            path: directory.path + "/" + PartitionDirectoryName(partition).text, directory: directory.path,
            directoryID: directory.meta.directoryID ?? ClusterImage.unassignedDirectory, health: directory.health,
            found: nil)
        found[partition] = place
        replicaCounts[directory.path, default: 0] += 1
        return place
    }

    /// Where every replica lies that was found or made.
    var allPlaces: [TopicPartition: ReplicaPlace] { found }

    // MARK: Moving

    /// What is to be said of a directory that somebody wants a replica moved to.
    enum Destination: Sendable {
        case unknown
        case cordoned
        case offline
        case online(FutureReplica, isAnyOffline: Bool)
    }

    /// The directory at `path`, with a name for a copy of `partition` there. A replica that is made later goes there.
    func destination(_ path: String, for partition: TopicPartition) -> Destination {
        guard paths.contains(path) else { return .unknown }
        if cordoned.contains(path) { return .cordoned }
        guard let directory = online.first(where: { $0.path == path }) else { return .offline }
        if found[partition] == nil, preferred.count < Limits.preferredDirectories { preferred[partition] = path }
        let name = PartitionDirectoryName(partition, .future, random: (core.random(), core.random()))
        let future = FutureReplica(
            path: path + "/" + name.text, directory: path,
            directoryID: directory.meta.directoryID ?? ClusterImage.unassignedDirectory, health: directory.health,
            found: nil)
        return .online(future, isAnyOffline: !offline.isEmpty)
    }

    /// The replica is at `place` now; what is left of it elsewhere lies at `old`.
    func moved(_ partition: TopicPartition, to place: ReplicaPlace, leaving old: String, afterMilliseconds delay: Int64)
    {
        if let before = found[partition] { replicaCounts[before.directory, default: 1] -= 1 }
        found[partition] = place
        replicaCounts[place.directory, default: 0] += 1
        removeLater(old, afterMilliseconds: delay)
    }

    // MARK: Removing

    /// Marks a log that belongs to no partition of this node any more; it is removed after a while.
    func setAside(_ partition: TopicPartition, as state: PartitionDirectoryName.State = .stray) {
        guard let place = found.removeValue(forKey: partition) else { return }
        replicaCounts[place.directory, default: 1] -= 1
        let path = place.path(partition, state, random: (core.random(), core.random()))
        if state == .stray { logger.warn("\(place.path) belongs to no partition of this node: set aside as \(path)") }
        do throws(Errno) { try core.files.rename(place.path, to: path) } catch {
            if error != .noEntry { logger.error("\(place.path) can't be renamed: \(error)") }
            return
        }
        removeLater(path, afterMilliseconds: 60_000)
    }

    /// The partition is gone; its directory is now called `path`.
    func forget(_ partition: TopicPartition, renamedTo path: String, afterMilliseconds delay: Int64) {
        guard let place = found.removeValue(forKey: partition) else { return }
        replicaCounts[place.directory, default: 1] -= 1
        removeLater(path, afterMilliseconds: delay)
    }

    func removeLater(_ path: String, afterMilliseconds delay: Int64) {
        let files = core.files
        let logger = logger
        core.schedule(at: core.now().adding(milliseconds: delay)) {
            do throws(LogError) { try LogDirectory.remove(path, files: files) } catch {
                logger.warn("\(path) can't be removed: \(error)")
            }
        }
    }
}

extension TopicPartition {
    static let metadataLog = TopicPartition("__cluster_metadata", 0)
}
