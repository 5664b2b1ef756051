package import Bytes
import KafkaProtocol

/// The cluster as the metadata log says up to some offset: a value, shared by copying. A copy is O(1); the first change
/// after one copies the dictionary that changes.
package struct ClusterImage: Equatable, Sendable {
    /// "Nobody has said yet which directory it is."
    package static let migratingDirectory = UUID(high: 0, low: 0)
    /// "The broker shall choose the directory."
    package static let unassignedDirectory = UUID(high: 0, low: 1)

    package let clusterID: String
    package internal(set) var brokers: [Int32: BrokerImage] = [:]
    package internal(set) var controllers: [Int32: ControllerImage] = [:]
    package internal(set) var topicsByID: [UUID: TopicImage] = [:]
    package internal(set) var topicIDs: [String: UUID] = [:]
    package internal(set) var configs: [ConfigResource: [String: String]] = [:]
    /// Finalized levels, none at 0.
    package internal(set) var features: [String: Int16] = [:]
    /// Where the next block begins.
    package internal(set) var nextProducerID: Int64 = 0
    package internal(set) var scramCredentials: [ScramName: ScramCredential] = [:]
    package internal(set) var clientQuotas: [QuotaEntity: [String: Double]] = [:]
    package internal(set) var accessControlEntries: [UUID: AccessControlEntry] = [:]
    package internal(set) var delegationTokens: [String: DelegationToken] = [:]
    /// Of the last record that counts in it; −1 for none. Also the epoch of the finalized features.
    package internal(set) var offset: Int64 = -1

    package init(clusterID: String) { self.clusterID = clusterID }

    package subscript(topic name: String) -> TopicImage? { topicIDs[name].flatMap { topicsByID[$0] } }

    package subscript(topicID id: UUID) -> TopicImage? { topicsByID[id] }

    package subscript(partition index: Int32, of name: String) -> PartitionImage? {
        self[topic: name]?.partitions[index]
    }

    /// A resource's own settings.
    package func config(_ resource: ConfigResource) -> [String: String] { configs[resource] ?? [:] }

    /// The settings of the broker `server` runs as, as they are now.
    package func layers(_ server: ServerConfiguration) -> BrokerConfigLayers {
        BrokerConfigLayers(
            server: server, broker: config(ConfigResource(.broker, String(server.nodeID))),
            allBrokers: config(.defaultBroker))
    }

    /// What the partitions of `topic` work with.
    package func topicConfig(_ topic: String, _ server: ServerConfiguration) -> TopicConfig {
        TopicConfig(overrides: config(ConfigResource(.topic, topic)), layers: layers(server))
    }

    package var metadataVersion: Int16 { features[Feature.metadataVersion] ?? 0 }

    /// Whether replicas that left the ISR cleanly may lead again (KIP-966).
    package var keepsEligibleLeaders: Bool { (features[Feature.eligibleLeaderReplicas] ?? 0) > 0 }

    /// In the names' order.
    package var sortedTopicNames: [String] { topicIDs.keys.sorted() }
}

/// A controller as the cluster knows it.
package struct ControllerImage: Equatable, Sendable {
    package var id: Int32
    package var incarnationID: UUID
    package var endpoints: [Endpoint]
    package var features: [String: ClosedRange<Int16>]
}

package struct ScramName: Hashable, Sendable {
    package var user: String
    /// 1 SHA-256, 2 SHA-512.
    package var mechanism: Int8
}

package struct ScramCredential: Equatable, Sendable {
    package var salt: ByteSlice
    package var storedKey: ByteSlice
    package var serverKey: ByteSlice
    package var iterations: Int32
}

/// Whom a quota is for: entity types with names, `nil` for "all others".
package struct QuotaEntity: Hashable, Sendable {
    package struct Part: Hashable, Sendable {
        package var type: String
        package var name: String?
    }
    /// Sorted by type.
    package var parts: [Part]
}

/// Who may, or may not, do what; the numbers are the protocol's.
package struct AccessControlEntry: Equatable, Sendable {
    package var id: UUID
    package var resourceType: Int8
    package var resourceName: String
    package var patternType: Int8
    package var principal: String
    package var host: String
    package var operation: Int8
    package var permissionType: Int8
}

/// Times are milliseconds since 1970.
package struct DelegationToken: Equatable, Sendable {
    package var id: String
    package var owner: String
    package var requester: String
    package var renewers: [String]
    package var issueTimestamp: Int64
    package var maxTimestamp: Int64
    package var expirationTimestamp: Int64
}
