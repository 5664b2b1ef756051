/// A broker's settings as they are now, from four layers: set for this broker, set for all brokers, the file, defaults.
package struct BrokerConfigLayers: Sendable {
    package let server: ServerConfiguration
    /// Set for this broker while running.
    package var broker: [String: String]
    /// Set for all brokers while running.
    package var allBrokers: [String: String]

    package init(server: ServerConfiguration, broker: [String: String] = [:], allBrokers: [String: String] = [:]) {
        self.server = server
        self.broker = broker
        self.allBrokers = allBrokers
    }

    /// The value that counts now. A stored one that makes no sense is passed over.
    package func value(_ name: String) -> ConfigValue { setValue(name) ?? server.value(name) }

    package func integer(_ name: String) -> Int64 {
        if case .integer(let value) = value(name) { value } else { server.integer(name) }
    }

    package func double(_ name: String) -> Double {
        if case .double(let value) = value(name) { value } else { server.double(name) }
    }

    package func boolean(_ name: String) -> Bool {
        if case .boolean(let value) = value(name) { value } else { server.boolean(name) }
    }

    /// What a topic without a setting of its own gets for `name`.
    package func topicValue(_ name: String) -> ConfigValue {
        let synonyms = ConfigSynonyms.ofTopic(name)
        for (synonym, conversion) in synonyms {
            let value = setValue(synonym) ?? (server.isGiven(synonym) ? server.value(synonym) : .null)
            if value != .null { return conversion.apply(value) }
        }
        for (synonym, conversion) in synonyms {
            let value = server.value(synonym)
            if value != .null { return conversion.apply(value) }
        }
        return ConfigDefinitions.topic[name]?.defaultValue ?? .null
    }

    private func setValue(_ name: String) -> ConfigValue? {
        guard let text = broker[name] ?? allBrokers[name] else { return nil }
        return try? ConfigDefinitions.ofBroker(name)?.parse(text)
    }

    /// Each layer that says something about `name` or about a member of its family, the one that counts first; none
    /// where a relative counts instead of `name` itself.
    package func synonyms(_ name: String) -> [ConfigSynonym] {
        let family = ConfigSynonyms.ofBroker(name)
        var found: [ConfigSynonym] = []
        func add(_ source: ConfigSource, _ lookUp: (String) -> String?) {
            for member in family {
                guard let text = lookUp(member) else { continue }
                let sensitive = ConfigDefinitions.ofBroker(member)?.isSensitive ?? true
                found.append(ConfigSynonym(name: member, value: sensitive ? nil : text, source: source))
            }
        }
        add(.dynamicBroker) { broker[$0] }
        add(.dynamicDefaultBroker) { allBrokers[$0] }
        add(.staticBroker) { server.given[$0] }
        add(.defaultValue) { ConfigDefinitions.broker[$0]?.defaultText }
        return Array(found.drop { $0.name != name })
    }
}

/// One layer's word on a setting.
package struct ConfigSynonym: Equatable, Sendable {
    package var name: String
    /// `nil` where it must not be shown.
    package var value: String?
    package var source: ConfigSource
}
