import KafkaClient
import Reactor

/// What the command line of the console consumer asks for.
struct ConsoleConsumerSettings {
    let configuration: ClientConfiguration
    let formatter: any MessageFormatter
    let maximumRecords: Int?
    let timeoutMilliseconds: Int64?
    let skipsErrors: Bool
    let printsEvents: Bool
    private let topic: String?
    private let include: String?
    private let partition: Int32?
    private let offset: OffsetSpec
    private let exactOffset: Int64?

    init(_ options: ParsedOptions, _ core: Core) throws(UsageFailure) {
        topic = try options.value("topic")
        include = try options.value(options.has("include") ? "include" : "whitelist")
        partition = try options.integer("partition").flatMap { Int32(exactly: $0) }
        maximumRecords = try options.integer("max-messages").flatMap { $0 >= 0 ? $0 : nil }
        timeoutMilliseconds = try options.value("timeout-ms").flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil }
        skipsErrors = options.has("skip-message-on-error")
        printsEvents = options.has("enable-systest-events")
        try Self.check(options)
        exactOffset = try Self.exactOffset(options)
        let given = try options.value("offset")?.lowercased()
        offset = options.has("from-beginning") || given == "earliest" ? .earliest : .latest
        Self.warn(options)
        configuration = try Self.configuration(options, core)
        formatter = try Self.formatter(options, core)
    }

    /// Tells the consumer what to read.
    func begin(_ consumer: Consumer) async throws(ClientError) {
        if let partition, let topic {
            let wanted = TopicPartition(topic, partition)
            await consumer.assign([wanted])
            if let exactOffset {
                await consumer.seek(wanted, to: exactOffset)
            } else {
                await consumer.seek(wanted, to: offset)
            }
        } else if let include {
            let pattern = try TopicPattern(include)
            try await consumer.subscribe(matching: { pattern.matches($0) })
        } else if let topic {
            try await consumer.subscribe([topic])
        }
    }

    private static func check(_ options: ParsedOptions) throws(UsageFailure) {
        let topics = ["topic", "include", "whitelist"].filter(options.has)
        guard topics.count == 1 else {
            throw UsageFailure("Exactly one of the following arguments is required: [topic], [include]")
        }
        if options.has("partition") {
            guard options.has("topic") else { throw UsageFailure("The topic is required when partition is specified.") }
            if options.has("group") { throw UsageFailure("Options group and partition cannot be specified together.") }
        }
        if options.has("offset") {
            guard options.has("partition") else {
                throw UsageFailure("The partition is required when offset is specified.")
            }
            if options.has("from-beginning") {
                throw UsageFailure("Options from-beginning and offset cannot be specified together.")
            }
        }
        let renamed = [
            ("property", "formatter-property"), ("consumer-property", "command-property"),
            ("consumer.config", "command-config"),
        ]
        for (old, new) in renamed where options.has(old) && options.has(new) {
            throw UsageFailure("Options [\(old)] and [\(new)] cannot be specified together.")
        }
    }

    private static func exactOffset(_ options: ParsedOptions) throws(UsageFailure) -> Int64? {
        guard options.has("offset"), let text = try options.value("offset") else { return nil }
        if text.lowercased() == "earliest" || text.lowercased() == "latest" { return nil }
        guard let offset = Int64(text), offset >= 0 else {
            throw UsageFailure(

                "The provided offset value '\(text)' is incorrect. Valid values are 'earliest', 'latest', "
                    + "or a non-negative long."
            )
        }
        return offset
    }

    private static func warn(_ options: ParsedOptions) {
        let renamed = [
            ("property", "formatter-property"), ("consumer-property", "command-property"),
            ("consumer.config", "command-config"),
            ("whitelist", "include"),
        ]
        for (old, new) in renamed where options.has(old) {
            Terminal.error(
                "Option --\(old) is deprecated and will be removed in a future version. Use --\(new) instead.")
        }
        if options.has("new-consumer") { Terminal.error("Warning: --new-consumer has no effect.") }
    }

    private static func configuration(_ options: ParsedOptions, _ core: Core) throws(UsageFailure)
        -> ClientConfiguration
    {
        var properties: [(name: String, value: String)] = [("client.id", "console-consumer")]
        for file in ["consumer.config", "command-config"] {
            if let path = try options.value(file) { properties += try ClientTool.properties(path, core) }
        }
        properties += try ClientTool.pairs(options.all("consumer-property") + options.all("command-property"))
        var groups = Set(properties.filter { $0.name == "group.id" }.map(\.value))
        if let group = try options.value("group") { groups.insert(group) }
        guard groups.count <= 1 else {
            let list = groups.sorted().map { "'\($0)'" }.joined(separator: ", ")
            throw UsageFailure(

                "The group ids provided in different places (directly using '--group', via "
                    + "'--consumer-property', or via "
                    + "'--consumer.config') do not match. Detected group ids: \(list)")
        }
        if groups.isEmpty, options.has("partition") {
            properties.append(("enable.auto.commit", "false"))
        } else if let group = groups.first {
            properties.append(("group.id", group))
        } else {
            properties.append(("group.id", "console-consumer-\(core.random() % 100_000)"))
            if !properties.contains(where: { $0.name == "enable.auto.commit" }) {
                properties.append(("enable.auto.commit", "false"))
            }
        }
        if options.has("from-beginning") {
            if properties.last(where: { $0.name == "auto.offset.reset" })?.value == "latest" {
                throw UsageFailure(

                    "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please "
                        + "remove one option"
                )
            }
            properties.append(("auto.offset.reset", "earliest"))
        } else if !properties.contains(where: { $0.name == "auto.offset.reset" }) {
            properties.append(("auto.offset.reset", "latest"))
        }
        properties.append(("isolation.level", try options.value("isolation-level") ?? "read_uncommitted"))
        properties.append(("bootstrap.servers", try options.value("bootstrap-server") ?? ""))
        return try ClientTool.configuration(properties, logger: "Consumer")
    }

    private static func formatter(_ options: ParsedOptions, _ core: Core) throws(UsageFailure) -> any MessageFormatter {
        var properties: [(name: String, value: String)] = []
        if let file = try options.value("formatter-config") { properties += try ClientTool.properties(file, core) }
        properties += try ClientTool.pairs(options.all("property") + options.all("formatter-property"))
        for side in ["key", "value"] {
            if let name = try options.value("\(side)-deserializer") {
                properties.append(("\(side).deserializer", name))
            }
        }
        let name = try options.value("formatter") ?? ""
        do throws(ColumnFormatter.Failure) {
            switch name.split(separator: ".").last.map(String.init) ?? "" {
            case "DefaultMessageFormatter": return try ColumnFormatter(properties)
            case "LoggingMessageFormatter": return try ColumnFormatter(properties, isLogging: true)
            case "NoOpMessageFormatter": return SilentFormatter()
            default: throw .init(message: "The formatter \(name) isn't one of this tool's.")
            }
        } catch { throw UsageFailure(error.message, showsTable: false) }
    }
}
