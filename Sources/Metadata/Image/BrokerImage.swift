package import Bytes
import KafkaProtocol

/// A broker as the cluster knows it.
package struct BrokerImage: Equatable, Sendable {
    package var id: Int32
    /// The offset of its registration.
    package var epoch: Int64
    /// A new one at every start.
    package var incarnationID: UUID
    package var endpoints: [Endpoint]
    package var features: [String: ClosedRange<Int16>]
    package var rack: String?
    /// Clients aren't sent to it.
    package var isFenced: Bool
    package var isInControlledShutdown: Bool
    package var logDirectories: [UUID]
    /// `nil` until the broker has said which.
    package var cordonedLogDirectories: [UUID]?

    /// Whether it may lead partitions.
    package var isActive: Bool { !isFenced && !isInControlledShutdown }

    /// Whether it may get new replicas: not when all its directories are cordoned.
    package var takesReplicas: Bool {
        logDirectories.isEmpty || !logDirectories.allSatisfy((cordonedLogDirectories ?? []).contains)
    }

    package func endpoint(_ listenerName: String) -> Endpoint? {
        endpoints.first { $0.listenerName == listenerName }
    }

    /// Where a new replica goes: the only directory; with several, the broker chooses among those that aren't cordoned.
    package var directoryForNewReplica: UUID {
        logDirectories.count == 1 ? logDirectories[0] : ClusterImage.unassignedDirectory
    }

    /// Whether a replica that lies in `directory` can be served. One whose directory isn't known counts as such.
    package func hasOnline(_ directory: UUID) -> Bool {
        directory == ClusterImage.unassignedDirectory || directory == ClusterImage.migratingDirectory
            || logDirectories.contains(directory)
    }

    init(_ record: RegisterBrokerRecord) {
        id = record.brokerID
        epoch = record.brokerEpoch
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
        rack = record.rack
        isFenced = record.fenced
        isInControlledShutdown = record.inControlledShutdown
        logDirectories = record.logDirs
        cordonedLogDirectories = record.cordonedLogDirs
    }

    /// The registration that gives this image back.
    var record: RegisterBrokerRecord {
        RegisterBrokerRecord {
            $0.brokerID = id
            $0.incarnationID = incarnationID
            $0.brokerEpoch = epoch
            $0.endPoints = endpoints.map { endpoint in
                RegisterBrokerRecord.BrokerEndpoint {
                    $0.name = endpoint.listenerName
                    $0.host = endpoint.host
                    $0.port = endpoint.port
                    $0.securityProtocol = endpoint.securityProtocol.rawValue
                }
            }
            $0.features = features.sorted { $0.key < $1.key }.map { name, range in
                RegisterBrokerRecord.BrokerFeature {
                    $0.name = name
                    $0.minSupportedVersion = range.lowerBound
                    $0.maxSupportedVersion = range.upperBound
                }
            }
            $0.rack = rack
            $0.fenced = isFenced
            $0.inControlledShutdown = isInControlledShutdown
            $0.logDirs = logDirectories
            $0.cordonedLogDirs = cordonedLogDirectories
        }
    }
}
