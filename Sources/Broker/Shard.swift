import Bytes
import KafkaProtocol
import LogEngine
import Metadata
import Reactor
import Records

/// All that one core of a broker owns: its connections, its partitions' logs, its fetch sessions, its
/// coordinators. Nothing of it is touched from elsewhere but by messages to this actor.
actor Shard {
    nonisolated let core: Core
    nonisolated let node: Node
    nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }

    /// The cluster as this core knows it.
    private(set) var image: ClusterImage
    private var views: [String: MetadataView] = [:]
    /// The other cores' shards by index: nil at this one's place, and everywhere once the core has halted, so that no
    /// shard keeps itself.
    private var peers: [Shard?] = []
    let partitions: PartitionTable
    let batchCheck = BatchCheck()
    let fetchSessions: FetchSessions
    let groups = CoordinatorHosts<GroupHost>()
    let transactions = CoordinatorHosts<TransactionHost>()
    let logContext: LogContext
    /// Bytes of large requests that this core may have under way.
    private let requestBudget = Budget(bytes: Limits.requestBytesPerCore)
    private let outgoing = FrameBuffer()
    nonisolated let fetchMaxBytes: Int
    nonisolated let createsTopicsByItself: Bool
    nonisolated let controller: ControllerHost
    nonisolated let storage: Storage
    /// Partitions whose log can't be used.
    var offline: [PartitionKey: OfflinePartition] = [:]
    /// Logs that are being opened in the background, for the first who needs them.
    var openings: [PartitionKey: Task<Void, Never>] = [:]
    /// Partitions on their way to another data directory.
    var moves: [TopicPartition: ReplicaMove] = [:]
    let moveBudget = Budget(bytes: Limits.moveBytesPerCore)
    /// Tells whoever keeps account that a replica lies elsewhere now.
    private(set) var replicaMoved: (@Sendable (UUID, TopicPartition, ReplicaPlace, String, Int64) async -> Void)?
    private(set) var saveCheckpoints: (@Sendable () async -> Void)?
    /// What is left of this core's block of producer ids.
    var producerIDs: Range<Int64> = 0..<0
    /// Why compaction leaves a log alone.
    var uncleanable: [PartitionKey: String] = [:]
    private(set) var isServing = true
    private var listeners: [(name: String, listener: Listener)] = []
    private var connections: [Int: Connection] = [:]
    private var lastConnection = 0
    private let gate = Gate()

    init(core: Core, node: Node, image: ClusterImage, controller: ControllerHost, storage: Storage) {
        self.core = core
        self.node = node
        self.image = image
        partitions = PartitionTable()
        fetchSessions = FetchSessions(slots: node.configuration.fetchSessionSlots)
        logContext = LogContext(core: core)
        fetchMaxBytes = node.configuration.fetchMaxBytes
        createsTopicsByItself = node.configuration.createsTopicsByItself
        self.controller = controller
        self.storage = storage
    }

    /// Tells this shard of all cores' shards, itself among them; before anything is asked of it.
    func meet(_ shards: [Shard]) {
        peers = shards.map { $0 === self ? nil : $0 }
        adoptRates()
        core.whenHalted { [weak self] in self?.assumeIsolated { $0.halted() } }
    }

    func report(
        moves: @escaping @Sendable (UUID, TopicPartition, ReplicaPlace, String, Int64) async -> Void,
        checkpoints: @escaping @Sendable () async -> Void
    ) {
        replicaMoved = moves
        saveCheckpoints = checkpoints
    }

    var shardCount: Int { peers.count }

    func shard(at index: Int) -> Shard { peers[index] ?? self }

    /// The shard that has a partition's log.
    func owner(of topicID: UUID, _ partition: Int32) -> Shard {
        shard(at: node.placement(of: topicID, partition))
    }

    func adopt(_ image: ClusterImage) {
        self.image = image
        views.removeAll()
        adoptRates()
    }

    /// Has compactions and moves, also those under way, go by the present settings.
    private func adoptRates() {
        let layers = image.layers(node.configuration)
        let cleaning = layers.double("log.cleaner.io.max.bytes.per.second")
        let moves = layers.integer("replica.alter.log.dirs.io.max.bytes.per.second")
        node.cleaningRate.set(bytesPerSecond: cleaning, at: core.now())
        node.moveRate.set(bytesPerSecond: Double(moves), at: core.now())
    }

    /// What clients that came by `frame`'s listener see of the cluster.
    func view(_ frame: RequestFrame) -> MetadataView {
        if let view = views[frame.connection.listener] { return view }
        let view = MetadataView(image: image, listenerName: frame.connection.listener, controllerID: node.id)
        views[frame.connection.listener] = view
        return view
    }

    // MARK: Connections

    /// Opens a listening socket on this core; the kernel spreads connections over all cores' sockets of the same port.
    /// Connections wait in its backlog until `startServing`.
    func listen(at address: SocketAddress, name: String) throws(Errno) -> SocketAddress {
        let listener = try Listener(
            core, address, backlog: Int32(clamping: node.configuration.socketListenBacklog), reusePort: shardCount > 1)
        listeners.append((name, listener))
        return listener.address
    }

    func startServing() {
        for index in listeners.indices { core.spawn { await self.accept(index) } }
    }

    private func accept(_ index: Int) async {
        let (name, listener) = listeners[index]
        while isServing {
            let socket: Socket
            do { socket = try await listener.accept() } catch {
                // Whatever else goes wrong concerns one connection, or passes.
                guard isServing, !core.isHalted else { break }
                let isFull = error == .tooManyFiles || error == .tooManyFilesInSystem
                node.logger.warn(
                    "no connection can be accepted: \(error)."
                        + (isFull ? " Raise the limit of open files (ulimit -n)." : ""))
                await core.sleep(milliseconds: 100)
                continue
            }
            guard await findRoom(for: socket, name) else { continue }
            // Who comes while we stop would be waited for, and told nothing.
            guard isServing, gate.enter() else { break }
            let connection = Connection(
                socket, listener: name, limit: node.configuration.socketRequestMaxBytes, budget: requestBudget,
                outgoing: outgoing, core: core)
            lastConnection += 1
            let number = lastConnection
            connections[number] = connection
            core.spawn { await self.serve(number) }
            if node.connectionQuotas.isExceeded { core.spawn { await self.makeRoom() } }
        }
        listener.close()
    }

    /// Takes a place among the broker's connections; one without is closed.
    private func findRoom(for socket: Socket, _ listener: String) async -> Bool {
        let host = socket.peer.plainHost
        while isServing {
            switch node.connectionQuotas.take(listener: listener, host: host) {
            case .taken: return true
            case .full(let signal): await signal.wait()
            case .refused(let limit):
                node.logger.info(
                    "rejected a connection from \(host), which has \(limit) already (max.connections.per.ip)")
                socket.close()
                return false
            }
        }
        socket.close()
        return false
    }

    /// Ends the connections on which nothing has moved for longest, until there are no more than `max.connections`.
    func makeRoom() async {
        guard node.connectionQuotas.isExceeded else { return }
        var candidates: [(lastActive: Instant, core: Int, number: Int)] = []
        for index in 0..<shardCount {
            for (number, lastActive) in await shard(at: index).whoMayGo() {
                candidates.append((lastActive, index, number))
            }
        }
        for candidate in candidates.sorted(by: { $0.lastActive < $1.lastActive }) {
            await shard(at: candidate.core).giveWay(candidate.number)
        }
    }

    private func whoMayGo() -> [(number: Int, lastActive: Instant)] {
        connections.sorted { $0.key < $1.key }.filter {
            !node.connectionQuotas.isProtected($0.value.context.listener)
        }.map { ($0.key, $0.value.lastActive) }
    }

    private func giveWay(_ number: Int) {
        guard let connection = connections[number], node.connectionQuotas.isExceeded else { return }
        connection.end("there are more than max.connections allows")
        giveBackPlace(of: connection)
    }

    private func giveBackPlace(of connection: Connection) {
        guard connection.hasPlace else { return }
        connection.hasPlace = false
        node.connectionQuotas.giveBack(
            listener: connection.context.listener, host: connection.context.peer.plainHost)
    }

    private func serve(_ number: Int) async {
        guard let connection = connections[number] else { return }
        let writer = Task(executorPreference: core) { await self.write(number) }
        await connection.read { frame, context in self.route(frame, context) }
        await writer.value
        connections[number] = nil
        if let complaint = connection.complaint {
            node.logger.info("closed the connection of \(connection.context.peer): \(complaint)")
        }
        connection.release()
        giveBackPlace(of: connection)
        gate.leave()
    }

    private func write(_ number: Int) async { await connections[number]?.write() }

    /// Ends connections on which nothing has moved for `connections.max.idle.ms`.
    func closeIdleConnections() {
        let limit = node.configuration.connectionsMaxIdleMilliseconds
        guard limit >= 0 else { return }
        let now = core.now()
        for connection in connectionsInOrder where now.milliseconds(since: connection.lastActive) > limit {
            connection.close()
        }
    }

    private var connectionsInOrder: [Connection] { connections.sorted { $0.key < $1.key }.map(\.value) }

    var connectionCount: Int { connections.count }

    // MARK: Stopping

    /// Takes no more connections, and ends those there are and all that anybody waits for here. Requests that wait for
    /// other cores come to their end once those were told, too.
    func beginStopping() {
        isServing = false
        for (_, listener) in listeners { listener.shutdown() }
        node.connectionQuotas.wakeAll()
        groups.stop()
        transactions.stop()
        cancelCleanings()
        partitions.wakeAll()
        for connection in connectionsInOrder { connection.windDown() }
        core.schedule(at: core.now().adding(milliseconds: Limits.windDownMilliseconds)) { [connections] in
            for number in connections.keys.sorted() { connections[number]?.close() }
        }
    }

    /// Returns when all requests are through, and what was begun with `beginChore`.
    func drain() async { await gate.close() }

    /// After all shards have drained.
    func part() {
        peers = peers.map { _ in nil }
        replicaMoved = nil
        saveCheckpoints = nil
    }

    /// The machine is gone: nothing that is waited for will come.
    private func halted() {
        beginStopping()
        requestBudget.lift()
        moveBudget.lift()
        for connection in connectionsInOrder { connection.close() }
        part()
    }

    /// False when the broker stops: don't begin.
    func beginChore() -> Bool { isServing && gate.enter() }

    func endChore() { gate.leave() }
}
