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

    /// Opens every partition that this node leads. Logs that belong to none are set aside.
    func openAll(_ image: ClusterImage) async {
        var wanted: [(TopicImage, Int32)] = []
        var names: Set<TopicPartition> = [TopicPartition("__cluster_metadata", 0)]
        for name in image.sortedTopicNames {
            guard let topic = image[topic: name] else { continue }
            for (index, partition) in topic.sortedPartitions where partition.replicas.contains(node.id) {
                wanted.append((topic, index))
                names.insert(TopicPartition(topic.name, index))
            }
        }
        for stray in await storage.replicas where !names.contains(stray) { await storage.setAside(stray) }
        await open(wanted, image)
    }

    private func open(_ wanted: [(topic: TopicImage, index: Int32)], _ image: ClusterImage) async {
        var byShard: [Int: [PartitionAssignment]] = [:]
        var configs: [UUID: TopicConfig] = [:]
        for (topic, index) in wanted {
            guard let partition = topic.partitions[index] else { continue }
            let name = TopicPartition(topic.name, index)
            let place: ReplicaPlace
            do throws(BrokerFailure) { place = try await storage.place(name) } catch {
                node.logger.error("\(name) is offline: \(error)")
                continue
            }
            let config = configs[topic.id] ?? image.topicConfig(topic.name, node.configuration)
            configs[topic.id] = config
            byShard[node.placement(of: topic.id, index), default: []].append(
                PartitionAssignment(
                    topicID: topic.id, name: name, leaderEpoch: partition.leaderEpoch, config: config, place: place))
        }
        await withTaskGroup(of: Void.self) { group in
            for (index, assignments) in byShard.sorted(by: { $0.key < $1.key }) {
                let shard = shards[index]
                group.addTask(executorPreference: shard.core) { await shard.lead(assignments) }
            }
        }
    }

    func apply(_ image: ClusterImage, _ changes: [ClusterChange]) async {
        var opened: [(TopicImage, Int32)] = []
        var removed: [(name: String, id: UUID)] = []
        var reconfigured: Set<String> = []
        var isEveryTopicReconfigured = false
        for change in changes {
            switch change {
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
        if !opened.isEmpty { await open(opened, image) }
        for shard in shards { await shard.adopt(image) }
        for (name, id) in removed { await remove(name, id) }
        let names = isEveryTopicReconfigured ? image.sortedTopicNames : reconfigured.sorted()
        for name in names {
            guard let topic = image[topic: name] else { continue }
            let config = image.topicConfig(name, node.configuration)
            for shard in shards { await shard.reconfigure(topic.id, config) }
        }
    }

    private func remove(_ name: String, _ id: UUID) async {
        for shard in shards {
            for (partition, path, delay) in await shard.removeAll(of: id) {
                await storage.forget(partition, renamedTo: path, afterMilliseconds: delay)
            }
            await shard.groupsForget(topic: name, id: id)
        }
    }
}
