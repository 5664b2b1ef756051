/// What settings that may be changed while a broker runs have to keep to, whichever layer they come from.
extension BrokerConfigLayers {
    /// The settings of logs: each alone is of its type, and together they must make sense.
    func checkLog() throws(ConfigError) {
        try require(optional("log.roll.ms") ?? 1 >= 1, "log.roll.ms must be greater than or equal to 1")
        try require(optional("log.roll.jitter.ms") ?? 0 >= 0, "log.roll.jitter.ms must be greater than or equal to 0")
        if case .integer(let retention) = topicValue("retention.ms") {
            try require(
                retention == -1 || retention >= 1,
                "log.retention.ms must be unlimited (-1) or, greater than or equal to 1")
        }
        let threads = integer("log.cleaner.threads")
        try require(threads >= 1, "log.cleaner.threads must be greater than or equal to 1")
        try require(
            integer("log.cleaner.dedupe.buffer.size") / threads > 1024 * 1024,
            "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.")
        try checkCordonedDirectories()
    }

    /// The data directories that take no new replicas (`cordoned.log.dirs`), as the settings write them.
    package var cordonedDirectories: [String] {
        let named = list("cordoned.log.dirs")
        return named == ["*"] ? server.logDirectories : named
    }

    private func checkCordonedDirectories() throws(ConfigError) {
        let named = list("cordoned.log.dirs")
        guard !named.contains("*") else {
            return try require(
                named.count == 1, "When cordoned.log.dirs is set to *, it must not contain other values")
        }
        let missing = named.filter { !server.logDirectories.contains($0) }
        try require(
            missing.isEmpty,
            "All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : "
                + missing.joined(separator: ","))
    }

    private func optional(_ name: String) -> Int64? {
        if case .integer(let value) = value(name) { value } else { nil }
    }

    private func list(_ name: String) -> [String] {
        if case .list(let values) = value(name) { values } else { server.list(name) }
    }

    private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(ConfigError) {
        if !condition { throw ConfigError(message()) }
    }
}
