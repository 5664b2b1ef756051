import Bytes
import KafkaProtocol

/// A log that contradicts itself: nothing that a broker can go on with.
package struct ReplayError: Error, Equatable, Sendable, CustomStringConvertible {
    package let message: String
    package var description: String { message }
    init(_ message: String) { self.message = message }
}

extension ClusterImage {
    /// Takes the record at `offset` in, and adds to `changes` what it made different. Transactions are the caller's.
    mutating func apply(
        _ record: MetadataRecord, offset: Int64, _ changes: inout [ClusterChange]
    ) throws(ReplayError) {
        self.offset = max(self.offset, offset)
        switch record {
        case .registerBroker, .unregisterBroker, .fenceBroker, .unfenceBroker, .brokerRegistrationChange,
            .registerController:
            try applyNode(record, &changes)
        case .topic(let topic): try apply(topic, &changes)
        case .removeTopic(let removal): try apply(removal, &changes)
        case .partition(let partition): try apply(partition, &changes)
        case .partitionChange(let change): try apply(change, &changes)
        case .clearELR(let clearing): apply(clearing, &changes)
        case .config(let config): apply(config, &changes)
        case .featureLevel(let feature):
            features[feature.name] = feature.featureLevel == 0 ? nil : feature.featureLevel
            changes.append(.feature(feature.name))
        case .producerIDs(let block):
            guard block.nextProducerID > nextProducerID else {
                throw ReplayError("Producer ids go back from \(nextProducerID) to \(block.nextProducerID).")
            }
            nextProducerID = block.nextProducerID
            changes.append(.producerIDs)
        case .clientQuota(let quota): apply(quota, &changes)
        case .userScramCredential, .removeUserScramCredential, .delegationToken, .removeDelegationToken,
            .accessControlEntry, .removeAccessControlEntry:
            applySecurity(record, &changes)
        case .noOp, .zkMigrationState, .beginTransaction, .endTransaction, .abortTransaction: break
        }
    }

    // MARK: Topics

    private mutating func apply(_ record: TopicRecord, _ changes: inout [ClusterChange]) throws(ReplayError) {
        guard topicIDs[record.name] == nil, topicsByID[record.topicID] == nil else {
            throw ReplayError("Topic \(record.name) (\(record.topicID)) is created, but it exists already.")
        }
        topicIDs[record.name] = record.topicID
        topicsByID[record.topicID] = TopicImage(name: record.name, id: record.topicID)
        changes.append(.topicCreated(name: record.name, id: record.topicID))
    }

    private mutating func apply(_ record: RemoveTopicRecord, _ changes: inout [ClusterChange]) throws(ReplayError) {
        guard let topic = topicsByID.removeValue(forKey: record.topicID) else {
            throw ReplayError("Topic \(record.topicID) is removed, but it doesn't exist.")
        }
        topicIDs[topic.name] = nil
        configs[ConfigResource(.topic, topic.name)] = nil
        changes.append(.topicRemoved(name: topic.name, id: topic.id))
    }

    private mutating func apply(_ record: PartitionRecord, _ changes: inout [ClusterChange]) throws(ReplayError) {
        guard topicsByID[record.topicID] != nil, record.partitionID >= 0 else {
            throw ReplayError("Partition \(record.partitionID) of topic \(record.topicID), which doesn't exist.")
        }
        topicsByID[record.topicID]?.partitions[record.partitionID] = PartitionImage(record)
        changes.append(.partition(topicID: record.topicID, index: record.partitionID))
    }

    private mutating func apply(_ record: PartitionChangeRecord, _ changes: inout [ClusterChange]) throws(ReplayError) {
        guard topicsByID[record.topicID]?.partitions[record.partitionID] != nil else {
            throw ReplayError(
                "A change of partition \(record.partitionID) of topic \(record.topicID), which doesn't exist.")
        }
        topicsByID[record.topicID]?.partitions[record.partitionID]?.merge(record)
        changes.append(.partition(topicID: record.topicID, index: record.partitionID))
    }

    private mutating func apply(_ record: ClearELRRecord, _ changes: inout [ClusterChange]) {
        let ids = record.topicName.isEmpty ? Array(topicsByID.keys) : topicIDs[record.topicName].map { [$0] } ?? []
        for id in ids.sorted() {
            for (index, partition) in topicsByID[id]?.sortedPartitions ?? []
            where !partition.eligibleLeaderReplicas.isEmpty || !partition.lastKnownEligibleLeaders.isEmpty {
                topicsByID[id]?.partitions[index]?.eligibleLeaderReplicas = []
                topicsByID[id]?.partitions[index]?.lastKnownEligibleLeaders = []
                changes.append(.partition(topicID: id, index: index))
            }
        }
    }

    /// A resource type that we don't know is left out: it belongs to a feature that we don't have.
    private mutating func apply(_ record: ConfigRecord, _ changes: inout [ClusterChange]) {
        guard let type = ConfigResourceType(rawValue: record.resourceType) else { return }
        let resource = ConfigResource(type, record.resourceName)
        configs[resource, default: [:]][record.name] = record.value
        if configs[resource]?.isEmpty == true { configs[resource] = nil }
        changes.append(.config(resource, name: record.name))
    }

