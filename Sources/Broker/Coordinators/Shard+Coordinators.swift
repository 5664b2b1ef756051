import Coordination
import LogEngine
import Metadata
import Reactor

extension Shard {
    /// Has the coordinator of a partition that is served from now on begin, if its topic has coordinators.
    func startCoordinator(of partition: Partition) {
        switch partition.name.topic {
        case GroupHost.topic:
            let journal = CoordinatorJournal<GroupHost.Append>(partition, shard: self, batchCheck: batchCheck)
            groups.add(GroupHost(journal, config: GroupConfig(node.configuration)))
        case TransactionHost.topic:
            let journal = CoordinatorJournal<TransactionHost.Append>(partition, shard: self, batchCheck: batchCheck)
            transactions.add(
                TransactionHost(
                    journal, config: TransactionConfig(node.configuration), transactionVersion: transactionVersion))
        default: return
        }
        let name = partition.name
        core.spawn { await self.loadCoordinator(of: name) }
    }

    /// Ends the coordinator of a partition that goes.
    func stopCoordinator(of partition: Partition) {
        groups.remove(partition)
        transactions.remove(partition)
    }

    private func coordinator(of name: TopicPartition) -> (any CoordinatorHost)? {
        switch name.topic {
        case GroupHost.topic: groups[name.partition]
        case TransactionHost.topic: transactions[name.partition]
        default: nil
        }
    }

    private func loadCoordinator(of name: TopicPartition) async { await coordinator(of: name)?.load() }

    func followAppends(of name: TopicPartition) async { await coordinator(of: name)?.followAppends() }
}
