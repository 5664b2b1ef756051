import KafkaProtocol
public import Reactor

/// A cluster as a client sees it: where its brokers are, a connection to each that is needed, and what is known of
/// its
/// topics. Of one core; shared by the producers, consumers and admins made with it.
public actor Cluster {
    public nonisolated let core: Core
    public nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }
    public nonisolated let configuration: ClientConfiguration

    private var nodes: [Int32: Node] = [:]
    private var connections: [Int32: Connection] = [:]
    private var topics: [String: Known] = [:]
    private var coordinators: [String: Int32] = [:]
    private var refreshes: [String: Task<ClientError?, Never>] = [:]
    private var isClosed = false

    private struct Known {
        var metadata: TopicMetadata
        var since: Instant
    }

    public init(_ configuration: ClientConfiguration, core: Core) {
        self.configuration = configuration
        self.core = core
    }

    public func close() async {
        isClosed = true
        for (_, connection) in connections.sorted(by: { $0.key < $1.key }) { await connection.close() }
        connections.removeAll()
    }

    // MARK: Connections

    /// The connection to a broker whose address is known; nil for one that isn't.
    public func connection(to id: Int32) async throws(ClientError) -> Connection? {
        guard !isClosed else { throw .closed }
        guard let node = nodes[id] else { return nil }
        return await connection(id, node.address)
    }

    /// A connection to any broker that answers: known brokers first, then the bootstrap list.
    public func anyConnection() async throws(ClientError) -> Connection {
        guard !isClosed else { throw .closed }
        var candidates = nodes.values.sorted { $0.id < $1.id }.map { ($0.id, $0.address) }
        if candidates.count > 1 { candidates.rotate(by: Int(core.random() % UInt64(candidates.count))) }
        for (position, server) in configuration.bootstrapServers.enumerated() {
            candidates.append((-1 - Int32(clamping: position), server))
        }
        // One that stands already is taken before one that has to be made.
        for (id, _) in candidates {
            if let connection = connections[id], await connection.servedVersions != nil, await !connection.hasFailed {
                return connection
            }
        }
        var last = ClientError.configuration("No bootstrap servers are given.")
        for (id, address) in candidates {
            let connection = await connection(id, address)
            do {
                try await connection.connect()
                return connection
            } catch { last = error }
        }
        throw last
    }

    private func connection(_ id: Int32, _ address: HostAndPort) async -> Connection {
        if let connection = connections[id], connection.server == address, await !connection.hasFailed {
            return connection
        }
        let fresh = Connection(to: address, nodeID: id, configuration, core: core)
        connections[id] = fresh
        return fresh
    }

    // MARK: Metadata

    /// Asks a broker for topics by name (nil for all, none for brokers only) and remembers the answer.
    @discardableResult
    public func fetchMetadata(
        _ names: [String]?, createsTopics: Bool = false
    ) async throws(ClientError) -> ClusterMetadata {
        var request = MetadataRequest()
        request.topics = names.map { names in names.map { name in MetadataRequest.Topic { $0.name = name } } }
        request.allowAutoTopicCreation = createsTopics
        let response = try await anyConnection().request(request)
        if let error = ClientError(code: response.errorCode) { throw error }
        let metadata = ClusterMetadata(response)
        remember(metadata)
        return metadata
    }

    /// A topic as known, asked for when it isn't known, too old, or `isStale`. Doesn't wait for a topic that isn't
    /// there.
    public func topic(
        _ name: String, createsTopics: Bool = false, isStale: Bool = false
    ) async throws(ClientError) -> TopicMetadata {
        if !isStale, let known = topics[name],
            core.now().milliseconds(since: known.since) < configuration.metadataMaximumAgeMilliseconds
        {
            return known.metadata
        }
        // Those who ask at the same time share one question.
        let refresh =
            refreshes[name]
            ?? Task(executorPreference: core) { () async -> ClientError? in
                do throws(ClientError) {
                    try await self.fetchMetadata([name], createsTopics: createsTopics)
                    return nil
                } catch { return error }
            }
        refreshes[name] = refresh
        let failure = await refresh.value
        refreshes[name] = nil
        if let failure { throw failure }
        guard let known = topics[name] else { throw ClientError(.unknownTopicOrPartition) }
        return known.metadata
    }

    /// Who leads a partition as far as is known; nil when nobody does, or nobody knows.
    public func knownLeader(of partition: TopicPartition) -> Int32? {
        topics[partition.topic]?.metadata.partition(partition.partition)?.leader
    }

    /// The topic as known, however old; nil when it isn't.
    public func knownTopic(_ name: String) -> TopicMetadata? { topics[name]?.metadata }

    private func remember(_ metadata: ClusterMetadata) {
        let now = core.now()
        if !metadata.nodes.isEmpty {
            nodes = Dictionary(metadata.nodes.map { ($0.id, $0) }, uniquingKeysWith: { _, later in later })
        }
        for topic in metadata.topics {
            switch topic.error {
            case .noError, .leaderNotAvailable: topics[topic.name] = Known(metadata: topic, since: now)
            default: topics[topic.name] = nil
            }
        }
    }

    /// Makes a broker known that another answer named.
    func remember(_ node: Node) { nodes[node.id] = node }

    // MARK: Coordinators

    /// A connection to the coordinator of a group, as last found.
    public func coordinator(ofGroup group: String) async throws(ClientError) -> Connection {
        if let id = coordinators[group], let connection = try await connection(to: id) { return connection }
        var request = FindCoordinatorRequest()
        request.key = group
        request.coordinatorKeys = [group]
        let connection = try await anyConnection()
        let isBatched = (await connection.servedVersions?.ranges[FindCoordinatorRequest.key]?.upperBound ?? 0) >= 4
        if isBatched { request.key = "" } else { request.coordinatorKeys = [] }
        let response = try await connection.request(request)
        var found = Node(
            id: response.nodeID, address: HostAndPort(host: response.host, port: UInt16(clamping: response.port)))
        if isBatched {
            guard let coordinator = response.coordinators.first else { throw ClientError(.coordinatorNotAvailable) }
            if let error = ClientError(code: coordinator.errorCode, coordinator.errorMessage) { throw error }
            found = Node(
                id: coordinator.nodeID,
                address: HostAndPort(host: coordinator.host, port: UInt16(clamping: coordinator.port)))
        } else if let error = ClientError(code: response.errorCode, response.errorMessage) {
            throw error
        }
        if nodes[found.id] == nil { remember(found) }
        coordinators[group] = found.id
        guard let node = nodes[found.id] else { throw ClientError(.coordinatorNotAvailable) }
        return await self.connection(node.id, node.address)
    }

    /// The group's coordinator is to be looked for again.
    public func forgetCoordinator(ofGroup group: String) { coordinators[group] = nil }
}

extension Array {
    fileprivate mutating func rotate(by count: Int) {
        self = Array(self[count...] + self[..<count])
    }
}
