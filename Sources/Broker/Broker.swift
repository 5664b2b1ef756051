import Bytes
import KafkaProtocol
import LogEngine
package import Metadata
package import Reactor

/// A broker from start to stop: its data directories, its controller, and a shard on each core.
package final class Broker: Sendable {
    private let cores: [Core]
    private let shards: [Shard]
    private let storage: Storage
    private let controller: ControllerHost
    private let node: Node
    /// The addresses that clients can reach it at, by listener.
    package let addresses: [(listener: String, address: SocketAddress)]

    private init(
        cores: [Core], shards: [Shard], storage: Storage, controller: ControllerHost, node: Node,
        addresses: [(listener: String, address: SocketAddress)]
    ) {
        self.cores = cores
        self.shards = shards
        self.storage = storage
        self.controller = controller
        self.node = node
        self.addresses = addresses
    }

    /// Opens the data directories, replays the metadata, opens all logs, and listens. Called on the first core.
    /// - Parameter onFailure: called, once, when the broker can't go on; it still has to be stopped.
    /// - Throws: ``BrokerFailure`` with what is wrong and what to do; then nothing is left open.
    package static func start(
        _ configuration: ServerConfiguration, cores: [Core], logger: Logger,
        onFailure: @escaping @Sendable (BrokerFailure) -> Void = { _ in }
    ) async throws(BrokerFailure) -> Broker {
        let started = cores[0].now()
        try refuseWhatIsNotServed(configuration)
        let storage = Storage(core: cores[0], logger: logger)
        let identity = try await storage.open(
            configuration.logDirectories, metadata: configuration.metadataLogDirectory, nodeID: configuration.nodeID)
        let controller = ControllerHost(
            core: cores[0], configuration: configuration, clusterID: identity.clusterID, logger: logger)
        var shards: [Shard] = []
        do throws(BrokerFailure) {
            try await controller.open(try await storage.placeOfMetadata())
            let node = Node(
                id: configuration.nodeID, clusterID: identity.clusterID, configuration: configuration, logger: logger,
                coreCount: cores.count, handlers: .broker())
            let image = await controller.image
            shards = cores.map { Shard(core: $0, node: node, image: image, controller: controller, storage: storage) }
            for shard in shards { await shard.meet(shards) }
            let leadership = Leadership(node: node, storage: storage, shards: shards, controller: controller)
            let saveCheckpoints = { @Sendable [shards] in
                await storage.writeCheckpoints { await CollectedOffsets.of(shards, controller) }
            }
            for shard in shards {
                await shard.report(
                    moves: { topicID, name, place, old, delay in
                        await storage.moved(name, to: place, leaving: old, afterMilliseconds: delay)
                        Task(executorPreference: storage.core) {
                            await leadership.reportPlaces([(topicID, name.partition)])
                        }
                    }, checkpoints: saveCheckpoints)
            }
            let cordoned = await storage.cordon(image.layers(configuration).cordonedDirectories)
            try await leadership.openAll(image)
            // Before the first append: an old recovery point would make a later torn tail look like damage.
            await saveCheckpoints()
            await controller.publish { image, changes in await leadership.apply(image, changes) }
            var addresses: [(listener: String, address: SocketAddress)] = []
            for endpoint in configuration.listeners
            where !configuration.controllerListenerNames.contains(endpoint.listenerName) {
                addresses.append((endpoint.listenerName, try await listen(endpoint, shards)))
            }
            try await controller.register(
                endpoints: advertised(configuration, addresses), directoryIDs: await storage.onlineIDs)
            await controller.setCordonedDirectories(cordoned)
            await leadership.reportAllPlaces(image)
            await storage.whenLost { path, error in
                if let failure = await leadership.lost(path, error) { onFailure(failure) }
            }
            node.connectionQuotas.apply(ConnectionLimits(image.layers(configuration)))
            for shard in shards { await shard.startServing() }
            let broker = Broker(
                cores: cores, shards: shards, storage: storage, controller: controller, node: node, addresses: addresses
            )
            Housekeeping(node: node, storage: storage, shards: shards, controller: controller).start(on: cores[0])
            let places = addresses.map { "\($0.listener)://\($0.address)" }.joined(separator: ", ")
            logger.info(
                "node \(node.id) of cluster \(node.clusterID) serves at \(places) on \(cores.count) "
                    + "core\(cores.count == 1 ? "" : "s"), "
                    + "\(cores[0].now().milliseconds(since: started)) ms after its start"
            )
            return broker
        } catch {
            _ = await close(shards)
            await controller.close()
            await storage.abandon()
            for shard in shards { await shard.part() }
            throw error
        }
    }

    /// Settings that would promise what this broker doesn't do yet: better no start than an open door.
    private static func refuseWhatIsNotServed(_ configuration: ServerConfiguration) throws(BrokerFailure) {
        for endpoint in configuration.listeners where endpoint.securityProtocol != .plaintext {
            throw BrokerFailure(
                "listener \(endpoint.text): TLS and SASL are not served yet. Use PLAINTEXT listeners, on networks you trust."
            )
        }
        if let name = configuration.text("authorizer.class.name"), !name.isEmpty {
            throw BrokerFailure("authorizer.class.name is set, but ACLs are not served yet. Remove it.")
        }
        guard configuration.isBroker, configuration.isController else {
            throw BrokerFailure(
                "process.roles must be broker,controller: this release runs as a single node of both roles.")
        }
        if configuration.quorumVoters.count > 1 {
            throw BrokerFailure("controller.quorum.voters names several nodes: this release runs as a single node.")
        }
    }

    private static func listen(_ endpoint: Endpoint, _ shards: [Shard]) async throws(BrokerFailure) -> SocketAddress {
        let address: SocketAddress
        do throws(ResolveFailure) {
            guard let first = try SocketAddress.resolve(host: endpoint.host, port: endpoint.port).first else {
                throw ResolveFailure(host: endpoint.host, reason: "it has no address")
            }
            address = first
        } catch { throw BrokerFailure("listener \(endpoint.text): \(error)") }
        var bound = address
        for shard in shards {
            do throws(Errno) { bound = try await shard.listen(at: bound, name: endpoint.listenerName) } catch {
                throw BrokerFailure(
                    "listener \(endpoint.text) can't be opened: \(error)."
                        + (error == .addressInUse
                            ? " Another process listens there; stop it, or change `listeners`." : ""))
            }
        }
        return bound
    }

    /// What clients are told: the advertised listeners, with the port that was bound where it was left open.
    private static func advertised(
        _ configuration: ServerConfiguration, _ addresses: [(listener: String, address: SocketAddress)]
    ) -> [Endpoint] {
        configuration.advertisedListeners.map { endpoint in
            var endpoint = endpoint
            if endpoint.host.isEmpty { endpoint.host = "localhost" }
            if endpoint.port == 0, let bound = addresses.first(where: { $0.listener == endpoint.listenerName }) {
                endpoint.port = bound.address.port
            }
            return endpoint
        }
    }

    /// Clients' connections that are open.
    package var connectionCount: Int {
        get async {
            var count = 0
            for shard in shards { count += await shard.connectionCount }
            return count
        }
    }

    /// Ends all connections, closes all logs, and marks the directories as cleanly shut down.
    package func stop() async {
        node.logger.info("shutting down")
        var offsets = await Self.close(shards)
        offsets.add(await controller.offsets())
        let epoch = await controller.registeredEpoch
        await controller.close()
        await storage.close(offsets, brokerEpoch: epoch)
        for shard in shards { await shard.part() }
        node.logger.info("shut down")
    }

    /// Ends what the shards serve and closes their logs; returns what the checkpoints shall say.
    private static func close(_ shards: [Shard]) async -> CollectedOffsets {
        for shard in shards { await shard.beginStopping() }
        for shard in shards { await shard.drain() }
        var offsets = CollectedOffsets()
        for shard in shards { offsets.add(await shard.closeLogs()) }
        return offsets
    }
}
