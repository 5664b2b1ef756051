import KafkaProtocol
import Reactor

extension Consumer {
    /// Begins to look up where to start those partitions of which that isn't known: the group's commit, else the
    /// reset.
    func findPositions() {
        let now = core.now()
        let unknown = order.filter { $0.position == nil && !$0.isLookingUp && now >= $0.notBefore }
        guard !unknown.isEmpty else { return }
        for assigned in unknown { assigned.isLookingUp = true }
        let asked = AskedPartitions(unknown.map { ($0, -1) })
        core.spawn { await self.lookUp(asked) }
    }

    private func lookUp(_ asked: AskedPartitions) async {
        do throws(ClientError) {
            if configuration.groupID != nil { try await takeCommitted(asked) }
            try await reset(asked)
        } catch {
            if !error.isRetriable { failure = failure ?? error }
            for (assigned, _) in asked.partitions where assigned.position == nil { delayLookUp(assigned) }
        }
        for (assigned, _) in asked.partitions { assigned.isLookingUp = false }
        if !isClosed { startFetches() }
        wake()
    }

    private func delayLookUp(_ assigned: AssignedPartition) {
        assigned.notBefore = core.now().adding(milliseconds: configuration.retryBackoffMilliseconds)
        core.schedule(at: assigned.notBefore) { [weak self] in
            self?.assumeIsolated { if !$0.isClosed, !$0.core.isHalted { $0.findPositions() } }
        }
    }

    private func takeCommitted(_ asked: AskedPartitions) async throws(ClientError) {
        let wanted = asked.partitions.filter { $0.assigned.wantedReset == nil }.map(\.assigned.partition)
        guard !wanted.isEmpty, let group = configuration.groupID else { return }
        let committed = try await cluster.committedOffsets(of: group, wanted, requireStable: true)
        for (assigned, _) in asked.partitions where assigned.position == nil && assigned.wantedReset == nil {
            if let offset = committed[assigned.partition] { assigned.position = offset.offset }
        }
    }

    private func reset(_ asked: AskedPartitions) async throws(ClientError) {
        var specs: [TopicPartition: OffsetSpec] = [:]
        for (assigned, _) in asked.partitions where assigned.position == nil {
            if assigned.wantedReset == nil, configuration.offsetReset == .none {
                throw .kafka(
                    .offsetOutOfRange, "Undefined offset with no reset policy for partitions: [\(assigned.partition)]")
            }
            specs[assigned.partition] = assigned.wantedReset ?? resetSpec
        }
        guard !specs.isEmpty else { return }
        let offsets = try await cluster.listOffsets(specs, readsCommittedOnly: configuration.readsCommittedOnly)
        var failed: ClientError?
        for (assigned, _) in asked.partitions where assigned.position == nil {
            switch offsets[assigned.partition] {
            case .success(let listed):
                // No record is that late: the end.
                if listed.offset < 0 { assigned.wantedReset = .latest } else { assigned.seek(to: listed.offset) }
            case .failure(let error): failed = error
            case nil: break
            }
            if assigned.position == nil { delayLookUp(assigned) }
        }
        if let failed { throw failed }
    }
}