    private mutating func apply(_ record: ClientQuotaRecord, _ changes: inout [ClusterChange]) {
        let parts = record.entity.map { QuotaEntity.Part(type: $0.entityType, name: $0.entityName) }
        let entity = QuotaEntity(parts: parts.sorted { $0.type < $1.type })
        clientQuotas[entity, default: [:]][record.key] = record.remove ? nil : record.value
        if clientQuotas[entity]?.isEmpty == true { clientQuotas[entity] = nil }
        changes.append(.clientQuotas)
    }

    // MARK: Brokers and controllers

    private mutating func applyNode(_ record: MetadataRecord, _ changes: inout [ClusterChange]) throws(ReplayError) {
        switch record {
        case .registerBroker(let registration):
            brokers[registration.brokerID] = BrokerImage(registration)
            changes.append(.broker(registration.brokerID))
        case .unregisterBroker(let removal):
            guard brokers[removal.brokerID]?.epoch == removal.brokerEpoch else {
                throw ReplayError("Broker \(removal.brokerID) is removed, but isn't registered with that epoch.")
            }
            brokers[removal.brokerID] = nil
            changes.append(.broker(removal.brokerID))
        case .fenceBroker(let fencing):
            try changeBroker(fencing.id, fencing.epoch, &changes) { $0.isFenced = true }
        case .unfenceBroker(let fencing):
            try changeBroker(fencing.id, fencing.epoch, &changes) { $0.isFenced = false }
        case .brokerRegistrationChange(let change):
            try changeBroker(change.brokerID, change.brokerEpoch, &changes) { broker in
                if change.fenced != 0 { broker.isFenced = change.fenced > 0 }
                if change.inControlledShutdown == 1 { broker.isInControlledShutdown = true }
                if !change.logDirs.isEmpty { broker.logDirectories = change.logDirs }
                if let cordoned = change.cordonedLogDirs { broker.cordonedLogDirectories = cordoned }
            }
        case .registerController(let registration):
            controllers[registration.controllerID] = ControllerImage(registration)
            changes.append(.controller(registration.controllerID))
        default: break
        }
    }

    private mutating func changeBroker(
        _ id: Int32, _ epoch: Int64, _ changes: inout [ClusterChange], _ change: (inout BrokerImage) -> Void
    ) throws(ReplayError) {
        guard var broker = brokers[id], broker.epoch == epoch else {
            throw ReplayError("A change of broker \(id), which isn't registered with epoch \(epoch).")
        }
        change(&broker)
        brokers[id] = broker
        changes.append(.broker(id))
    }

    // MARK: Security

    private mutating func applySecurity(_ record: MetadataRecord, _ changes: inout [ClusterChange]) {
        switch record {
        case .userScramCredential(let credential):
            scramCredentials[ScramName(user: credential.name, mechanism: credential.mechanism)] = ScramCredential(
                salt: credential.salt, storedKey: credential.storedKey, serverKey: credential.serverKey,
                iterations: credential.iterations)
        case .removeUserScramCredential(let removal):
            scramCredentials[ScramName(user: removal.name, mechanism: removal.mechanism)] = nil
        case .delegationToken(let token):
            delegationTokens[token.tokenID] = DelegationToken(
                id: token.tokenID, owner: token.owner, requester: token.requester, renewers: token.renewers,
                issueTimestamp: token.issueTimestamp, maxTimestamp: token.maxTimestamp,
                expirationTimestamp: token.expirationTimestamp)
        case .removeDelegationToken(let removal): delegationTokens[removal.tokenID] = nil
        case .accessControlEntry(let entry):
            accessControlEntries[entry.id] = AccessControlEntry(
                id: entry.id, resourceType: entry.resourceType, resourceName: entry.resourceName,
                patternType: entry.patternType, principal: entry.principal, host: entry.host,
                operation: entry.operation, permissionType: entry.permissionType)
        case .removeAccessControlEntry(let removal): accessControlEntries[removal.id] = nil
        default: return
        }
        changes.append(.security)
    }
}

extension ControllerImage {
    init(_ record: RegisterControllerRecord) {
        id = record.controllerID
        incarnationID = record.incarnationID
        endpoints = record.endPoints.map {
            Endpoint(
                listenerName: $0.name, host: $0.host, port: $0.port,
                securityProtocol: SecurityProtocol(rawValue: $0.securityProtocol) ?? .plaintext)
        }
        features = [:]
        for feature in record.features where feature.minSupportedVersion <= feature.maxSupportedVersion {
            features[feature.name] = feature.minSupportedVersion...feature.maxSupportedVersion
        }
    }

    var record: RegisterControllerRecord {
        RegisterControllerRecord {
            $0.controllerID = id
            $0.incarnationID = incarnationID
            $0.endPoints = endpoints.map { endpoint in
                RegisterControllerRecord.ControllerEndpoint {
                    $0.name = endpoint.listenerName
                    $0.host = endpoint.host
                    $0.port = endpoint.port
                    $0.securityProtocol = endpoint.securityProtocol.rawValue
                }
            }
            $0.features = features.sorted { $0.key < $1.key }.map { name, range in
                RegisterControllerRecord.ControllerFeature {
                    $0.name = name
                    $0.minSupportedVersion = range.lowerBound
                    $0.maxSupportedVersion = range.upperBound
                }
            }
        }
    }
}
