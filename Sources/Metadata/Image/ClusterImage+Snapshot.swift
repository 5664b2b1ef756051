import KafkaProtocol

extension ClusterImage {
    /// Records that, replayed on nothing, give this image back (but for its offset): what a snapshot holds. In Kafka's
    /// order of kinds, and sorted within, so that equal images give equal bytes.
    package var snapshotRecords: [MetadataRecord] {
        var records: [MetadataRecord] = []
        appendFeatures(&records)
        for (_, broker) in brokers.sorted(by: { $0.key < $1.key }) { records.append(.registerBroker(broker.record)) }
        for (_, controller) in controllers.sorted(by: { $0.key < $1.key }) {
            records.append(.registerController(controller.record))
        }
        for (id, topic) in topicsByID.sorted(by: { $0.key < $1.key }) {
            records.append(
                .topic(
                    TopicRecord {
                        $0.name = topic.name
                        $0.topicID = id
                    }))
            for (index, partition) in topic.sortedPartitions {
                records.append(.partition(partition.record(topicID: id, index: index)))
            }
        }
        appendConfigs(&records)
        appendQuotas(&records)
        if nextProducerID > 0 {
            records.append(
                .producerIDs(
                    ProducerIDsRecord {
                        $0.brokerID = -1
                        $0.nextProducerID = nextProducerID
                    }))
        }
        appendSecurity(&records)
        return records
    }

    /// metadata.version first: it says how to read what follows.
    private func appendFeatures(_ records: inout [MetadataRecord]) {
        let ordered = features.sorted {
            ($0.key != Feature.metadataVersion ? 1 : 0, $0.key) < ($1.key != Feature.metadataVersion ? 1 : 0, $1.key)
        }
        for (name, level) in ordered {
            records.append(
                .featureLevel(
                    FeatureLevelRecord {
                        $0.name = name
                        $0.featureLevel = level
                    }))
        }
    }

    private func appendConfigs(_ records: inout [MetadataRecord]) {
        let ordered = configs.sorted { ($0.key.type.rawValue, $0.key.name) < ($1.key.type.rawValue, $1.key.name) }
        for (resource, settings) in ordered {
            for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
                records.append(.config(ConfigRecord(resource, name, value)))
            }
        }
    }

    private func appendQuotas(_ records: inout [MetadataRecord]) {
        let ordered = clientQuotas.sorted { "\($0.key.parts)" < "\($1.key.parts)" }
        for (entity, quotas) in ordered {
            for (key, value) in quotas.sorted(by: { $0.key < $1.key }) {
                records.append(
                    .clientQuota(
                        ClientQuotaRecord {
                            $0.entity = entity.parts.map { part in
                                ClientQuotaRecord.EntityData {
                                    $0.entityType = part.type
                                    $0.entityName = part.name
                                }
                            }
                            $0.key = key
                            $0.value = value
                        }))
            }
        }
    }

    private func appendSecurity(_ records: inout [MetadataRecord]) {
        for (_, entry) in accessControlEntries.sorted(by: { $0.key < $1.key }) {
            records.append(
                .accessControlEntry(
                    AccessControlEntryRecord {
                        $0.id = entry.id
                        $0.resourceType = entry.resourceType
                        $0.resourceName = entry.resourceName
                        $0.patternType = entry.patternType
                        $0.principal = entry.principal
                        $0.host = entry.host
                        $0.operation = entry.operation
                        $0.permissionType = entry.permissionType
                    }))
        }
        let credentials = scramCredentials.sorted { ($0.key.user, $0.key.mechanism) < ($1.key.user, $1.key.mechanism) }
        for (name, credential) in credentials {
            records.append(
                .userScramCredential(
                    UserScramCredentialRecord {
                        $0.name = name.user
                        $0.mechanism = name.mechanism
                        $0.salt = credential.salt
                        $0.storedKey = credential.storedKey
                        $0.serverKey = credential.serverKey
                        $0.iterations = credential.iterations
                    }))
        }
        for (_, token) in delegationTokens.sorted(by: { $0.key < $1.key }) {
            records.append(
                .delegationToken(
                    DelegationTokenRecord {
                        $0.owner = token.owner
                        $0.requester = token.requester
                        $0.renewers = token.renewers
                        $0.issueTimestamp = token.issueTimestamp
                        $0.maxTimestamp = token.maxTimestamp
                        $0.expirationTimestamp = token.expirationTimestamp
                        $0.tokenID = token.id
                    }))
        }
    }
}

extension ConfigRecord {
    /// - Parameter value: `nil` takes the setting away.
    init(_ resource: ConfigResource, _ settingName: String, _ settingValue: String?) {
        self.init()
        resourceType = resource.type.rawValue
        resourceName = resource.name
        name = settingName
        value = settingValue
    }
}
