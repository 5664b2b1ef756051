import Bytes
import KafkaProtocol
import LogEngine
import Metadata

/// Brings what the metadata says to the cores: opens the logs of new partitions before clients hear of them, lets go of
/// those of deleted topics after clients have.
struct Leadership: Sendable {
    let node: Node
    let storage: Storage
    let shards: [Shard]
    let controller: ControllerHost

    private typealias Wanted = (topic: TopicImage, index: Int32)

    /// Opens every partition that this node leads. Logs that belong to none are set aside.
    func openAll(_ image: ClusterImage) async throws(BrokerFailure) {
        try await storage.resolve(image, nodeID: node.id)
        var wanted: [Wanted] = []
        for name in image.sortedTopicNames {
            guard let topic = image[topic: name] else { continue }
            for (index, partition) in topic.sortedPartitions where partition.replicas.contains(node.id) {
                wanted.append((topic, index))
            }
        }
        await open(wanted, image, areNew: false)
    }

    private func open(_ wanted: [Wanted], _ image: ClusterImage, areNew: Bool) async {
        let foreign = await lead(await assignments(wanted, image, areNew: areNew))
        guard !foreign.isEmpty else { return }
        // Directories of topics that were deleted while the log could not be used, and made again.
        for assignment in foreign { await storage.setAside(assignment.name) }
        let again = foreign.compactMap { assignment -> Wanted? in
            image[topicID: assignment.topicID].map { ($0, assignment.name.partition) }
        }
        for assignment in await lead(await assignments(again, image, areNew: areNew)) {
            let offline = OfflinePartition(name: assignment.name, place: assignment.place)
            await shard(of: assignment.key).setOffline(assignment.key, offline, "its directory is another topic's")
        }
    }

    private func shard(of key: PartitionKey) -> Shard { shards[node.placement(of: key.topicID, key.partition)] }

    private func assignments(
        _ wanted: [Wanted], _ image: ClusterImage, areNew: Bool
    ) async -> [PartitionAssignment] {
        let searches = wanted.map { topic, index in
            ReplicaSearch(
                partition: TopicPartition(topic.name, index), topicID: topic.id,
                assigned: topic.partitions[index]?.directory(of: node.id) ?? ClusterImage.unassignedDirectory,
                isNew: areNew)
        }
        var configs: [UUID: TopicConfig] = [:]
        var assignments: [PartitionAssignment] = []
        for (search, result) in zip(searches, await storage.places(searches)) {
            let key = PartitionKey(topicID: search.topicID, partition: search.partition.partition)
            switch result {
            case .failure(let failure):
                await shard(of: key).setOffline(
                    key, OfflinePartition(name: search.partition, place: nil), "\(failure)")
            case .success(let place):
                let config =
                    configs[search.topicID] ?? image.topicConfig(search.partition.topic, node.configuration)
                configs[search.topicID] = config
                let epoch = image[topicID: search.topicID]?.partitions[key.partition]?.leaderEpoch ?? 0
                assignments.append(
                    PartitionAssignment(
                        topicID: search.topicID, name: search.partition, leaderEpoch: epoch, config: config,
                        place: place))
            }
        }
        return assignments
    }

    private func lead(_ assignments: [PartitionAssignment]) async -> [PartitionAssignment] {
        var byShard: [Int: [PartitionAssignment]] = [:]
        for assignment in assignments {
            byShard[node.placement(of: assignment.topicID, assignment.name.partition), default: []].append(assignment)
        }
        return await withTaskGroup(of: [PartitionAssignment].self) { group in
            for (index, assignments) in byShard.sorted(by: { $0.key < $1.key }) {
                let shard = shards[index]
                group.addTask(executorPreference: shard.core) { await shard.lead(assignments) }
            }
            var foreign: [PartitionAssignment] = []
            for await some in group { foreign += some }
            return foreign.sorted { $0.name < $1.name }
        }
    }

