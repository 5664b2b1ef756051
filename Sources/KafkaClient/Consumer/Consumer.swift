import Bytes
import KafkaProtocol
public import Reactor
import Records

/// What a rebalance does to a consumer.
public enum Rebalance: Sendable, Equatable {
    case assigned([TopicPartition])
    case revoked([TopicPartition])
    /// Another member may have them already.
    case lost([TopicPartition])
}

/// Reads partitions of its own choice (``assign(_:)``) or its share of a group's (``subscribe(_:onRebalance:)``,
/// the classic
/// protocol). What is fetched waits until ``poll(timeoutMilliseconds:)``; heartbeats go on in the background.
public actor Consumer {
    public nonisolated let core: Core
    public nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }
    public nonisolated let cluster: Cluster
    nonisolated let configuration: ClientConfiguration

    enum Subscription {
        case none
        case assigned
        case topics([String])
        case matching(@Sendable (String) -> Bool)
    }

    var subscription = Subscription.none
    var partitions: [TopicPartition: AssignedPartition] = [:]
    /// The order in which partitions take turns.
    var order: [AssignedPartition] = []
    var membership = Membership()
    var onRebalance: @Sendable (Rebalance) -> Void = { _ in }
    var topics: [String: TopicMetadata] = [:]
    var nodesBeingFetched: Set<Int32> = []
    var isRefreshing = false
    var failure: ClientError?
    var lastPoll: Instant
    private var nextAutoCommit: Instant
    private var waiters = Waiters()
    /// How often something has come.
    private var changes = 0
    private let decompressor = Decompressor()
    private(set) var isClosed = false

    public init(_ cluster: Cluster) {
        self.cluster = cluster
        core = cluster.core
        configuration = cluster.configuration
        lastPoll = core.now()
        nextAutoCommit = core.now().adding(milliseconds: configuration.autoCommitIntervalMilliseconds)
    }

    public init(_ configuration: ClientConfiguration, core: Core) {
        self.init(Cluster(configuration, core: core))
    }

    // MARK: What to read

    /// Reads exactly these from now on; positions of those read already stay.
    public func assign(_ wanted: [TopicPartition]) {
        subscription = .assigned
        setAssignment(wanted)
    }

    /// Becomes a member of the group, for topics by name. `onRebalance` is told on this core.
    public func subscribe(
        _ topics: [String], onRebalance: @escaping @Sendable (Rebalance) -> Void = { _ in }
    ) throws(ClientError) {
        try beginMembership(.topics(topics), onRebalance)
    }

    /// Becomes a member of the group, for all topics that match, as they come and go; internal ones never do.
    public func subscribe(
        matching: @escaping @Sendable (String) -> Bool, onRebalance: @escaping @Sendable (Rebalance) -> Void = { _ in }
    ) throws(ClientError) {
        try beginMembership(.matching(matching), onRebalance)
    }

    private func beginMembership(
        _ wanted: Subscription, _ listener: @escaping @Sendable (Rebalance) -> Void
    ) throws(ClientError) {
        guard configuration.groupID != nil else {
            throw .configuration(

                "To use the group management or offset commit APIs, you must provide a valid group.id in "
                    + "the consumer configuration."
            )
        }
        subscription = wanted
        onRebalance = listener
        membership.needsJoin = true
        startHeartbeats()
    }

    public var assignment: [TopicPartition] { order.map(\.partition).sorted() }

    func setAssignment(_ wanted: [TopicPartition]) {
        let kept = Set(wanted)
        order.removeAll { !kept.contains($0.partition) }
        for partition in partitions.keys where !kept.contains(partition) { partitions[partition] = nil }
        for partition in wanted where partitions[partition] == nil {
            let added = AssignedPartition(partition)
            partitions[partition] = added
            order.append(added)
        }
    }

    // MARK: Reading

    /// The next records, at most max.poll.records; none when none came in time.
    /// - Throws: what a caller has to know: an offset out of range without a policy, a broken record, a group that
    ///   doesn't let us in.
    public func poll(timeoutMilliseconds: Int64) async throws(ClientError) -> [ConsumerRecord] {
        guard !isClosed else { throw .closed }
        lastPoll = core.now()
        let deadline = lastPoll.adding(milliseconds: timeoutMilliseconds)
        if core.now() >= nextAutoCommit { commitInBackground() }
        while true {
            let seen = changes
            if let failure {
                self.failure = nil
                throw failure
            }
            await joinIfNeeded()
            let records = try take()
            findPositions()
            startFetches()
            if !records.isEmpty { return records }
            guard core.now() < deadline, !core.isHalted, !isClosed else { return [] }
            await waitForChange(after: seen, until: deadline)
        }
    }

    private func take() throws(ClientError) -> [ConsumerRecord] {
        var records: [ConsumerRecord] = []
        guard let turn = order.firstIndex(where: { $0.fetched != nil }) else { return records }
        for position in turn..<order.count {
            let assigned = order[position]
            guard let fetched = assigned.fetched else { continue }
            let left = configuration.maximumPollRecords - records.count
            guard left > 0 else { break }
            do throws(ClientError) {
                let hasMore = try fetched.read(left, decompressor, into: &records)
                assigned.position = fetched.nextOffset
                if !hasMore {
                    assigned.fetched = nil
                    // Those read to the end go behind the others.
                }
            } catch {
                assigned.position = fetched.nextOffset
                assigned.fetched = nil
                if records.isEmpty { throw error }
                failure = error
                break
            }
        }
        let drained = order.filter { $0.fetched == nil }
        order = order.filter { $0.fetched != nil } + drained
        return records
    }

    // MARK: Positions

    /// The offset of the next record that ``poll(timeoutMilliseconds:)`` gives; nil until it is known.
    public func position(of partition: TopicPartition) -> Int64? { partitions[partition]?.position }

    public func seek(_ partition: TopicPartition, to offset: Int64) { partitions[partition]?.seek(to: offset) }

    /// To the beginning, the end, or a time: looked up with the next poll.
    public func seek(_ partition: TopicPartition, to spec: OffsetSpec) { partitions[partition]?.seek(to: spec) }

    /// Records between the position and the end as of the last fetch; nil until both are known.
    public func lag(of partition: TopicPartition) -> Int64? {
        guard let assigned = partitions[partition], let position = assigned.position,
            let end = configuration.readsCommittedOnly ? assigned.lastStableOffset : assigned.highWatermark
        else { return nil }
        return max(end - position, 0)
    }

    /// All of a topic's partitions.
    public func partitions(of topic: String) async throws(ClientError) -> [TopicPartition] {
        try await cluster.retrying("partitionsFor") { () async throws(ClientError) -> [TopicPartition] in
            try await self.cluster.topic(topic, createsTopics: self.configuration.createsTopics).partitions.map {
                TopicPartition(topic, $0.index)
            }
        }
    }

    // MARK: Committing

    /// Commits the positions of all partitions, and waits for it.
    public func commit() async throws(ClientError) { try await commit(consumed()) }

    /// Commits these offsets, and waits for it.
    public func commit(_ offsets: [TopicPartition: CommittedOffset]) async throws(ClientError) {
        guard let group = configuration.groupID else {
            throw .configuration(

                "To use the group management or offset commit APIs, you must provide a valid group.id in "
                    + "the consumer configuration."
            )
        }
        let (memberID, generation) = (membership.memberID, membership.generation)
        let errors = try await cluster.commit(
            offsets, group: group, memberID: memberID, instanceID: configuration.groupInstanceID, generation: generation
        )
        guard let (_, error) = errors.min(by: { $0.key < $1.key }) else { return }
        // Nothing to learn for a membership that has gone on meanwhile, or is about to.
        let isCurrent = membership.memberID == memberID && membership.generation == generation && membership.isStable
        switch error.kafkaError {
        case _ where !isCurrent: break
        case .unknownMemberID, .illegalGeneration: membership.forget()
        case .rebalanceInProgress: membership.needsJoin = true
        default: break
        }
        throw error
    }

    /// What the group has committed of these.
    public func committed(_ partitions: [TopicPartition]) async throws(ClientError) -> [TopicPartition: CommittedOffset]
    {
        guard let group = configuration.groupID else { throw .configuration("There is no group.id.") }
        return try await cluster.committedOffsets(of: group, partitions, requireStable: true)
    }

    func consumed() -> [TopicPartition: CommittedOffset] {
        partitions.compactMapValues { assigned in assigned.position.map { CommittedOffset(offset: $0) } }
    }

    var commitsByItself: Bool { configuration.commitsAutomatically && configuration.groupID != nil }

    private func commitInBackground() {
        nextAutoCommit = core.now().adding(milliseconds: configuration.autoCommitIntervalMilliseconds)
        // While the members are counted, the coordinator may be a generation ahead of us.
        guard commitsByItself, !membership.isJoining else { return }
        let offsets = consumed()
        core.spawn { await self.commitQuietly(offsets) }
    }

    func commitQuietly(_ offsets: [TopicPartition: CommittedOffset]) async {
        do { try await commit(offsets) } catch {
            configuration.warn("Asynchronous auto-commit of offsets failed: \(error.message)")
        }
    }

    // MARK: Waiting

    /// Returns when something has come after the first `seen` changes, or at `deadline`.
    private func waitForChange(after seen: Int, until deadline: Instant) async {
        let timer = core.schedule(at: deadline) { [weak self] in self?.assumeIsolated { $0.wake() } }
        await withUnsafeContinuation { waiters.add($0, unless: changes != seen) }
        timer.cancel()
    }

    /// Ends a poll that waits.
    public func wake() {
        changes += 1
        waiters.wake()
    }

    /// Commits if that is automatic, and leaves the group (a static member stays). The cluster stays open.
    public func close() async {
        guard !isClosed else { return }
        if commitsByItself, !partitions.isEmpty, !membership.isJoining { await commitQuietly(consumed()) }
        isClosed = true
        await leaveGroup("the consumer is being closed")
        wake()
    }
}
