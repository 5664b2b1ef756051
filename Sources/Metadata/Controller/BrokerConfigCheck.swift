import KafkaProtocol

/// Which settings a broker may get while it runs.
enum BrokerConfigCheck {
    /// Checks all dynamic settings of one broker, or of all brokers, together. Names that nobody knows pass: plug-ins
    /// may read them.
    static func check(_ configs: [String: String], isForOneBroker: Bool) throws(Refusal) {
        let names = configs.keys.sorted()
        try refuse(names.filter { known($0)?.updateMode == .readOnly }, "Cannot update these configs dynamically")
        try refuse(
            names.filter(needsListenerPrefix),
            "These security configs can be dynamically updated only per-listener using the listener prefix")
        if !isForOneBroker {
            try refuse(
                names.filter { ConfigDefinitions.ofBroker($0)?.updateMode == .perBroker },
                "Cannot update these configs at default cluster level, broker id must be specified")
        }
        for name in names {
            guard let text = configs[name], let definition = ConfigDefinitions.ofBroker(name) else { continue }
            do { _ = try definition.parse(text) } catch { throw Refusal(.invalidRequest, error.message) }
        }
    }

    private static func known(_ name: String) -> ConfigDefinition? {
        ConfigDefinitions.broker[name] ?? ConfigDefinitions.dynamicBroker[name] ?? ConfigDefinitions.own[name]
    }

    /// Keys and certificates: each listener has its own.
    private static func needsListenerPrefix(_ name: String) -> Bool {
        name.hasPrefix("ssl.") && ConfigDefinitions.broker[name]?.updateMode == .perBroker
    }

    private static func refuse(_ names: [String], _ sentence: String) throws(Refusal) {
        if !names.isEmpty { throw Refusal(.invalidRequest, "\(sentence): [\(names.joined(separator: ", "))]") }
    }
}
