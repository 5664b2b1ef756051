import Bytes
import KafkaClient
import KafkaProtocol
import Reactor

/// One run of kafka-topics.sh.
struct TopicCommand {
    private let admin: Admin
    private let options: ParsedOptions
    private let terminal: Terminal

    init(_ admin: Admin, _ options: ParsedOptions, _ terminal: Terminal) {
        self.admin = admin
        self.options = options
        self.terminal = terminal
    }

    func run() async throws(ClientError) {
        if options.has("list") {
            try await list()
        } else if options.has("create") {
            try await create()
        } else if options.has("describe") {
            try await describe()
        } else if options.has("alter") {
            try await alter()
        } else {
            for name in try await existing() { try await admin.deleteTopic(name) }
        }
    }

    private func value(_ name: String) throws(ClientError) -> String? {
        do throws(UsageFailure) { return try options.value(name) } catch { throw .configuration(error.message) }
    }

    private func list() async throws(ClientError) {
        let names = try await names()
        terminal.print(names.joined(separator: "\n"))
    }

    // MARK: Choosing topics

    private func names() async throws(ClientError) -> [String] {
        let all = try await admin.listTopics(includingInternal: !options.has("exclude-internal")).map(\.name)
        guard let pattern = try value("topic") else { return all }
        let wanted = try TopicPattern(pattern)
        return all.filter(wanted.matches)
    }

    /// Those that `--topic` means; that there are none is an error but with `--if-exists`.
    private func existing() async throws(ClientError) -> [String] {
        let names = try await names()
        if names.isEmpty, let wanted = try value("topic"), !options.has("if-exists") {
            throw .configuration("Topic '\(wanted)' does not exist as expected")
        }
        return names
    }

    // MARK: Changing

    private func create() async throws(ClientError) {
        let name = try value("topic") ?? ""
        if name.contains(".") || name.contains("_") {
            terminal.print(
                "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could "
                    + "collide. To avoid issues it is best to use either, but not both.")
        }
        var topic = NewTopic(name)
        if let partitions = try value("partitions").flatMap({ Int32($0) }) {
            guard partitions >= 1 else { throw .configuration("The partitions must be greater than 0") }
            topic.partitionCount = partitions
        }
        if let replicas = try value("replication-factor").flatMap({ Int($0) }) {
            guard let replicas = Int16(exactly: replicas), replicas >= 1 else {
                throw .configuration("The replication factor must be between 1 and 32767 inclusive")
            }
            topic.replicationFactor = replicas
        }
        if let text = try value("replica-assignment") { topic.assignment = try Self.assignment(text) }
        for config in options.all("config") {
            guard let equals = config.firstIndex(of: "=") else {
                throw .configuration("Invalid topic config: all configs to be added must be in the format \"key=val\".")
            }
            topic.configs.append((String(config[..<equals]), String(config[config.index(after: equals)...])))
        }
        do throws(ClientError) {
            try await admin.createTopic(topic)
            terminal.print("Created topic \(name).")
        } catch {
            if error.kafkaError == .topicAlreadyExists, options.has("if-not-exists") { return }
            throw error
        }
    }

    /// `1:2,2:3`: the brokers of partition 0, of partition 1, …
    static func assignment(_ text: String) throws(ClientError) -> [[Int32]] {
        var partitions: [[Int32]] = []
        for (index, list) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            var brokers: [Int32] = []
            for word in list.split(separator: ":", omittingEmptySubsequences: false) {
                let digits = word.drop { $0 == " " }
                guard let broker = Int32(digits) else { throw .configuration("For input string: \"\(word)\"") }
                if brokers.contains(broker) {
                    throw .configuration("Partition replica lists may not contain duplicate entries: \(broker)")
                }
                brokers.append(broker)
            }
            if let first = partitions.first, first.count != brokers.count {
                throw .configuration("Partition \(index) has different replication factor: \(brokers)")
            }
            partitions.append(brokers)
        }
        return partitions
    }

    private func alter() async throws(ClientError) {
        let names = try await existing()
        guard let count = try value("partitions").flatMap({ Int32($0) }) else { return }
        for topic in try await admin.describeTopics(names) {
            var added: [[Int32]]?
            if let text = try value("replica-assignment") {
                added = Array(try Self.assignment(text).dropFirst(topic.partitions.count))
            }
            try await admin.createPartitions(topic.name, count: count, assignment: added)
        }
    }

    // MARK: Describing

    private func describe() async throws(ClientError) {
        let topics = try await described()
        let filters = Topics.reports.filter(options.has)
        let showsPartitions = !options.has("topics-with-overrides")
        guard !topics.isEmpty else { return }
        let moving = await reassignments()
        let brokers = Set(try await admin.describeCluster().nodes.map(\.id))
        let configs = try await admin.describeConfigs(topics.map { ConfigResource(.topic, $0.name) })
        for topic in topics {
            let entries = configs[ConfigResource(.topic, topic.name)] ?? []
            let overrides = entries.filter { !$0.isDefault }
            let description = TopicDescription(
                topic, overrides.map { ($0.name, $0.value ?? "") },
                minimumInSync: entries.first { $0.name == "min.insync.replicas" }.flatMap {
                    $0.value.flatMap { Int($0) }
                },
                moving: moving, liveBrokers: brokers)
            if options.has("topics-with-overrides"), overrides.isEmpty { continue }
            if filters.isEmpty { terminal.print(description.headline) }
            guard showsPartitions else { continue }
            for line in description.lines(filters) { terminal.print(line) }
        }
    }

    private func described() async throws(ClientError) -> [TopicMetadata] {
        if let text = try value("topic-id"), let id = UUID(text: text), id != .zero {
            let found = try await admin.describeTopics(ids: [id]).filter { $0.error == .noError }
            if found.isEmpty, !options.has("if-exists") {
                throw .configuration("TopicId '\(text)' does not exist as expected")
            }
            return found
        }
        let names = try await existing()
        let limit = try value("partition-size-limit-per-response").flatMap { Int32($0) } ?? 2000
        return names.isEmpty ? [] : try await admin.describeTopics(names, pageLimit: limit)
    }

    /// Partitions that are being moved; none where the broker doesn't tell.
    private func reassignments() async -> [TopicPartition: TopicDescription.Move] {
        guard let response = try? await admin.ask(ListPartitionReassignmentsRequest()) else { return [:] }
        var moves: [TopicPartition: TopicDescription.Move] = [:]
        for topic in response.topics {
            for partition in topic.partitions {
                moves[TopicPartition(topic.name, partition.partitionIndex)] = TopicDescription.Move(
                    adding: partition.addingReplicas, removing: partition.removingReplicas)
            }
        }
        return moves
    }
}
