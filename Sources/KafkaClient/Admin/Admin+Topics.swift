public import Bytes
import KafkaProtocol

/// A topic to be made.
public struct NewTopic: Sendable {
    public var name: String
    /// −1 for the cluster's default.
    public var partitionCount: Int32
    /// −1 for the cluster's default.
    public var replicationFactor: Int16
    /// Brokers by partition; instead of the two numbers.
    public var assignment: [[Int32]]
    public var configs: [(name: String, value: String)]

    public init(
        _ name: String, partitionCount: Int32 = -1, replicationFactor: Int16 = -1, assignment: [[Int32]] = [],
        configs: [(name: String, value: String)] = []
    ) {
        self.name = name
        self.partitionCount = partitionCount
        self.replicationFactor = replicationFactor
        self.assignment = assignment
        self.configs = configs
    }
}

extension Admin {
    /// Makes a topic, and returns its id.
    @discardableResult
    public func createTopic(_ topic: NewTopic, validateOnly: Bool = false) async throws(ClientError) -> UUID {
        var request = CreateTopicsRequest()
        request.timeoutMilliseconds = requestTimeout
        request.validateOnly = validateOnly
        request.topics = [
            CreateTopicsRequest.Topic { made in
                made.name = topic.name
                made.partitionCount = topic.assignment.isEmpty ? topic.partitionCount : -1
                made.replicationFactor = topic.assignment.isEmpty ? topic.replicationFactor : -1
                made.assignments = topic.assignment.enumerated().map { index, brokers in
                    CreateTopicsRequest.Assignment {
                        $0.partitionIndex = Int32(clamping: index)
                        $0.brokerIDs = brokers
                    }
                }
                made.configs = topic.configs.map { config in
                    CreateTopicsRequest.Config {
                        $0.name = config.name
                        $0.value = config.value
                    }
                }
            }
        ]
        let asked = request
        let response = try await cluster.retrying("createTopics") {
            () async throws(ClientError) -> CreateTopicsResponse in
            let response = try await self.cluster.anyConnection().request(asked)
            try Self.throwPassing(response.topics.first?.errorCode, response.topics.first?.errorMessage)
            return response
        }
        guard let result = response.topics.first else { throw ClientError(.unknownServerError) }
        if let error = ClientError(code: result.errorCode, result.errorMessage) { throw error }
        return result.topicID
    }

    public func deleteTopic(_ name: String) async throws(ClientError) {
        var request = DeleteTopicsRequest()
        request.timeoutMilliseconds = requestTimeout
        request.topics = [DeleteTopicsRequest.Topic { $0.name = name }]
        var legacy = request
        legacy.topics = []
        legacy.topicNames = [name]
        let (current, old) = (request, legacy)
        let response = try await cluster.retrying("deleteTopics") {
            () async throws(ClientError) -> DeleteTopicsResponse in
            let connection = try await self.cluster.anyConnection()
            let newest = await connection.servedVersions?.ranges[DeleteTopicsRequest.key]?.upperBound ?? 0
            let response = try await connection.request(newest >= 6 ? current : old)
            try Self.throwPassing(response.responses.first?.errorCode, response.responses.first?.errorMessage)
            return response
        }
        if let result = response.responses.first, let error = ClientError(code: result.errorCode, result.errorMessage) {
            throw error
        }
    }

    /// Gives a topic more partitions: `count` in all. `assignment` names the brokers of the new ones.
    public func createPartitions(
        _ topic: String, count: Int32, assignment: [[Int32]]? = nil
    ) async throws(ClientError) {
        var request = CreatePartitionsRequest()
        request.timeoutMilliseconds = requestTimeout
        request.topics = [
            CreatePartitionsRequest.Topic { change in
                change.name = topic
                change.count = count
                change.assignments = assignment?.map { brokers in
                    CreatePartitionsRequest.Assignment { $0.brokerIDs = brokers }
                }
            }
        ]
        let asked = request
        let response = try await cluster.retrying("createPartitions") {
            () async throws(ClientError) -> CreatePartitionsResponse in
            let response = try await self.cluster.anyConnection().request(asked)
            try Self.throwPassing(response.results.first?.errorCode, response.results.first?.errorMessage)
            return response
        }
        if let result = response.results.first, let error = ClientError(code: result.errorCode, result.errorMessage) {
            throw error
        }
    }

