import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Metadata
import Reactor

extension Shard {
    /// Has all partitions of a transaction told how it ended, for as long as that takes, then tells the coordinator.
    /// Partitions of topics that are gone drop out.
    func tell(_ markers: TransactionMarkers, from partition: Int32) async {
        var open = markers.partitions
        var pauseMilliseconds = Limits.markerPauseMilliseconds.lowerBound
        while let host = transactions[partition], !open.isEmpty {
            let marker = TransactionMarker(
                producerID: markers.producerID, producerEpoch: markers.producerEpoch, isCommit: markers.isCommit,
                coordinatorEpoch: host.partition.leaderEpoch)
            open = open.filter { image[topic: $0.topic]?.partitions[$0.partition] != nil }
            let work = open.compactMap { name in
                image[topic: name.topic].map { PartitionKey(topicID: $0.id, partition: name.partition) }
            }
            let errors = await write(work.map { ($0, marker) })
            var unwritten: [TransactionPartition] = []
            for (name, error) in zip(open, errors) {
                switch error {
                case nil: break
                case .invalidProducerEpoch, .transactionCoordinatorFenced:
                    // Somebody else has ended it there, or writes under our producer's id: not ours to end any more.
                    node.logger.error(
                        "\(name.topic)-\(name.partition) doesn't take the end of transaction "
                            + "\(markers.transactionalID): \(error?.name ?? "")")
                default: unwritten.append(name)
                }
            }
            open = unwritten
            guard !open.isEmpty, !core.isHalted else { break }
            await core.sleep(milliseconds: pauseMilliseconds)
            pauseMilliseconds = min(pauseMilliseconds * 2, Limits.markerPauseMilliseconds.upperBound)
        }
        if open.isEmpty { transactions[partition]?.markersWritten(markers) }
    }

    /// Writes markers on the cores that have their partitions. One hop a core.
    /// - Returns: in the markers' order: nil for those that are below the high watermark.
    func write(_ markers: [(PartitionKey, TransactionMarker)]) async -> [KafkaError?] {
        var positions: [Int: [Int]] = [:]
        for (position, marker) in markers.enumerated() {
            positions[node.placement(of: marker.0.topicID, marker.0.partition), default: []].append(position)
        }
        let tasks = positions.sorted { $0.key < $1.key }.map { index, places in
            let (shard, mine) = (shard(at: index), places.map { markers[$0] })
            return (places: places, task: Task(executorPreference: core) { await shard.writeOwn(mine) })
        }
        var errors = [KafkaError?](repeating: nil, count: markers.count)
        for (places, task) in tasks {
            for (place, error) in zip(places, await task.value) { errors[place] = error }
        }
        return errors
    }

    private func writeOwn(_ markers: [(PartitionKey, TransactionMarker)]) async -> [KafkaError?] {
        var appended: [Result<(Partition, AppendResult), KafkaError>] = []
        for (key, marker) in markers { appended.append(append(marker, to: key)) }
        var errors: [KafkaError?] = []
        for each in appended {
            switch each {
            case .failure(let error): errors.append(error)
            case .success(let (partition, result)):
                errors.append(await partition.acknowledged(result, acks: -1))
            }
        }
        return errors
    }

    private func append(
        _ marker: TransactionMarker, to key: PartitionKey
    ) -> Result<(Partition, AppendResult), KafkaError> {
        guard let partition = partition(key.topicID, key.partition) else {
            return .failure(absence(of: key.topicID, key.partition))
        }
        let result: Result<AppendResult, KafkaError>
        if partition.name.topic == OffsetsTopic.name {
            // The group's coordinator has to learn of it in the log's order.
            guard let host = groups[key.partition] else { return .failure(.notCoordinator) }
            result = host.append(marker)
        } else {
            result = partition.append(marker, check: batchCheck, now: core.wallClockMilliseconds())
        }
        return result.map { (partition, $0) }
    }
}
