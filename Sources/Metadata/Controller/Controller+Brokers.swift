package import Bytes
package import KafkaProtocol

/// A broker that has started and wants to be part of the cluster.
package struct BrokerRegistration: Sendable {
    package var brokerID: Int32
    package var clusterID: String
    /// A new one at every start.
    package var incarnationID: UUID
    package var endpoints: [Endpoint]
    package var features: [String: ClosedRange<Int16>]
    package var rack: String?
    package var logDirectories: [UUID]

    package init(
        brokerID: Int32, clusterID: String, incarnationID: UUID, endpoints: [Endpoint],
        features: [String: ClosedRange<Int16>] = Feature.kafkaSupported, rack: String? = nil, logDirectories: [UUID]
    ) {
        self.brokerID = brokerID
        self.clusterID = clusterID
        self.incarnationID = incarnationID
        self.endpoints = endpoints
        self.features = features
        self.rack = rack
        self.logDirectories = logDirectories
    }
}

/// A refusal with the protocol's error and Kafka's sentence.
package struct ControllerError: Error, Equatable, Sendable {
    package let error: KafkaError
    package let message: String

    package init(_ error: KafkaError, _ message: String? = nil) {
        self.error = error
        self.message = message ?? error.sentence
    }
}

extension Controller {
    /// Registers a broker, fenced: it is unfenced when it has caught up.
    ///
    /// - Parameter nextOffset: that of the first record, which becomes the broker's epoch.
    /// - Returns: the broker's epoch.
    package func registerBroker(
        _ registration: BrokerRegistration, nextOffset: Int64
    ) throws(ControllerError) -> Decision<Int64> {
        guard registration.clusterID == image.clusterID else {
            throw ControllerError(
                .inconsistentClusterID,
                "Expected cluster ID \(image.clusterID), but got cluster ID \(registration.clusterID)")
        }
        for (name, level) in image.features.sorted(by: { $0.key < $1.key }) {
            let range = registration.features[name] ?? 0...0
            guard range.contains(level) else {
                throw ControllerError(
                    .unsupportedVersion,
                    "Unable to register because the broker does not support finalized version \(level) of \(name). The "
                        + "broker wants a version between \(range.lowerBound) and \(range.upperBound), inclusive.")
            }
        }
        try checkDirectories(registration)
        let previous = image.brokers[registration.brokerID]
        let isSameProcess = previous?.incarnationID == registration.incarnationID
        var registered = BrokerImage(RegisterBrokerRecord())
        registered.id = registration.brokerID
        registered.epoch = isSameProcess ? previous?.epoch ?? nextOffset : nextOffset
        registered.incarnationID = registration.incarnationID
        registered.endpoints = registration.endpoints
        registered.features = registration.features
        registered.rack = registration.rack
        registered.isFenced = isSameProcess ? previous?.isFenced ?? true : true
        registered.isInControlledShutdown = isSameProcess ? previous?.isInControlledShutdown ?? false : false
        registered.logDirectories = registration.logDirectories
        registered.cordonedLogDirectories = nil
        return Decision(registered.epoch, records: [.registerBroker(registered.record)])
    }

    private func checkDirectories(_ registration: BrokerRegistration) throws(ControllerError) {
        guard !registration.logDirectories.isEmpty else {
            throw ControllerError(.invalidRegistration, "No directories specified in request")
        }
        guard !registration.logDirectories.contains(where: { $0.high == 0 && $0.low < 100 }) else {
            throw ControllerError(.invalidRegistration, "Reserved directory ID in request")
        }
        guard Set(registration.logDirectories).count == registration.logDirectories.count else {
            throw ControllerError(.invalidRegistration, "Duplicate directory ID in request")
        }
        for (id, broker) in image.brokers.sorted(by: { $0.key < $1.key }) where id != registration.brokerID {
            if let shared = broker.logDirectories.first(where: registration.logDirectories.contains) {
                throw ControllerError(
                    .invalidRegistration, "Broker \(id) is already registered with directory \(shared)")
            }
        }
    }

