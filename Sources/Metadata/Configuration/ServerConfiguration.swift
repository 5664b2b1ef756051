/// What a broker was started with: `server.properties` with the command line's overrides, understood and checked.
package struct ServerConfiguration: Sendable {
    /// As given, later ones over earlier ones; `broker.id` follows `node.id`.
    package let given: [String: String]
    /// Names that nobody knows: worth a line in the log, no reason to stop.
    package let unknownNames: [String]
    /// Sentences for the log: settings that have no effect, or will lose it.
    package let warnings: [String]
    package let listeners: [Endpoint]
    /// Of the broker's listeners; an empty host means that the broker has to find its own name.
    package let advertisedListeners: [Endpoint]
    package let securityProtocols: [String: SecurityProtocol]
    package let quorumVoters: [QuorumVoter]
    private let values: [String: ConfigValue]

    /// - Throws: a sentence about the first thing that is wrong. The broker must not start then.
    package init(
        _ file: Properties, overrides: [(name: String, value: String)] = []
    ) throws(ConfigError) {
        var properties = file
        properties.merge(Properties(overrides))
        if properties["process.roles"] == nil, properties["zookeeper.connect"] != nil {
            throw ConfigError(
                "zookeeper.connect is set, but ZooKeeper mode no longer exists. Set process.roles=broker,controller, "
                    + "node.id, controller.listener.names and controller.quorum.bootstrap.servers instead.")
        }
        if properties["node.id"] == nil { properties["node.id"] = properties["broker.id"] }
        if properties["broker.id"] == nil { properties["broker.id"] = properties["node.id"] }
        given = properties.dictionary

        var values: [String: ConfigValue] = [:]
        var unknownNames: [String] = []
        for name in properties.names.sorted() {
            guard let definition = ConfigDefinitions.ofBroker(name) else {
                if !Self.isKnownElsewhere(name) { unknownNames.append(name) }
                continue
            }
            values[name] = try definition.parse(properties[name] ?? "")
        }
        for definition in ConfigDefinitions.broker.ordered where values[definition.name] == nil {
            if definition.isRequired {
                throw ConfigError(
                    "Missing required configuration \"\(definition.name)\" which has no default value.")
            }
        }
        self.values = values
        self.unknownNames = unknownNames
        let network = try ListenerSettings(values: values)
        listeners = network.listeners
        advertisedListeners = network.advertised
        securityProtocols = network.securityProtocols
        quorumVoters = try Self.voters(values["controller.quorum.voters"])
        warnings = Self.warnings(values)
        try check()
    }

    /// The value of a setting that the tables know: as given, otherwise its default.
    package func value(_ name: String) -> ConfigValue {
        values[name] ?? ConfigDefinitions.ofBroker(name)?.defaultValue ?? .null
    }

    package func isGiven(_ name: String) -> Bool { given[name] != nil }

    /// The value that a listener uses: its own by prefix, otherwise the common one.
    package func value(_ name: String, listener: String) -> ConfigValue {
        values["listener.name.\(listener.lowercased()).\(name)"] ?? value(name)
    }

    /// A number without a sensible "not set": traps for a name that the tables don't have as a number with a default.
    package func integer(_ name: String) -> Int64 {
        guard case .integer(let value) = value(name) else { preconditionFailure("\(name) isn't a number") }
        return value
    }

    package func optionalInteger(_ name: String) -> Int64? {
        if case .integer(let value) = value(name) { value } else { nil }
    }

    package func double(_ name: String) -> Double {
        guard case .double(let value) = value(name) else { preconditionFailure("\(name) isn't a double") }
        return value
    }

    package func boolean(_ name: String) -> Bool {
        guard case .boolean(let value) = value(name) else { preconditionFailure("\(name) isn't a boolean") }
        return value
    }

    package func text(_ name: String) -> String? {
        if case .text(let value) = value(name) { value } else { nil }
    }

    package func list(_ name: String) -> [String] {
        if case .list(let values) = value(name) { values } else { [] }
    }

    /// The settings to start with where there is no file: one node, broker and controller, without transport security.
    package static func embedded(dataDirectory: String) -> Properties {
        Properties([
            ("process.roles", "broker,controller"),
            ("node.id", "1"),
            ("controller.quorum.bootstrap.servers", "localhost:9093"),
            ("listeners", "PLAINTEXT://:9092,CONTROLLER://:9093"),
            ("inter.broker.listener.name", "PLAINTEXT"),
            ("advertised.listeners", "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093"),
            ("controller.listener.names", "CONTROLLER"),
            (
                "listener.security.protocol.map",
                "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL"
            ),
            ("log.dirs", dataDirectory),
            ("offsets.topic.replication.factor", "1"),
            ("share.coordinator.state.topic.replication.factor", "1"),
            ("share.coordinator.state.topic.min.isr", "1"),
            ("transaction.state.log.replication.factor", "1"),
            ("transaction.state.log.min.isr", "1"),
        ])
    }

    /// Read by others than the broker's own definition: the authorizer, the plug-ins of tiered storage, providers.
    private static func isKnownElsewhere(_ name: String) -> Bool {
        name == "super.users" || name == "allow.everyone.if.no.acl.found" || name.hasPrefix("rlmm.config.")
            || name.hasPrefix("rsm.config.") || name.hasPrefix("config.providers.")
    }

    private static func voters(_ value: ConfigValue?) throws(ConfigError) -> [QuorumVoter] {
        guard case .list(let entries) = value else { return [] }
        var voters: [QuorumVoter] = []
        for entry in entries {
            let parts = entry.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw ConfigError(
                    "Invalid value \(entry) for configuration controller.quorum.voters: Each entry should be in the form "
                        + "`{id}@{host}:{port}`.")
            }
            guard let id = Int32(parts[0]), id >= 0 else {
                throw ConfigError(
                    "Invalid value \(entry) for configuration controller.quorum.voters: Failed to parse voter ID as an "
                        + "integer from \(parts[0])")
            }
            guard let (host, port) = Endpoint.hostAndPort(parts[1]), !host.isEmpty else {
                throw ConfigError(
                    "Invalid value \(entry) for configuration controller.quorum.voters: Failed to parse host name or port "
                        + "from entry \(entry). Each entry should be in the form `{id}@{host}:{port}`.")
            }
            voters.append(QuorumVoter(id: id, host: host, port: port))
        }
        return voters
    }

    /// Names that tune threads and buffers which a thread-per-core broker doesn't have.
    private static let withoutEffect = [
        "background.threads", "num.io.threads", "num.network.threads", "num.recovery.threads.per.data.dir",
        "num.replica.alter.log.dirs.threads", "group.coordinator.threads", "share.coordinator.threads",
        "inter.broker.protocol.version",
    ]

    private static func warnings(_ values: [String: ConfigValue]) -> [String] {
        withoutEffect.filter { values[$0] != nil }.map { "\($0) is accepted and has no effect on this broker." }
    }
}