    func apply(_ image: ClusterImage, _ changes: [ClusterChange]) async {
        var opened: [Wanted] = []
        var created: Set<UUID> = []
        var removed: [(name: String, id: UUID)] = []
        var reconfigured: Set<String> = []
        var isEveryTopicReconfigured = false
        for change in changes {
            switch change {
            case .topicCreated(_, let id): created.insert(id)
            case .partition(let id, let index):
                guard let topic = image[topicID: id], topic.partitions[index]?.replicas.contains(node.id) == true else {
                    continue
                }
                opened.append((topic, index))
            case .topicRemoved(let name, let id): removed.append((name, id))
            case .config(let resource, _) where resource.type == .topic: reconfigured.insert(resource.name)
            case .config: isEveryTopicReconfigured = true
            default: break
            }
        }
        // A name may be used again at once.
        for (name, id) in removed where opened.contains(where: { $0.topic.name == name }) { await remove(name, id) }
        await open(opened, image, created)
        for shard in shards { await shard.adopt(image) }
        if isEveryTopicReconfigured { await applySettings(of: image) }
        for (name, id) in removed { await remove(name, id) }
        let names = isEveryTopicReconfigured ? image.sortedTopicNames : reconfigured.sorted()
        for name in names {
            guard let topic = image[topic: name] else { continue }
            let config = image.topicConfig(name, node.configuration)
            for shard in shards { await shard.reconfigure(topic.id, config) }
        }
    }

    /// Takes over the broker's own settings.
    private func applySettings(of image: ClusterImage) async {
        let layers = image.layers(node.configuration)
        node.connectionQuotas.apply(ConnectionLimits(layers))
        await shards[0].makeRoom()
        let cordoned = await storage.cordon(layers.cordonedDirectories)
        // What the controller decides about that is published after this.
        Task(executorPreference: storage.core) { await controller.setCordonedDirectories(cordoned) }
    }

    private func open(_ opened: [Wanted], _ image: ClusterImage, _ created: Set<UUID>) async {
        guard !opened.isEmpty else { return }
        let isNew = { (wanted: Wanted) in
            created.contains(wanted.topic.id) || wanted.topic.partitions[wanted.index]?.partitionEpoch == 0
        }
        await open(opened.filter { !isNew($0) }, image, areNew: false)
        await open(opened.filter(isNew), image, areNew: true)
        // With several directories the controller doesn't know which one a replica has got. What it decides about that
        // is published after this.
        let (leadership, core) = (self, storage.core)
        Task(executorPreference: core) { await leadership.reportPlaces(opened.map { ($0.topic.id, $0.index) }) }
    }

    private func remove(_ name: String, _ id: UUID) async {
        for shard in shards {
            let removed = await shard.removeAll(of: id)
            for (partition, path, delay) in removed.directories {
                await storage.forget(partition, renamedTo: path, afterMilliseconds: delay)
            }
            for partition in removed.offline { await storage.setAside(partition, as: .delete) }
            await shard.groupsForget(topic: name, id: id)
        }
    }

    // MARK: Directories

    /// Tells the controller of replicas that lie elsewhere than the metadata says.
    func reportPlaces(_ replicas: [(topicID: UUID, partition: Int32)]) async {
        let image = await controller.image
        let places = await storage.allPlaces
        let misplaced = replicas.compactMap { id, index -> ReplicaDirectory? in
            guard let topic = image[topicID: id], let partition = topic.partitions[index],
                let place = places[TopicPartition(topic.name, index)],
                place.directoryID != ClusterImage.unassignedDirectory,
                partition.directory(of: node.id) != place.directoryID
            else { return nil }
            return ReplicaDirectory(topicID: id, partition: index, directory: place.directoryID)
        }
        await controller.assign(misplaced)
    }

    func reportAllPlaces(_ image: ClusterImage) async {
        await reportPlaces(
            image.sortedTopicNames.compactMap { image[topic: $0] }.flatMap { topic in
                topic.sortedPartitions.map { (topic.id, $0.index) }
            })
    }

    /// A data directory has failed: its partitions have no leader from now on, the others go on.
    func lost(_ path: String, _ error: LogError) async -> BrokerFailure? {
        let logger = node.logger
        var count = 0
        for shard in shards { count += await shard.takeOffline(path) }
        let online = await storage.onlineIDs
        if await storage.metadataDirectory == path {
            return BrokerFailure(
                "data directory \(path), which has the metadata log, has failed: \(error). Repair or "
                    + "replace the disk, then start the broker again.")
        }
        if online.isEmpty { return BrokerFailure("all data directories have failed, the last one with: \(error)") }
        logger.error(
            "data directory \(path) has failed: \(error). Its \(count) partitions are offline until the broker is "
                + "restarted with the directory repaired; the other directories are served.")
        await controller.setOnlineDirectories(online)
        return nil
    }
}
