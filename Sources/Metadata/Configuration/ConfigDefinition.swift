/// What is known of one setting.
package struct ConfigDefinition: Sendable {
    package let name: String
    package let type: ConfigType
    /// As Kafka shows it; `nil` for none.
    package let defaultText: String?
    package let defaultValue: ConfigValue
    package let isRequired: Bool
    package let rule: ConfigRule
    package let importance: ConfigImportance
    package let updateMode: ConfigUpdateMode
    /// Honoured, but listed only where somebody set it.
    package let isInternal: Bool

    package var isSensitive: Bool { type.isSensitive }

    /// Understands and checks a value given for this setting.
    package func parse(_ text: String) throws(ConfigError) -> ConfigValue {
        do {
            let value = try ConfigValue.parse(text, as: type)
            try rule.check(value, name: name)
            return value
        } catch {
            throw ConfigError(name: name, value: text, error)
        }
    }

    /// Reads a table's line: `name|type|importance|update mode|default|valid values`. A default of `~` is none, `!`
    /// says that the setting must be given.
    init?(tableLine: Substring) {
        let columns = tableLine.split(separator: "|", omittingEmptySubsequences: false)
        guard columns.count == 6, let type = ConfigType(tableName: columns[1]),
            let importance = ConfigImportance(rawValue: String(columns[2]))
        else { return nil }
        let modeWords = columns[3].split(separator: " ")
        guard let mode = modeWords.first.flatMap({ ConfigUpdateMode(rawValue: String($0)) }) else { return nil }
        name = String(columns[0])
        self.type = type
        self.importance = importance
        updateMode = mode
        isInternal = modeWords.contains("internal")
        isRequired = columns[4] == "!"
        defaultText = isRequired || columns[4] == "~" ? nil : String(columns[4])
        rule = ConfigRule(tableText: String(columns[5]), type: type)
        defaultValue = defaultText.flatMap { try? ConfigValue.parse($0, as: type) } ?? .null
    }
}

/// All settings of one kind of owner, by name.
package struct ConfigDefinitions: Sendable {
    /// Sorted by name.
    package let ordered: [ConfigDefinition]
    private let byName: [String: ConfigDefinition]

    init(table: String) {
        ordered = table.split(separator: "\n").compactMap(ConfigDefinition.init(tableLine:))
        byName = Dictionary(ordered.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(name: String) -> ConfigDefinition? { byName[name] }

    /// Apache Kafka 4.3.1's broker settings.
    package static let broker = ConfigDefinitions(table: brokerConfigTable)
    /// Apache Kafka 4.3.1's topic settings.
    package static let topic = ConfigDefinitions(table: topicConfigTable)
    /// Moldau's own, beside Kafka's, in `server.properties`.
    package static let own = ConfigDefinitions(
        table: """
            moldau.cores|int|high|read-only internal|~|[1,...]
            moldau.cpus|list|medium|read-only internal||
            """)
    /// What exists for brokers as a dynamic setting only: the throttles of a reassignment, bytes a second.
    package static let dynamicBroker = ConfigDefinitions(
        table: """
            follower.replication.throttled.rate|long|medium|cluster-wide internal|9223372036854775807|[0,...]
            leader.replication.throttled.rate|long|medium|cluster-wide internal|9223372036854775807|[0,...]
            replica.alter.log.dirs.io.max.bytes.per.second|long|medium|cluster-wide internal|9223372036854775807|[0,...]
            """)

    /// What a broker knows under `name`, also behind a `listener.name.<name>.` prefix.
    package static func ofBroker(_ name: String) -> ConfigDefinition? {
        if let found = broker[name] ?? own[name] ?? dynamicBroker[name] { return found }
        guard let plain = plainName(ofListenerOverride: name) else { return nil }
        if let found = broker[plain] { return found }
        // SASL settings may carry the mechanism as well: listener.name.external.scram-sha-512.sasl.jaas.config
        guard let dot = plain.firstIndex(of: ".") else { return nil }
        let behindMechanism = String(plain[plain.index(after: dot)...])
        return behindMechanism.hasPrefix("sasl.") ? broker[behindMechanism] : nil
    }

    /// `max.connections` of `listener.name.external.max.connections`; `nil` where there's no such prefix.
    package static func plainName(ofListenerOverride name: String) -> String? {
        guard name.hasPrefix("listener.name.") else { return nil }
        let rest = name.dropFirst(14)
        guard let dot = rest.firstIndex(of: "."), dot != rest.startIndex else { return nil }
        let plain = String(rest[rest.index(after: dot)...])
        return plain.isEmpty ? nil : plain
    }
}