    /// Throws what another broker or a little patience may heal. The rest is an answer, though clients that produce
    /// would take some of it for passing: a topic that isn't there doesn't come by asking again.
    private static func throwPassing(_ code: Int16?, _ message: String?) throws(ClientError) {
        switch KafkaError(code: code ?? 0) {
        case .notController, .throttlingQuotaExceeded, .requestTimedOut:
            if let error = ClientError(code: code ?? 0, message) { throw error }
        default: break
        }
    }

    /// All topics, sorted by name, without what only ``describeTopics(_:)`` knows.
    public func listTopics(includingInternal: Bool = true) async throws(ClientError) -> [TopicMetadata] {
        let metadata = try await cluster.retrying("listTopics") { () async throws(ClientError) -> ClusterMetadata in
            try await self.cluster.fetchMetadata(nil)
        }
        return metadata.topics.filter { includingInternal || !$0.isInternal }.sorted { $0.name < $1.name }
    }

    /// Topics with all that is known of their partitions, in the order asked; those that don't exist carry their
    /// error.
    /// - Parameter pageLimit: partitions of one answer.
    public func describeTopics(
        _ names: [String], pageLimit: Int32 = 2000
    ) async throws(ClientError) -> [TopicMetadata] {
        let connection = try await cluster.retrying("describeTopics") { () async throws(ClientError) -> Connection in
            try await self.cluster.anyConnection()
        }
        let all: [TopicMetadata]
        if await connection.servedVersions?.ranges[DescribeTopicPartitionsRequest.key] != nil {
            all = try await describePages(names, pageLimit)
        } else {
            all = try await cluster.retrying("describeTopics") { () async throws(ClientError) -> ClusterMetadata in
                try await self.cluster.fetchMetadata(names)
            }.topics
        }
        let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return names.compactMap { byName[$0] }
    }

    /// Topics by their ids, in the order asked.
    public func describeTopics(ids: [UUID]) async throws(ClientError) -> [TopicMetadata] {
        var request = MetadataRequest()
        request.allowAutoTopicCreation = false
        request.topics = ids.map { id in
            MetadataRequest.Topic {
                $0.topicID = id
                $0.name = nil
            }
        }
        let response = try await cluster.ask(
            request, call: "describeTopics", versions: 12...MetadataRequest.versions.upperBound)
        let byID = Dictionary(
            response.topics.map { ($0.topicID, TopicMetadata($0)) }, uniquingKeysWith: { first, _ in first })
        return ids.compactMap { byID[$0] }
    }

    private func describePages(_ names: [String], _ limit: Int32) async throws(ClientError) -> [TopicMetadata] {
        var request = DescribeTopicPartitionsRequest()
        request.topics = names.sorted().map { name in DescribeTopicPartitionsRequest.Topic { $0.name = name } }
        request.responsePartitionLimit = limit
        var topics: [String: DescribeTopicPartitionsResponse.Topic] = [:]
        while true {
            let response = try await cluster.ask(request, call: "describeTopics")
            for topic in response.topics {
                topics[topic.name ?? "", default: topic].partitions +=
                    topics[topic.name ?? ""] == nil ? [] : topic.partitions
            }
            guard let cursor = response.nextCursor else { break }
            request.topics.removeAll { $0.name < cursor.topicName }
            request.cursor = DescribeTopicPartitionsRequest.Cursor {
                $0.topicName = cursor.topicName
                $0.partitionIndex = cursor.partitionIndex
            }
        }
        return topics.values.map { TopicMetadata($0, $0.partitions) }
    }
}
