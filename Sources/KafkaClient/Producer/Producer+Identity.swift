import KafkaProtocol
import Reactor

extension Producer {
    /// Whether batches may be stamped and sent; begins what is needed for that when not.
    func isIdentityReady(_ now: Instant) -> Bool {
        guard configuration.isIdempotent else { return true }
        if needsNewEpoch {
            guard queues.values.allSatisfy({ $0.inFlight.isEmpty }) else { return false }
            needsNewEpoch = false
            for queue in queues.values { queue.restartSequences() }
            // Brokers take a higher epoch from an idempotent producer without being asked (KIP-360).
            if let known = identity, known.epoch < .max {
                identity = ProducerIdentity(producerID: known.producerID, epoch: known.epoch + 1)
            } else {
                identity = nil
            }
        }
        if identity != nil { return true }
        guard !isAcquiringIdentity, active.contains(where: { !$0.isEmpty }) else { return false }
        isAcquiringIdentity = true
        core.spawn { await self.acquireIdentity() }
        return false
    }

    private func acquireIdentity() async {
        var request = InitProducerIdRequest()
        request.transactionalID = nil
        request.transactionTimeoutMilliseconds = .max
        let asked = request
        do throws(ClientError) {
            identity = try await cluster.retrying("initProducerId") {
                () async throws(ClientError) -> ProducerIdentity in
                let response = try await self.cluster.anyConnection().request(asked)
                if let error = ClientError(code: response.errorCode) { throw error }
                return ProducerIdentity(producerID: response.producerID, epoch: response.producerEpoch)
            }
        } catch {
            // Without an identity nothing can be sent; the next pump tries again.
            if !error.isRetriable { failAll(error) }
        }
        isAcquiringIdentity = false
        pumpSoon()
    }

    private func failAll(_ error: ClientError) {
        for queue in active {
            seal(queue)
            for batch in queue.all {
                queue.remove(batch)
                release(batch)
                batch.fail(error)
            }
        }
    }

    /// Learns anew who leads the partitions of `topic`, after a pause.
    func refreshSoon(_ topic: String) {
        staleTopics.insert(topic)
        guard !isRefreshing, !core.isHalted else { return }
        isRefreshing = true
        core.spawn { await self.refresh() }
    }

    private func refresh() async {
        for topic in staleTopics.sorted() {
            do throws(ClientError) {
                let fresh = try await cluster.topic(topic, isStale: true)
                topics[topic] = fresh
                if fresh.partitions.allSatisfy({ $0.leader != nil }) { staleTopics.remove(topic) }
            } catch {
                if !error.isRetriable { break }
            }
        }
        if !staleTopics.isEmpty { await core.sleep(milliseconds: configuration.retryBackoffMilliseconds) }
        staleTopics.removeAll()
        isRefreshing = false
        pumpSoon()
    }
}
