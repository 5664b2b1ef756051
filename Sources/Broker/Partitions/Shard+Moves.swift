import KafkaProtocol
import LogEngine
import Metadata
import Reactor

/// Moves of replicas between data directories.
extension Shard {
    /// Begins to move a partition to another data directory, or ends the move there is where it is to stay.
    func move(_ key: PartitionKey, to destination: Storage.Destination) async -> KafkaError {
        await openIfNeeded(key)
        guard let partition = partitions.find(key.topicID, key.partition) else {
            return absence(of: key.topicID, key.partition)
        }
        guard case .online(let future, let isAnyOffline) = destination else { return .kafkaStorageError }
        if let move = moves[partition.name] {
            if move.future.directory == future.directory { return .noError }
            await cancelMove(of: partition.name)
        }
        guard partitions.find(key.topicID, key.partition) === partition else { return .notLeaderOrFollower }
        if partition.directory == future.directory || moves[partition.name] != nil { return .noError }
        // The replica might lie in the directory that is offline, too.
        if isAnyOffline { return .kafkaStorageError }
        move(partition, to: future)
        return .noError
    }

    func move(_ partition: Partition, to future: FutureReplica) {
        moves[partition.name] = ReplicaMove(partition, to: future, rate: node.moveRate)
        let name = partition.name
        node.logger.info("\(name) moves from \(partition.directory) to \(future.directory)")
        core.spawn { await self.runMove(of: name) }
    }

    private func runMove(of name: TopicPartition) async {
        guard let move = moves[name], move.enter() else { return }
        let saveCheckpoints = saveCheckpoints
        let end = await move.run(on: logContext, budget: moveBudget, logger: node.logger) {
            await saveCheckpoints?()
        }
        switch end {
        case .stopped: move.leave()
        case .failed(let error):
            node.logger.error("the move of \(name) to \(move.future.directory) has failed: \(error)")
            move.leave()
            if moves[name] === move { await cancelMove(of: name) }
        case .moved(let place, let old):
            await finish(move, name, place, old)
            move.leave()
        }
    }

    private func finish(_ move: ReplicaMove, _ name: TopicPartition, _ place: ReplicaPlace, _ old: String) async {
        moves[name] = nil
        let partition = move.partition
        let delay = partition.log.config.fileDeleteDelayMilliseconds
        await replicaMoved?(partition.topicID, name, place, old, delay)
        do throws(LogError) {
            try await partition.log.settle(as: place.path)
            node.logger.info("\(name) has moved to \(place.directory)")
        } catch {
            node.logger.error(
                "\(name) has moved to \(place.directory), but its directory has not got its name: \(error)")
        }
    }

    /// Ends a move and removes the copy.
    func cancelMove(of name: TopicPartition) async {
        guard let move = moves[name] else { return }
        await move.stop()
        guard moves[name] === move else { return }
        moves[name] = nil
        await move.log?.abandon()
        do throws(LogError) { try LogDirectory.remove(move.future.path, files: core.files) } catch {
            node.logger.warn("\(move.future.path) can't be removed: \(error)")
        }
    }

    /// Ends a move whose copy, or original, is out of reach.
    func dropMove(of name: TopicPartition) async {
        guard let move = moves[name] else { return }
        await move.stop()
        guard moves[name] === move else { return }
        moves[name] = nil
        await move.log?.abandon()
    }
}
