package import KafkaProtocol

/// A record of the cluster's metadata log.
package enum MetadataRecord: Sendable {
    case registerBroker(RegisterBrokerRecord)
    case unregisterBroker(UnregisterBrokerRecord)
    case topic(TopicRecord)
    case partition(PartitionRecord)
    case config(ConfigRecord)
    case partitionChange(PartitionChangeRecord)
    case fenceBroker(FenceBrokerRecord)
    case unfenceBroker(UnfenceBrokerRecord)
    case removeTopic(RemoveTopicRecord)
    case delegationToken(DelegationTokenRecord)
    case userScramCredential(UserScramCredentialRecord)
    case featureLevel(FeatureLevelRecord)
    case clientQuota(ClientQuotaRecord)
    case producerIDs(ProducerIDsRecord)
    case brokerRegistrationChange(BrokerRegistrationChangeRecord)
    case accessControlEntry(AccessControlEntryRecord)
    case removeAccessControlEntry(RemoveAccessControlEntryRecord)
    case noOp(NoOpRecord)
    case zkMigrationState(ZkMigrationStateRecord)
    case removeUserScramCredential(RemoveUserScramCredentialRecord)
    case beginTransaction(BeginTransactionRecord)
    case endTransaction(EndTransactionRecord)
    case abortTransaction(AbortTransactionRecord)
    case removeDelegationToken(RemoveDelegationTokenRecord)
    case registerController(RegisterControllerRecord)
    case clearELR(ClearELRRecord)

    /// The message in it.
    package var message: any KafkaMessage {
        switch self {
        case .registerBroker(let record): record
        case .unregisterBroker(let record): record
        case .topic(let record): record
        case .partition(let record): record
        case .config(let record): record
        case .partitionChange(let record): record
        case .fenceBroker(let record): record
        case .unfenceBroker(let record): record
        case .removeTopic(let record): record
        case .delegationToken(let record): record
        case .userScramCredential(let record): record
        case .featureLevel(let record): record
        case .clientQuota(let record): record
        case .producerIDs(let record): record
        case .brokerRegistrationChange(let record): record
        case .accessControlEntry(let record): record
        case .removeAccessControlEntry(let record): record
        case .noOp(let record): record
        case .zkMigrationState(let record): record
        case .removeUserScramCredential(let record): record
        case .beginTransaction(let record): record
        case .endTransaction(let record): record
        case .abortTransaction(let record): record
        case .removeDelegationToken(let record): record
        case .registerController(let record): record
        case .clearELR(let record): record
        }
    }

    /// The version that Kafka 4.3 writes it in at metadata.version 30: of changes, the lowest that holds them.
    package var version: Int16 {
        switch self {
        case .registerBroker: 4
        case .partition, .partitionChange: 2
        case .brokerRegistrationChange(let change):
            if change.cordonedLogDirs != nil {
                3
            } else if !change.logDirs.isEmpty {
                2
            } else if change.inControlledShutdown != 0 {
                1
            } else {
                0
            }
        default: 0
        }
    }
}
