import KafkaProtocol

/// What has configuration of its own.
public struct ConfigResource: Hashable, Sendable {
    /// The codes of the protocol.
    public enum Kind: Int8, Sendable {
        case topic = 2
        case broker = 4
        case brokerLogger = 8
        case clientMetrics = 16
        case group = 32
    }

    public let kind: Kind
    /// Empty for the cluster-wide default of brokers.
    public let name: String

    public init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }
}

/// A setting as a broker tells of it.
public struct ConfigEntry: Sendable {
    public let name: String
    /// Nil for what isn't set, and for secrets.
    public let value: String?
    public let isReadOnly: Bool
    public let isSensitive: Bool
    /// 1 topic · 2 broker · 3 default broker · 4 static · 5 default · 6 broker logger · 7 client metrics · 8 group
    public let source: Int8
    /// Most specific first.
    public let synonyms: [Synonym]
    public let documentation: String?

    public struct Synonym: Sendable {
        public let name: String
        public let value: String?
        public let source: Int8
    }

    public var isDefault: Bool { source == 5 }
}

/// A change of one setting.
public struct ConfigChange: Sendable {
    public enum Operation: Int8, Sendable {
        case set, delete, append, subtract
    }

    public let name: String
    public let operation: Operation
    public let value: String?

    public init(_ operation: Operation, _ name: String, _ value: String? = nil) {
        self.operation = operation
        self.name = name
        self.value = value
    }
}

extension Admin {
    /// The settings of a resource, all or those named, in the broker's order.
    public func describeConfigs(
        _ resource: ConfigResource, names: [String]? = nil, synonyms: Bool = false, documentation: Bool = false
    ) async throws(ClientError) -> [ConfigEntry] {
        try await describeConfigs([resource], names: names, synonyms: synonyms, documentation: documentation)[resource]
            ?? []
    }

    /// The settings of several resources, which have to be served by the same broker.
    public func describeConfigs(
        _ resources: [ConfigResource], names: [String]? = nil, synonyms: Bool = false, documentation: Bool = false
    ) async throws(ClientError) -> [ConfigResource: [ConfigEntry]] {
        var request = DescribeConfigsRequest()
        request.includeSynonyms = synonyms
        request.includeDocumentation = documentation
        request.resources = resources.map { resource in
            DescribeConfigsRequest.Resource {
                $0.resourceType = resource.kind.rawValue
                $0.resourceName = resource.name
                $0.configurationKeys = names
            }
        }
        let response: DescribeConfigsResponse
        if let node = resources.first.flatMap(Self.node) {
            response = try await cluster.ask(request, node: node, call: "describeConfigs")
        } else {
            response = try await cluster.ask(request, call: "describeConfigs")
        }
        var entries: [ConfigResource: [ConfigEntry]] = [:]
        for result in response.results {
            if let error = ClientError(code: result.errorCode, result.errorMessage) { throw error }
            guard let kind = ConfigResource.Kind(rawValue: result.resourceType) else { continue }
            entries[ConfigResource(kind, result.resourceName)] = result.configs.map { config in
                ConfigEntry(
                    name: config.name, value: config.value, isReadOnly: config.isReadOnly,
                    isSensitive: config.isSensitive,
                    source: config.configSource,
                    synonyms: config.synonyms.map { .init(name: $0.name, value: $0.value, source: $0.source) },
                    documentation: config.documentation)
            }
        }
        return entries
    }

    public func incrementalAlterConfigs(
        _ resource: ConfigResource, _ changes: [ConfigChange], validateOnly: Bool = false
    ) async throws(ClientError) {
        var request = IncrementalAlterConfigsRequest()
        request.validateOnly = validateOnly
        request.resources = [
            IncrementalAlterConfigsRequest.Resource { altered in
                altered.resourceType = resource.kind.rawValue
                altered.resourceName = resource.name
                altered.configs = changes.map { change in
                    IncrementalAlterConfigsRequest.Config {
                        $0.name = change.name
                        $0.configOperation = change.operation.rawValue
                        $0.value = change.value
                    }
                }
            }
        ]
        let response: IncrementalAlterConfigsResponse
        if let node = Self.node(resource) {
            response = try await cluster.ask(request, node: node, call: "incrementalAlterConfigs")
        } else {
            response = try await cluster.ask(request, call: "incrementalAlterConfigs")
        }
        if let result = response.responses.first, let error = ClientError(code: result.errorCode, result.errorMessage) {
            throw error
        }
    }

    /// A broker's own settings are told and changed by itself.
    private static func node(_ resource: ConfigResource) -> Int32? {
        switch resource.kind {
        case .broker, .brokerLogger: Int32(resource.name)
        case .topic, .clientMetrics, .group: nil
        }
    }
}
