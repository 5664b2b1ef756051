import KafkaClient
import KafkaProtocol
import Reactor

/// kafka-log-dirs.sh
enum LogDirs {
    static let table = OptionTable(
        "This tool tells how brokers use their log directories.",
        [
            .string(
                "bootstrap-server", "The server(s) to use for bootstrapping", "The servers to ask first.",
                isRequired: true),
            .string("command-config", "Admin client property file", "Properties file for the admin client."),
            .flag("describe", "Describe the log directories of the brokers."),
            .string(
                "topic-list", "Topic list", "The topics to tell of, in the form \"topic1,topic2\"; all without.",
                initial: ""),
            .string(
                "broker-list", "Broker list", "The brokers to ask, in the form \"0,1,2\"; all without.", initial: ""),
        ])

    static func run(_ invocation: Invocation) -> Int32 {
        ClientTool.run(invocation, table) { (options, core, terminal) async throws(UsageFailure) -> Int32 in
            try options.require(["describe"])
            let topics = Set(try list(options, "topic-list"))
            let wanted = try brokers(options)
            let admin = try ClientTool.admin(options, core, clientID: "log-dirs-tool")
            do throws(ClientError) {
                return try await describe(admin, wanted, topics, terminal)
            } catch {
                terminal.error("\(JavaName.of(error)): \(error.message)")
                return 1
            }
        }
    }

    private static func describe(
        _ admin: Admin, _ wanted: [Int32], _ topics: Set<String>, _ terminal: Terminal
    ) async throws(ClientError) -> Int32 {
        let existing = try await admin.describeCluster().nodes.map(\.id)
        let missing = wanted.filter { !existing.contains($0) }
        guard missing.isEmpty else {
            terminal.error(
                "ERROR: The given brokers do not exist from --broker-list: \(text(missing)). "
                    + "Current existent brokers: \(text(existing))")
            return 1
        }
        let asked = wanted.isEmpty ? existing : wanted
        terminal.print("Querying brokers for log directories information")
        terminal.flush()
        let directories = try await admin.describeLogDirs(of: asked)
        terminal.print("Received log directory information from brokers \(text(asked))")
        terminal.print(JacksonText.of(json(asked.map { ($0, directories[$0] ?? []) }, topics)))
        return 0
    }

    /// Kafka's form, in the order in which it writes the members.
    static func json(_ brokers: [(id: Int32, directories: [LogDirDescription])], _ topics: Set<String>) -> JSON {
        let described = brokers.map { broker in
            JSON.object([
                ("broker", .integer(Int64(broker.id))),
                ("logDirs", .array(broker.directories.map { json($0, topics) })),
            ])
        }
        return .object([("brokers", .array(described)), ("version", .integer(1))])
    }

    private static func json(_ directory: LogDirDescription, _ topics: Set<String>) -> JSON {
        let replicas = directory.replicas.filter { topics.isEmpty || topics.contains($0.partition.topic) }
        return .object([
            (
                "partitions",
                .array(
                    replicas.map { replica in
                        .object([
                            ("partition", .string("\(replica.partition.topic)-\(replica.partition.partition)")),
                            ("size", .integer(replica.size)), ("offsetLag", .integer(replica.offsetLag)),
                            ("isFuture", .bool(replica.isFuture)),
                        ])
                    })
            ),
            ("error", directory.error.map { .string(JavaName.of($0)) } ?? .null),
            ("logDir", .string(directory.path)),
        ])
    }

    private static func list(_ options: ParsedOptions, _ name: String) throws(UsageFailure) -> [String] {
        (try options.value(name) ?? "").split(separator: ",").map(String.init)
    }

    private static func brokers(_ options: ParsedOptions) throws(UsageFailure) -> [Int32] {
        var brokers: Set<Int32> = []
        for word in try list(options, "broker-list") {
            guard let broker = Int32(word) else {
                throw UsageFailure("--broker-list takes the ids of brokers, not '\(word)'", showsTable: false)
            }
            brokers.insert(broker)
        }
        return brokers.sorted()
    }

    private static func text(_ brokers: [Int32]) -> String { brokers.map(String.init).joined(separator: ",") }
}
