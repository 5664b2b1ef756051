import Bytes
import KafkaClient
import KafkaProtocol
import Reactor

/// kafka-topics.sh
enum Topics {
    static let reports = [
        "under-replicated-partitions", "unavailable-partitions", "under-min-isr-partitions", "at-min-isr-partitions",
    ]

    static let table = OptionTable(
        "This tool helps to create, delete, describe, or change a topic.",
        [
            .string("bootstrap-server", "server to connect to", "The Kafka server to connect to.", isRequired: false),
            .string("command-config", "command config property file", "Properties file for the admin client."),
            .flag("list", "List all topics."),
            .flag("create", "Create a topic."),
            .flag("delete", "Delete a topic."),
            .flag(
                "alter",

                "Change a topic's partition count or the replicas of its new partitions. For its settings "
                    + "there is kafka-configs."
            ),
            .flag("describe", "Show a topic's partitions and settings."),
            .string(
                "topic", "topic",
                "The topic to create, alter, describe or delete; a regular expression, except with --create."),
            .string("topic-id", "topic-id", "The id of the topic to describe."),
            .string(
                "config", "name=value",

                "A setting of the topic being created, such as retention.ms=3600000. May be repeated; only "
                    + "with --create."
            ),
            .string("delete-config", "name", "No longer supported: kafka-configs deletes settings."),
            .integer(
                "partitions", "# of partitions",

                "Partitions of the topic being created or altered; the cluster's default when a topic is "
                    + "created without. More partitions change where keys go."
            ),
            .integer(
                "replication-factor", "replication factor",
                "Replicas of each partition of the topic being created; the cluster's default without."),
            .string(
                "replica-assignment", "broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , ...",
                "The brokers of each partition of the topic being created or altered."),
            .flag("under-replicated-partitions", "With --describe: only partitions with replicas out of sync."),
            .flag("unavailable-partitions", "With --describe: only partitions without a leader."),
            .flag(
                "under-min-isr-partitions",
                "With --describe: only partitions with fewer in-sync replicas than the minimum."),
            .flag(
                "at-min-isr-partitions", "With --describe: only partitions with just the minimum of in-sync replicas."),
            .flag("topics-with-overrides", "With --describe: only topics with settings of their own."),
            .flag("if-exists", "With --alter, --delete, --describe: a topic that isn't there is no error."),
            .flag("if-not-exists", "With --create: a topic that is there already is no error."),
            .flag("exclude-internal", "With --list, --describe: without internal topics."),
            .integer(
                "partition-size-limit-per-response", "maximum number of partitions per response",
                "With --describe: partitions of one response."),
        ])

    static func run(_ invocation: Invocation) -> Int32 {
        ClientTool.run(invocation, table, withoutArguments: "Create, delete, describe, or change a topic.") {
            (options, core, terminal) async throws(UsageFailure) -> Int32 in
            try check(options)
            let admin = try ClientTool.admin(options, core)
            do throws(ClientError) {
                try await TopicCommand(admin, options, terminal).run()
                return 0
            } catch {
                terminal.print("Error while executing topic command : \(error.message)")
                let kind: String
                if case .configuration = error {
                    kind = "java.lang.IllegalArgumentException"
                } else {
                    kind = JavaName.of(error)
                }
                terminal.flush()
                Terminal.log("ERROR", "\(kind): \(error.message)\n (org.apache.kafka.tools.TopicCommand)")
                return 1
            }
        }
    }

    static func check(_ options: ParsedOptions) throws(UsageFailure) {
        let actions = ["list", "describe", "create", "alter", "delete"].filter(options.has)
        guard actions.count == 1, let action = actions.first else {
            throw UsageFailure(
                "Command must include exactly one action: --list, --describe, --create, --alter or --delete")
        }
        guard options.has("bootstrap-server") else {
            throw UsageFailure("--bootstrap-server must be specified", showsTable: false)
        }
        if action == "alter", options.has("config") {
            throw UsageFailure(

                "Option combination \"[[bootstrap-server], [config]]\" can't be used with option "
                    + "\"[alter]\" (To alter topic "
                    + "configurations, the kafka-configs tool can be used.)")
        }
        if action == "create" || action == "alter" || action == "delete" { try options.require(["topic"]) }
        if action == "alter", !options.has("partitions") { try options.require(["partitions"]) }
        if action == "describe", options.has("topic-id"), options.has("topic") {
            Terminal.error(

                "Only topic id will be used when both --topic and --topic-id are specified and topicId is "
                    + "not Uuid.ZERO_UUID"
            )
        }
        if options.has("delete-config") {
            Terminal.error(

                "delete-config option is no longer supported and deprecated since version 4.0. The config "
                    + "will be fully removed in future releases."
            )
        }
        if action == "create" {
            try options.exclude("partitions", with: ["replica-assignment"])
            try options.exclude("replication-factor", with: ["replica-assignment"])
        }
        try exclude(action, options)
    }

    private static func exclude(_ action: String, _ options: ParsedOptions) throws(UsageFailure) {
        let allowed: [String: [String]] = [
            "config": ["create"], "partitions": ["create", "alter"], "replication-factor": ["create"],
            "replica-assignment": ["create", "alter"], "if-exists": ["alter", "delete", "describe"],
            "if-not-exists": ["create"], "exclude-internal": ["list", "describe"],
            "topics-with-overrides": ["describe"],
            "topic-id": ["describe"],
        ]
        for (option, actions) in allowed.sorted(by: { $0.key < $1.key })
        where options.has(option) && !actions.contains(action) {
            throw UsageFailure("Option \"[\(option)]\" can't be used with option \"[\(action)]\"")
        }
        for report in reports {
            guard options.has(report) else { continue }
            guard action == "describe" else {
                throw UsageFailure("Option \"[\(report)]\" can't be used with option \"[\(action)]\"")
            }
            try options.exclude(report, with: ["topics-with-overrides"])
        }
    }
}
