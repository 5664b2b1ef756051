import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Metadata
import Reactor

extension Shard {
    func allocateProducerID(for token: UInt64, _ partition: Int32) async {
        let id = try? await nextProducerID()
        transactions[partition]?.allocated(id, for: token)
    }

    /// The cluster's level of `transaction.version`.
    var transactionVersion: Int16 { image.features[Feature.transactionVersion] ?? 0 }

    /// Has the id's coordinator answer, on whichever core it is.
    func askCoordinator(ofTransactionalID id: String, _ request: TransactionRequest) async -> TransactionResponse {
        guard let topic = image[topic: TransactionsTopic.name] else { return request.refusal(.coordinatorNotAvailable) }
        let partition = TransactionsTopic.partition(of: id, partitionCount: topic.partitionCount)
        return await owner(of: topic.id, partition).askTransactions(partition, request)
    }

    private func askTransactions(_ partition: Int32, _ request: TransactionRequest) async -> TransactionResponse {
        guard let host = transactions[partition] else { return request.refusal(.notCoordinator) }
        return await host.ask(request, version: transactionVersion)
    }

    func describeTransaction(_ id: String) async -> DescribeTransactionsResponse.TransactionState {
        func refused(_ error: KafkaError) -> DescribeTransactionsResponse.TransactionState {
            DescribeTransactionsResponse.TransactionState {
                $0.transactionalID = id
                $0.errorCode = error.code
            }
        }
        // Nobody has ever been coordinated.
        guard let topic = image[topic: TransactionsTopic.name] else { return refused(.transactionalIDNotFound) }
        let partition = TransactionsTopic.partition(of: id, partitionCount: topic.partitionCount)
        return await owner(of: topic.id, partition).describeOwnTransaction(id, partition) ?? refused(.notCoordinator)
    }

    private func describeOwnTransaction(
        _ id: String, _ partition: Int32
    ) -> DescribeTransactionsResponse.TransactionState? {
        transactions[partition]?.read { machine, _ in machine.describe(id) }
    }

    /// Collects from all coordinators of all cores; nil while one of them still reads its partition.
    func collectTransactions(_ filter: TransactionFilter) async -> [ListTransactionsResponse.TransactionState]? {
        var all: [ListTransactionsResponse.TransactionState] = []
        for index in 0..<shardCount {
            guard let own = await shard(at: index).listOwnTransactions(filter) else { return nil }
            all += own
        }
        return all.sorted { $0.transactionalID < $1.transactionalID }
    }

    private func listOwnTransactions(_ filter: TransactionFilter) -> [ListTransactionsResponse.TransactionState]? {
        var all: [ListTransactionsResponse.TransactionState] = []
        for host in transactions.all {
            let own = host.read { machine, moment in
                machine.isLoaded
                    ? machine.list(
                        states: filter.states, filtersStates: filter.filtersStates, producerIDs: filter.producerIDs,
                        olderThan: filter.olderThanMilliseconds, at: moment) : nil
            }
            guard let own else { return nil }
            all += own
        }
        return all
    }
}

/// Which transactions a list shows.
struct TransactionFilter: Sendable {
    var states: [TransactionState]
    var filtersStates: Bool
    /// Empty lets all pass.
    var producerIDs: [Int64]
    /// Negative lets all pass.
    var olderThanMilliseconds: Int64
}

extension TransactionConfig {
    init(_ configuration: ServerConfiguration) {
        self.init()
        maximumTimeoutMilliseconds = Int32(clamping: configuration.transactionMaxTimeoutMilliseconds)
        abortIntervalMilliseconds = UInt64(
            clamping: configuration.integer("transaction.abort.timed.out.transaction.cleanup.interval.ms"))
        expirationMilliseconds = configuration.integer("transactional.id.expiration.ms")
        expirationIntervalMilliseconds = UInt64(
            clamping: configuration.integer("transaction.remove.expired.transaction.cleanup.interval.ms"))
    }
}
