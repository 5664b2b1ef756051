/// The names by which a broker's setting stands in for a topic's or for another broker setting.
package enum ConfigSynonyms {
    /// How a broker's value becomes the topic's.
    enum Conversion {
        case none
        /// Milliseconds already.
        case limit
        case hours
        case minutes

        /// Milliseconds; negative is "no limit", which every unit writes as -1.
        func apply(_ value: ConfigValue) -> ConfigValue {
            guard case .integer(let count) = value else { return value }
            let factor: Int64
            switch self {
            case .none: return value
            case .limit: factor = 1
            case .hours: factor = 3_600_000
            case .minutes: factor = 60_000
            }
            if count < 0 { return .integer(-1) }
            let (product, overflow) = count.multipliedReportingOverflow(by: factor)
            return .integer(overflow ? .max : product)
        }
    }

    /// The broker settings that a topic setting falls back to, the first set one wins.
    static func ofTopic(_ name: String) -> [(name: String, conversion: Conversion)] {
        switch name {
        case "segment.ms": [("log.roll.ms", .none), ("log.roll.hours", .hours)]
        case "segment.jitter.ms": [("log.roll.jitter.ms", .none), ("log.roll.jitter.hours", .hours)]
        case "retention.ms":
            [("log.retention.ms", .limit), ("log.retention.minutes", .minutes), ("log.retention.hours", .hours)]
        case "flush.ms": [("log.flush.interval.ms", .none), ("log.flush.scheduler.interval.ms", .none)]
        case "segment.index.bytes": [("log.index.size.max.bytes", .none)]
        case "flush.messages": [("log.flush.interval.messages", .none)]
        case "max.message.bytes": [("message.max.bytes", .none)]
        case "file.delete.delay.ms": [("log.segment.delete.delay.ms", .none)]
        case "min.cleanable.dirty.ratio": [("log.cleaner.min.cleanable.ratio", .none)]
        case "delete.retention.ms", "min.compaction.lag.ms", "max.compaction.lag.ms": [("log.cleaner." + name, .none)]
        case "segment.bytes", "retention.bytes", "index.interval.bytes", "cleanup.policy", "preallocate",
            "message.timestamp.type", "message.timestamp.before.max.ms", "message.timestamp.after.max.ms",
            "local.retention.ms", "local.retention.bytes":
            [("log." + name, .none)]
        case "unclean.leader.election.enable", "min.insync.replicas", "compression.type", "compression.gzip.level",
            "compression.lz4.level", "compression.zstd.level":
            [(name, .none)]
        default: []
        }
    }

    /// The family of a broker setting, itself included, the one that wins first.
    static func ofBroker(_ name: String) -> [String] {
        switch name {
        case "log.roll.ms", "log.roll.hours": ["log.roll.ms", "log.roll.hours"]
        case "log.roll.jitter.ms", "log.roll.jitter.hours": ["log.roll.jitter.ms", "log.roll.jitter.hours"]
        case "log.flush.interval.ms": ["log.flush.interval.ms", "log.flush.scheduler.interval.ms"]
        case "log.retention.ms", "log.retention.minutes", "log.retention.hours":
            ["log.retention.ms", "log.retention.minutes", "log.retention.hours"]
        default:
            if let plain = ConfigDefinitions.plainName(ofListenerOverride: name) { [name, plain] } else { [name] }
        }
    }
}
