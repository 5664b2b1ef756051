import Bytes
import KafkaProtocol

@testable import Metadata

/// A cluster of some brokers that replays what its controller decides.
struct Cluster {
    static let clusterID = "4L6g3nShT-eMCtK--X86sw"
    static let features = [Feature(Feature.metadataVersion, 30), Feature(Feature.eligibleLeaderReplicas, 1)]

    var controller: Controller
    var nextOffset: Int64 = 0
    private var ids: UInt64 = 0

    init(
        brokers: Int32 = 1, features: [Feature] = Cluster.features, settings: [(name: String, value: String)] = []
    ) throws {
        let server = try ServerConfiguration(
            ServerConfiguration.embedded(dataDirectory: "data"), overrides: settings)
        controller = Controller(clusterID: Self.clusterID, server: server)
        try append(Bootstrap.logRecords(Bootstrap.checkpointRecords(features), server: server))
        for id in 1...max(brokers, 1) where brokers > 0 {
            let registered = try controller.registerBroker(Self.registration(id), nextOffset: nextOffset)
            try append(registered.records)
            try append(try controller.unfenceBroker(id, epoch: registered.answer).records)
        }
        _ = controller.takeChanges()
    }

    var image: ClusterImage { controller.image }

    static func directory(_ broker: Int32) -> UUID { UUID(high: 7, low: UInt64(UInt32(bitPattern: broker))) }

    static func registration(_ id: Int32, incarnation: UInt64 = 1) -> BrokerRegistration {
        BrokerRegistration(
            brokerID: id, clusterID: clusterID, incarnationID: UUID(high: incarnation, low: 1),
            endpoints: [
                Endpoint(
                    listenerName: "PLAINTEXT", host: "host\(id)", port: 9092, securityProtocol: .plaintext)
            ],
            rack: "r\(id)", logDirectories: [directory(id)])
    }

    mutating func append(_ records: [MetadataRecord]) throws {
        for record in records {
            try controller.replay(record, offset: nextOffset)
            nextOffset += 1
        }
    }

    mutating func newID() -> UUID {
        ids += 1
        return UUID(high: 1000, low: ids)
    }

    @discardableResult
    mutating func create(
        _ topics: CreateTopicsRequest.Topic..., validateOnly: Bool = false
    ) throws -> [CreateTopicsResponse.Topic] {
        var next = ids
        let request = CreateTopicsRequest {
            $0.topics = topics
            $0.validateOnly = validateOnly
        }
        let decision = controller.createTopics(
            request,
            newID: {
                next += 1
                return UUID(high: 1000, low: next)
            })
        ids = next
        try append(decision.records)
        return decision.answer.topics
    }

    static func topic(
        _ name: String, partitions: Int32 = 1, factor: Int16 = 1, configs: [(name: String, value: String?)] = []
    ) -> CreateTopicsRequest.Topic {
        CreateTopicsRequest.Topic {
            $0.name = name
            $0.partitionCount = partitions
            $0.replicationFactor = factor
            $0.configs = configs.map { name, value in
                CreateTopicsRequest.Config {
                    $0.name = name
                    $0.value = value
                }
            }
        }
    }

    static func assigned(_ name: String, _ assignments: [(index: Int32, brokers: [Int32])]) -> CreateTopicsRequest.Topic
    {
        CreateTopicsRequest.Topic {
            $0.name = name
            $0.partitionCount = -1
            $0.replicationFactor = -1
            $0.assignments = assignments.map { index, brokers in
                CreateTopicsRequest.Assignment {
                    $0.partitionIndex = index
                    $0.brokerIDs = brokers
                }
            }
        }
    }

    /// 0 set, 1 delete, 2 append, 3 subtract.
    @discardableResult
    mutating func alter(
        _ type: ConfigResourceType, _ name: String, _ changes: (operation: Int8, name: String, value: String?)...
    ) throws -> (error: KafkaError, message: String?) {
        let request = IncrementalAlterConfigsRequest {
            $0.resources = [
                IncrementalAlterConfigsRequest.Resource {
                    $0.resourceType = type.rawValue
                    $0.resourceName = name
                    $0.configs = changes.map { change in
                        IncrementalAlterConfigsRequest.Config {
                            $0.name = change.name
                            $0.configOperation = change.operation
                            $0.value = change.value
                        }
                    }
                }
            ]
        }
        let decision = controller.incrementalAlterConfigs(request)
        try append(decision.records)
        let answer = decision.answer.responses[0]
        return (KafkaError(code: answer.errorCode), answer.errorMessage)
    }
}
