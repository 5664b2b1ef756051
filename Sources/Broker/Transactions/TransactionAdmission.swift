import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Metadata
import Reactor
import Records

/// What a producer's transaction writes to, on its way to be let in there: to partitions, or to a group's offsets.
struct TransactionAdmission: Sendable {
    struct Entry: Sendable {
        var key: PartitionKey
        var name: TransactionPartition
        var pass = TransactionPass.none
        /// Why it isn't let in.
        var refusal: KafkaError?
    }

    let transactionalID: String
    let producerID: Int64
    let producerEpoch: Int16
    /// The client speaks the protocol of KIP-890: it is added to the transaction on its behalf. Of an older one it is
    /// only asked whether it has added itself.
    let addsImplicitly: Bool
    var entries: [Entry] = []
}

extension Shard {
    /// Sees to it that all entries are in the transaction, or refused. To be ended by `release`.
    func admit(_ admission: inout TransactionAdmission) async {
        let (id, producerID, epoch) = (admission.transactionalID, admission.producerID, admission.producerEpoch)
        let passes = await spread(admission.entries.map { (key: $0.key, item: ()) }) { shard, key, _ in
            shard.pass(producerID, epoch, key)
        }
        for (index, pass) in passes.enumerated() { admission.entries[index].pass = pass }
        let asked = admission.entries.indices.filter {
            if case .verified = admission.entries[$0].pass { true } else { false }
        }
        guard !asked.isEmpty else { return }
        if !admission.addsImplicitly, !node.configuration.verifiesTransactions {
            for index in asked {
                await release(admission.entries[index], producerID)
                admission.entries[index].pass = .unchecked
            }
            return
        }
        let request = TransactionAddition(
            transactionalID: id, producerID: producerID, producerEpoch: epoch,
            partitions: asked.map { admission.entries[$0].name }, isVerification: !admission.addsImplicitly,
            clientVersion: admission.addsImplicitly ? 2 : 0)
        let answer = await addPatiently(request)
        guard case .added(let error, let missing) = answer else { return }
        for index in asked {
            if error != .noError {
                admission.entries[index].refusal = error
            } else if missing.contains(admission.entries[index].name) {
                admission.entries[index].refusal = .transactionAbortable
            }
        }
    }

    /// Adds to a transaction. The one before may just be ending: its markers take less time than the way back to the
    /// client, and its pause.
    func addPatiently(_ request: TransactionAddition) async -> TransactionResponse {
        var pauseMilliseconds: Int64 = 1
        while true {
            let answer = await askCoordinator(ofTransactionalID: request.transactionalID, .add(request))
            guard answer.error == .concurrentTransactions,
                pauseMilliseconds <= Limits.transactionPatienceMilliseconds, !core.isHalted
            else { return answer }
            await core.sleep(milliseconds: pauseMilliseconds)
            pauseMilliseconds *= 2
        }
    }

    private func pass(_ producerID: Int64, _ epoch: Int16, _ key: PartitionKey) -> TransactionPass {
        // The append will say why it isn't here.
        guard let partition = partitions.find(key.topicID, key.partition) else { return .none }
        return partition.pass(producerID: producerID, epoch: epoch)
    }

    /// After the appends.
    func release(_ admission: TransactionAdmission) async {
        for entry in admission.entries { await release(entry, admission.producerID) }
    }

    private func release(_ entry: TransactionAdmission.Entry, _ producerID: Int64) async {
        guard case .verified(let token) = entry.pass else { return }
        await owner(of: entry.key.topicID, entry.key.partition).release(token, producerID, entry.key)
    }

    private func release(_ token: UInt64, _ producerID: Int64, _ key: PartitionKey) {
        partitions.find(key.topicID, key.partition)?.passes.end(producerID, token)
    }
}
