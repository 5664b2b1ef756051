package import Bytes
import KafkaProtocol

/// Where a broker has put a replica.
package struct ReplicaDirectory: Equatable, Sendable {
    package var topicID: UUID
    package var partition: Int32
    package var directory: UUID

    package init(topicID: UUID, partition: Int32, directory: UUID) {
        self.topicID = topicID
        self.partition = partition
        self.directory = directory
    }
}

extension Controller {
    /// Only `online` of the broker's directories can be used from now on: what it leads elsewhere has no leader any
    /// more, and stays in sync with itself, so that it leads again once the directory is back.
    package func setOnlineDirectories(
        _ online: [UUID], of id: Int32, epoch: Int64
    ) throws(ControllerError) -> Decision<Void> {
        var broker = try broker(id, epoch: epoch)
        guard Set(broker.logDirectories) != Set(online), !online.isEmpty else { return Decision(()) }
        var records: [MetadataRecord] = [.brokerRegistrationChange(.of(broker) { $0.logDirs = online })]
        broker.logDirectories = online
        forEachPartition { topicID, index, partition in
            guard partition.leader == id, !broker.hasOnline(partition.directory(of: id)) else { return }
            let next = partition.inSyncReplicas.first { other in
                guard other != id, let replica = image.brokers[other] else { return false }
                return replica.isActive && replica.hasOnline(partition.directory(of: other))
            }
            records.append(.partitionChange(.of(topicID, index) { $0.leader = next ?? -1 }))
        }
        return Decision((), records: records)
    }

    /// No new replicas go to `cordoned` of the broker's directories from now on.
    package func setCordonedDirectories(
        _ cordoned: [UUID], of id: Int32, epoch: Int64
    ) throws(ControllerError) -> Decision<Void> {
        let broker = try broker(id, epoch: epoch)
        guard Set(broker.cordonedLogDirectories ?? []) != Set(cordoned) else { return Decision(()) }
        return Decision(
            (), records: [.brokerRegistrationChange(.of(broker) { $0.cordonedLogDirs = cordoned })])
    }

    /// The broker says where its replicas lie. One that nobody leads and that may is led again if its directory can be
    /// used.
    package func assignDirectories(
        _ replicas: [ReplicaDirectory], of id: Int32, epoch: Int64
    ) throws(ControllerError) -> Decision<Void> {
        let broker = try broker(id, epoch: epoch)
        var records: [MetadataRecord] = []
        for replica in replicas {
            guard let partition = image[topicID: replica.topicID]?.partitions[replica.partition],
                let place = partition.replicas.firstIndex(of: id),
                partition.directory(of: id) != replica.directory
            else { continue }
            var directories = partition.directories
            while directories.count < partition.replicas.count { directories.append(ClusterImage.unassignedDirectory) }
            directories[place] = replica.directory
            let leads =
                partition.leader == -1 && partition.inSyncReplicas.contains(id) && broker.isActive
                && broker.hasOnline(replica.directory)
            records.append(
                .partitionChange(
                    .of(replica.topicID, replica.partition) {
                        $0.directories = directories
                        if leads { $0.leader = id }
                    }))
        }
        return Decision((), records: records)
    }
}
