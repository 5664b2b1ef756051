package import Bytes
package import KafkaProtocol

extension Controller {
    /// Decides about each topic by itself: a refused one doesn't keep the others from being created.
    ///
    /// - Parameters:
    ///   - newID: gives a topic id that nobody had.
    ///   - showsConfigs: whether whoever asks may see the settings of the topic.
    package func createTopics(
        _ request: CreateTopicsRequest, newID: () -> UUID, showsConfigs: (String) -> Bool = { _ in true }
    ) -> Decision<CreateTopicsResponse> {
        let counts = Dictionary(request.topics.map { ($0.name, 1) }, uniquingKeysWith: +)
        let isTooLarge = requestedPartitions(request) > ReplicaPlacement.partitionLimit
        var collisions = collisionNames()
        var decision = Decision(CreateTopicsResponse())
        var answered: Set<String> = []
        for topic in request.topics where answered.insert(topic.name).inserted {
            var result = CreateTopicsResponse.Topic { $0.name = topic.name }
            do throws(Refusal) {
                if counts[topic.name] != 1 { throw Refusal(.invalidRequest, "Duplicate topic name.") }
                if isTooLarge {
                    throw Refusal(.policyViolation, "Excessively large number of partitions per request.")
                }
                try checkNewName(topic.name, &collisions)
                let configs = try newTopicConfigs(topic)
                let id = newID()
                let partitions = try newPartitions(topic, id: id)
                let records = Self.records(topic.name, id, configs, partitions)
                if !request.validateOnly { decision.records += records }
                describe(&result, id: id, configs, partitions, showsConfigs: showsConfigs(topic.name))
            } catch {
                result.errorCode = error.error.code
                result.errorMessage = error.message
                result.configs = nil
            }
            decision.answer.topics.append(result)
        }
        return decision
    }

    private func requestedPartitions(_ request: CreateTopicsRequest) -> Int64 {
        request.topics.reduce(0) { sum, topic in
            let count =
                topic.assignments.isEmpty
                ? Int64(topic.partitionCount == -1 ? server.partitionCount : topic.partitionCount)
                : Int64(topic.assignments.count)
            return sum + max(count, 0)  // each below 2³¹, and a request has fewer than 2³¹ topics
        }
    }

    /// The topics that there are, by what metrics make of their names.
    private func collisionNames() -> [String: String] {
        var names: [String: String] = [:]
        for name in image.sortedTopicNames {
            if let key = TopicName.collisionKey(name), names[key] == nil { names[key] = name }
        }
        return names
    }

    private func checkNewName(_ name: String, _ collisions: inout [String: String]) throws(Refusal) {
        if name == TopicName.clusterMetadata {
            throw Refusal(.invalidRequest, "Creation of internal topic __cluster_metadata is prohibited.")
        }
        if let problem = TopicName.problem(name) { throw Refusal(.invalidTopicException, problem) }
        if image.topicIDs[name] != nil { throw Refusal(.topicAlreadyExists, "Topic '\(name)' already exists.") }
        if let key = TopicName.collisionKey(name), let other = collisions[key] {
            throw Refusal(.invalidTopicException, "Topic '\(name)' collides with existing topic: \(other)")
        }
    }

    private func newTopicConfigs(
        _ topic: CreateTopicsRequest.Topic
    ) throws(Refusal) -> [(name: String, value: String)] {
        var configs = Properties()
        for config in topic.configs {
            guard let value = config.value else {
                throw Refusal(.invalidConfig, "Null value not supported for topic configs: \(config.name)")
            }
            try checkLength(value)
            configs[config.name] = value
        }
        do { try TopicConfigCheck.check(configs.dictionary, layers: layers) } catch {
            throw Refusal(.invalidConfig, error.message)
        }
        return configs.names.map { ($0, configs[$0] ?? "") }
    }

