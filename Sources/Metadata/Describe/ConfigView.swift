/// One setting of a resource as it is shown.
package struct ConfigEntry: Equatable, Sendable {
    package var name: String
    /// `nil` where there's none, or none to be shown.
    package var value: String?
    package var type: ConfigType
    package var isReadOnly: Bool
    /// Who says so, the one that counts first.
    package var synonyms: [ConfigSynonym]

    package var isSensitive: Bool { type.isSensitive }
    package var source: ConfigSource { synonyms.first?.source ?? .defaultValue }
}

/// The settings of topics and of this node's broker, with where each comes from.
package struct ConfigView: Sendable {
    package let server: ServerConfiguration
    package let image: ClusterImage
    private let layers: BrokerConfigLayers

    package init(server: ServerConfiguration, image: ClusterImage) {
        self.server = server
        self.image = image
        layers = image.layers(server)
    }

    /// All settings of a topic with these of its own, in the names' order.
    package func topicEntries(_ overrides: [String: String]) -> [ConfigEntry] {
        ConfigDefinitions.topic.ordered.compactMap { definition in
            let name = definition.name
            if definition.isInternal, overrides[name] == nil { return nil }
            let value = layers.effectiveTopicValue(name, overrides: overrides).text
            var synonyms = ConfigSynonyms.ofTopic(name).first.map { layers.synonyms($0.name) } ?? []
            if overrides[name] != nil {
                synonyms.insert(ConfigSynonym(name: name, value: value, source: .dynamicTopic), at: 0)
            }
            return ConfigEntry(
                name: name, value: value, type: definition.type, isReadOnly: false, synonyms: synonyms)
        }
    }

    /// All settings of this node's broker, in the names' order.
    package func brokerEntries() -> [ConfigEntry] {
        var names = Set(ConfigDefinitions.broker.ordered.filter { !$0.isInternal }.map(\.name))
        names.formUnion(server.given.keys)
        names.formUnion(layers.broker.keys)
        names.formUnion(layers.allBrokers.keys)
        return names.sorted().map { brokerEntry($0, synonyms: layers.synonyms($0), value: layers.value($0)) }
    }

    /// What is set for all brokers while they run, in the names' order.
    package func allBrokersEntries() -> [ConfigEntry] {
        layers.allBrokers.keys.sorted().map { name in
            let text = layers.allBrokers[name] ?? ""
            let value = (try? ConfigDefinitions.ofBroker(name)?.parse(text)) ?? .text(text)
            let synonyms = layers.synonyms(name).filter { $0.source == .dynamicDefaultBroker }
            return brokerEntry(name, synonyms: synonyms, value: value)
        }
    }

    private func brokerEntry(_ name: String, synonyms: [ConfigSynonym], value: ConfigValue) -> ConfigEntry {
        let type = ConfigDefinitions.ofBroker(name)?.type ?? .unknown
        let definition = ConfigDefinitions.broker[name] ?? ConfigDefinitions.dynamicBroker[name]
        return ConfigEntry(
            name: name, value: type.isSensitive ? nil : value.text, type: type,
            isReadOnly: definition.map { $0.updateMode == .readOnly } ?? true, synonyms: synonyms)
    }
}