    /// The broker has caught up: clients may be sent to it, and partitions that nobody leads and it may lead get it.
    package func unfenceBroker(_ id: Int32, epoch: Int64) throws(ControllerError) -> Decision<Void> {
        let broker = try broker(id, epoch: epoch)
        var records: [MetadataRecord] = []
        if broker.isFenced { records.append(.brokerRegistrationChange(.of(broker) { $0.fenced = -1 })) }
        if broker.cordonedLogDirectories == nil {
            records.append(.brokerRegistrationChange(.of(broker) { $0.cordonedLogDirs = [] }))
        }
        forEachPartition { topicID, index, partition in
            guard partition.replicas.contains(id) else { return }
            guard broker.hasOnline(partition.directory(of: id)) else {
                if partition.leader == id { records.append(.partitionChange(.of(topicID, index) { $0.leader = -1 })) }
                return
            }
            guard partition.leader == -1 else { return }
            if partition.inSyncReplicas.contains(id) {
                records.append(.partitionChange(.of(topicID, index) { $0.leader = id }))
            } else if partition.eligibleLeaderReplicas.contains(id)
                || (partition.inSyncReplicas.isEmpty && partition.eligibleLeaderReplicas.isEmpty
                    && partition.lastKnownEligibleLeaders == [id])
            {
                let change = PartitionChangeRecord.of(topicID, index) {
                    $0.isr = [id]
                    $0.leader = id
                    $0.eligibleLeaderReplicas = partition.eligibleLeaderReplicas.filter { $0 != id }
                    $0.lastKnownELR = []
                }
                records.append(.partitionChange(change))
            }
        }
        return Decision((), records: records)
    }

    /// The broker is about to stop: it leads nothing any more, and is remembered as one that had everything.
    package func beginControlledShutdown(_ id: Int32, epoch: Int64) throws(ControllerError) -> Decision<Void> {
        let broker = try broker(id, epoch: epoch)
        guard !broker.isInControlledShutdown else { return Decision(()) }
        var records: [MetadataRecord] = [
            .brokerRegistrationChange(.of(broker) { $0.inControlledShutdown = 1 })
        ]
        forEachPartition { topicID, index, partition in
            guard partition.inSyncReplicas.contains(id) else { return }
            let rest = partition.inSyncReplicas.filter { $0 != id }
            let next = rest.first { image.brokers[$0]?.isActive == true }
            if rest.isEmpty, !image.keepsEligibleLeaders {
                guard partition.leader == id else { return }
                records.append(.partitionChange(.of(topicID, index) { $0.leader = -1 }))
                return
            }
            let change = PartitionChangeRecord.of(topicID, index) {
                $0.isr = rest
                if partition.leader == id { $0.leader = next ?? -1 }
                if rest.isEmpty {
                    $0.eligibleLeaderReplicas = [id]
                    $0.lastKnownELR = [id]
                }
            }
            records.append(.partitionChange(change))
        }
        return Decision((), records: records)
    }

    /// The broker is gone: clients aren't sent to it any more.
    package func fenceBroker(_ id: Int32, epoch: Int64) throws(ControllerError) -> Decision<Void> {
        let broker = try broker(id, epoch: epoch)
        if broker.isFenced { return Decision(()) }
        return Decision((), records: [.brokerRegistrationChange(.of(broker) { $0.fenced = 1 })])
    }

    /// Registers this controller, as every one does when it begins.
    package func registerController(
        _ id: Int32, incarnationID: UUID, endpoints: [Endpoint]
    ) -> Decision<Void> {
        let registered = ControllerImage(
            id: id, incarnationID: incarnationID, endpoints: endpoints, features: supportedFeatures)
        return Decision((), records: [.registerController(registered.record)])
    }

    func broker(_ id: Int32, epoch: Int64) throws(ControllerError) -> BrokerImage {
        guard let broker = image.brokers[id] else {
            throw ControllerError(.brokerIDNotRegistered, "No broker registration found for broker id \(id)")
        }
        guard broker.epoch == epoch else {
            throw ControllerError(
                .staleBrokerEpoch, "Expected broker epoch \(broker.epoch), but got broker epoch \(epoch)")
        }
        return broker
    }

    func forEachPartition(_ body: (UUID, Int32, PartitionImage) -> Void) {
        for (id, topic) in image.topicsByID.sorted(by: { $0.key < $1.key }) {
            for (index, partition) in topic.sortedPartitions { body(id, index, partition) }
        }
    }
}

extension BrokerRegistrationChangeRecord {
    static func of(_ broker: BrokerImage, _ fill: (inout Self) -> Void) -> Self {
        Self {
            $0.brokerID = broker.id
            $0.brokerEpoch = broker.epoch
            fill(&$0)
        }
    }
}

extension PartitionChangeRecord {
    static func of(_ topicID: UUID, _ index: Int32, _ fill: (inout Self) -> Void) -> Self {
        Self {
            $0.topicID = topicID
            $0.partitionID = index
            fill(&$0)
        }
    }
}