    private func newPartitions(_ topic: CreateTopicsRequest.Topic, id: UUID) throws(Refusal) -> [PartitionRecord] {
        let placement = ReplicaPlacement(image: image)
        if !topic.assignments.isEmpty { return try assignedPartitions(topic, id: id, placement) }
        guard topic.replicationFactor > 0 || topic.replicationFactor == -1 else {
            throw Refusal(
                .invalidReplicationFactor,
                "Replication factor must be larger than 0, or -1 to use the default value.")
        }
        guard topic.partitionCount > 0 || topic.partitionCount == -1 else {
            throw Refusal(
                .invalidPartitions, "Number of partitions was set to an invalid non-positive value.")
        }
        let count = topic.partitionCount == -1 ? server.partitionCount : topic.partitionCount
        let factor = topic.replicationFactor == -1 ? server.defaultReplicationFactor : topic.replicationFactor
        let assignments = try placement.assign(
            partitionCount: Int(count), replicationFactor: Int(factor), start: id.low)
        var records: [PartitionRecord] = []
        for (index, replicas) in assignments.enumerated() {
            records.append(
                try placement.record(topicID: id, index: Int32(index), replicas: replicas, isManual: false))
        }
        return records
    }

    private func assignedPartitions(
        _ topic: CreateTopicsRequest.Topic, id: UUID, _ placement: ReplicaPlacement
    ) throws(Refusal) -> [PartitionRecord] {
        guard topic.replicationFactor == -1 else {
            throw Refusal(
                .invalidRequest,
                "A manual partition assignment was specified, but replication factor was not set to -1.")
        }
        guard topic.partitionCount == -1 else {
            throw Refusal(
                .invalidRequest, "A manual partition assignment was specified, but numPartitions was not set to -1.")
        }
        var records: [Int32: PartitionRecord] = [:]
        var factor: Int?
        for assignment in topic.assignments {
            guard records[assignment.partitionIndex] == nil else {
                throw Refusal(
                    .invalidReplicaAssignment,
                    "Found multiple manual partition assignments for partition \(assignment.partitionIndex)")
            }
            try placement.check(assignment.brokerIDs, replicationFactor: factor)
            factor = assignment.brokerIDs.count
            records[assignment.partitionIndex] = try placement.record(
                topicID: id, index: assignment.partitionIndex, replicas: assignment.brokerIDs, isManual: true)
        }
        let ordered = records.sorted { $0.key < $1.key }
        guard ordered.enumerated().allSatisfy({ Int($0.element.key) == $0.offset }) else {
            throw Refusal(
                .invalidReplicaAssignment, "partitions should be a consecutive 0-based integer sequence")
        }
        return ordered.map(\.value)
    }

    private static func records(
        _ name: String, _ id: UUID, _ configs: [(name: String, value: String)], _ partitions: [PartitionRecord]
    ) -> [MetadataRecord] {
        let topic = TopicRecord {
            $0.name = name
            $0.topicID = id
        }
        let resource = ConfigResource(.topic, name)
        return [.topic(topic)] + configs.map { .config(ConfigRecord(resource, $0.name, $0.value)) }
            + partitions.map { .partition($0) }
    }

    private func describe(
        _ result: inout CreateTopicsResponse.Topic, id: UUID, _ configs: [(name: String, value: String)],
        _ partitions: [PartitionRecord], showsConfigs: Bool
    ) {
        result.topicID = id
        result.errorMessage = nil
        guard showsConfigs else {
            result.configErrorCode = KafkaError.topicAuthorizationFailed.code
            result.configs = nil
            return
        }
        result.partitionCount = Int32(partitions.count)
        result.replicationFactor = Int16(clamping: partitions.first?.replicas.count ?? 0)
        let overrides = Dictionary(configs.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        result.configs = ConfigView(server: server, image: image).topicEntries(overrides).map { entry in
            CreateTopicsResponse.Config {
                $0.name = entry.name
                $0.value = entry.value
                $0.isReadOnly = false
                $0.source = entry.source.rawValue
                $0.isSensitive = entry.isSensitive
            }
        }
    }

    /// What fits a stored record as Kafka reads it.
    func checkLength(_ value: String) throws(Refusal) {
        guard value.utf8.count <= Int(Int16.max) else {
            throw Refusal(
                .invalidConfig,
                "The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes.")
        }
    }
}
