/// The type of a setting, numbered as DescribeConfigs answers it.
package enum ConfigType: Int8, Sendable {
    case unknown = 0
    case boolean = 1
    case string = 2
    case int = 3
    case short = 4
    case long = 5
    case double = 6
    case list = 7
    case `class` = 8
    case password = 9

    /// As error texts and tables name it.
    package var name: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .boolean: "BOOLEAN"
        case .string: "STRING"
        case .int: "INT"
        case .short: "SHORT"
        case .long: "LONG"
        case .double: "DOUBLE"
        case .list: "LIST"
        case .class: "CLASS"
        case .password: "PASSWORD"
        }
    }

    /// Whether a value of this type must never be shown: passwords, and what nobody knows.
    package var isSensitive: Bool { self == .password || self == .unknown }

    init?(tableName: some StringProtocol) {
        switch tableName {
        case "boolean": self = .boolean
        case "string": self = .string
        case "int": self = .int
        case "short": self = .short
        case "long": self = .long
        case "double": self = .double
        case "list": self = .list
        case "class": self = .class
        case "password": self = .password
        default: return nil
        }
    }
}

/// How much a setting matters, for documentation only.
package enum ConfigImportance: String, Sendable { case high, medium, low }

/// Whether and for whom a broker's setting can change without a restart.
package enum ConfigUpdateMode: String, Sendable {
    case readOnly = "read-only"
    /// For one broker only.
    case perBroker = "per-broker"
    /// For the cluster's default, and for one broker.
    case clusterWide = "cluster-wide"
}

/// Where a value comes from, numbered as DescribeConfigs answers it.
package enum ConfigSource: Int8, Sendable {
    case unknown = 0
    case dynamicTopic = 1
    case dynamicBroker = 2
    case dynamicDefaultBroker = 3
    case staticBroker = 4
    case defaultValue = 5
    case dynamicBrokerLogger = 6
    case clientMetrics = 7
    case group = 8
}

/// What a setting belongs to, numbered as requests and stored records have it.
package enum ConfigResourceType: Int8, Sendable {
    case topic = 2
    case broker = 4
    case brokerLogger = 8
    case clientMetrics = 16
    case group = 32
}

/// One owner of settings: a topic by name, a broker by its number, all brokers by the empty name.
package struct ConfigResource: Hashable, Sendable {
    package var type: ConfigResourceType
    package var name: String

    package init(_ type: ConfigResourceType, _ name: String) {
        self.type = type
        self.name = name
    }

    package static let defaultBroker = ConfigResource(.broker, "")
}
