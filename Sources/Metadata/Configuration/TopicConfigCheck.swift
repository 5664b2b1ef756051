/// Which settings a topic may have.
package enum TopicConfigCheck {
    /// Checks all of a topic's own settings together, in the names' order so that the answer doesn't depend on chance.
    /// - Throws: the sentence that Kafka answers with INVALID_CONFIG.
    package static func check(_ overrides: [String: String], layers: BrokerConfigLayers) throws(ConfigError) {
        let names = overrides.keys.sorted()
        for name in names where ConfigDefinitions.topic[name] == nil {
            throw ConfigError("Unknown topic config name: \(name)")
        }
        for name in names { _ = try ConfigDefinitions.topic[name]?.parse(overrides[name] ?? "") }
        func long(_ name: String) -> Int64 {
            if case .integer(let value) = layers.effectiveTopicValue(name, overrides: overrides) { value } else { 0 }
        }
        let minimum = long("min.compaction.lag.ms")
        let maximum = long("max.compaction.lag.ms")
        if minimum > maximum {
            throw ConfigError(
                "conflict topic config setting min.compaction.lag.ms (\(minimum)) > max.compaction.lag.ms (\(maximum))")
        }
        if layers.effectiveTopicValue("remote.storage.enable", overrides: overrides) == .boolean(true) {
            throw ConfigError(
                "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log "
                    + "storage.")
        }
    }
}
