package import KafkaProtocol

/// One change of one setting, whichever request it came with.
struct ConfigChange {
    enum Operation: Int8 {
        case set = 0
        case delete = 1
        case append = 2
        case subtract = 3
    }

    var name: String
    var operation: Int8
    var value: String?
}

extension Controller {
    /// Sets, deletes, appends to and subtracts from settings of topics and brokers; each resource as a whole or not.
    package func incrementalAlterConfigs(
        _ request: IncrementalAlterConfigsRequest
    ) -> Decision<IncrementalAlterConfigsResponse> {
        let repeated = Self.repeated(
            request.resources.map { ResourceKey(type: $0.resourceType, name: $0.resourceName) })
        var decision = Decision(IncrementalAlterConfigsResponse())
        for resource in request.resources {
            var result = IncrementalAlterConfigsResponse.Resource {
                $0.resourceType = resource.resourceType
                $0.resourceName = resource.resourceName
                $0.errorMessage = nil
            }
            let key = ResourceKey(type: resource.resourceType, name: resource.resourceName)
            do throws(Refusal) {
                let changes = resource.configs.map {
                    ConfigChange(name: $0.name, operation: $0.configOperation, value: $0.value)
                }
                let records = try alter(key, changes, isRepeated: repeated.contains(key), replacing: false)
                if !request.validateOnly { decision.records += records }
            } catch {
                result.errorCode = error.error.code
                result.errorMessage = error.message
            }
            decision.answer.responses.append(result)
        }
        return decision
    }

    /// Replaces all settings of a resource: what isn't named falls back to its default.
    package func alterConfigs(_ request: AlterConfigsRequest) -> Decision<AlterConfigsResponse> {
        let repeated = Self.repeated(
            request.resources.map { ResourceKey(type: $0.resourceType, name: $0.resourceName) })
        var decision = Decision(AlterConfigsResponse())
        for resource in request.resources {
            var result = AlterConfigsResponse.Resource {
                $0.resourceType = resource.resourceType
                $0.resourceName = resource.resourceName
                $0.errorMessage = nil
            }
            let key = ResourceKey(type: resource.resourceType, name: resource.resourceName)
            do throws(Refusal) {
                let changes = resource.configs.map {
                    ConfigChange(name: $0.name, operation: ConfigChange.Operation.set.rawValue, value: $0.value)
                }
                let records = try alter(key, changes, isRepeated: repeated.contains(key), replacing: true)
                if !request.validateOnly { decision.records += records }
            } catch {
                result.errorCode = error.error.code
                result.errorMessage = error.message
            }
            decision.answer.responses.append(result)
        }
        return decision
    }

    private struct ResourceKey: Hashable {
        var type: Int8
        var name: String
    }

    private static func repeated(_ keys: [ResourceKey]) -> Set<ResourceKey> {
        var seen: Set<ResourceKey> = []
        return Set(keys.filter { !seen.insert($0).inserted })
    }

    private func alter(
        _ key: ResourceKey, _ changes: [ConfigChange], isRepeated: Bool, replacing: Bool
    ) throws(Refusal) -> [MetadataRecord] {
        if isRepeated { throw Refusal(.invalidRequest, "Each resource must appear at most once.") }
        guard let type = ConfigResourceType(rawValue: key.type), type == .topic || type == .broker else {
            throw Refusal(.invalidRequest, "Unknown resource type \(key.type)")
        }
        guard Set(changes.map(\.name)).count == changes.count else {
            throw Refusal(.invalidRequest, "Error due to duplicate config keys")
        }
        let delete = ConfigChange.Operation.delete.rawValue
        let nulls = changes.filter { $0.operation != delete && $0.value == nil }.map(\.name)
        guard nulls.isEmpty else {
            throw Refusal(.invalidRequest, "Null value not supported for : \(nulls.joined(separator: ","))")
        }
        let resource = ConfigResource(type, key.name)
        let old = image.config(resource)
        var new = replacing ? [:] : old
        for change in changes {
            let value = try result(of: change, on: resource, old: old[change.name])
            if let value { try checkLength(value) }
            new[change.name] = value
        }
        switch type {
        case .topic: try checkTopic(key.name, new)
        default: try checkBroker(key.name, old: old, new: new)
        }
        let dropped = replacing ? old.keys.filter { new[$0] == nil }.sorted() : []
        return (changes.map(\.name) + dropped).filter { type == .broker || old[$0] != new[$0] }
            .map { .config(ConfigRecord(resource, $0, new[$0])) }
    }

    /// The new value; `nil` for none.
    private func result(
        of change: ConfigChange, on resource: ConfigResource, old: String?
    ) throws(Refusal) -> String? {
        guard let operation = ConfigChange.Operation(rawValue: change.operation) else {
            throw Refusal(.invalidRequest, "Unknown operations type \(change.operation)")
        }
        switch operation {
        case .set: return change.value
        case .delete: return nil
        case .append, .subtract: break
        }
        let definition =
            resource.type == .topic
            ? ConfigDefinitions.topic[change.name] : ConfigDefinitions.ofBroker(change.name)
        guard let definition, definition.type == .list else {
            throw Self.notAList(change.name, isAppending: operation == .append, resource, isKnown: definition != nil)
        }
        let named = Self.elements(change.value)
        var elements = Self.elements(old ?? definition.defaultText)
        if operation == .append {
            for element in named where !elements.contains(element) { elements.append(element) }
        } else {
            elements.removeAll { named.contains($0) }
        }
        return elements.joined(separator: ",")
    }

    private static func notAList(
        _ name: String, isAppending: Bool, _ resource: ConfigResource, isKnown: Bool
    ) -> Refusal {
        if resource.type == .topic {
            return Refusal(
                .invalidConfig,
                "Can't \(isAppending ? "APPEND" : "SUBTRACT") to key \(name) because its type is not LIST.")
        }
        guard isKnown else { return Refusal(.invalidConfig, "Unknown config name: \(name)") }
        return Refusal(
            .invalidConfig,
            "Config value \(isAppending ? "append" : "subtract") is not allowed for config key: \(name)")
    }

    private static func elements(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { String(String($0).trimmedBlanks) }.filter { !$0.isEmpty }
    }

    private func checkTopic(_ name: String, _ configs: [String: String]) throws(Refusal) {
        if name.isEmpty { throw Refusal(.invalidRequest, "Default topic resources are not allowed.") }
        if let problem = TopicName.problem(name) { throw Refusal(.invalidTopicException, problem) }
        do { try TopicConfigCheck.check(configs, layers: layers) } catch {
            throw Refusal(.invalidConfig, error.message)
        }
        guard image.topicIDs[name] != nil else {
            throw Refusal(.unknownTopicOrPartition, "The topic '\(name)' does not exist.")
        }
    }

    private func checkBroker(_ name: String, old: [String: String], new: [String: String]) throws(Refusal) {
        if !name.isEmpty {
            guard let id = Int32(name) else {
                throw Refusal(.invalidRequest, "Node id must be an integer, but it is: \(name)")
            }
            guard id == server.nodeID else {
                throw Refusal(
                    .invalidRequest, "Unexpected broker id, expected \(server.nodeID), but received \(name)")
            }
        }
        try BrokerConfigCheck.check(new, isForOneBroker: !name.isEmpty)
        var next = layers
        if name.isEmpty { next.allBrokers = new } else { next.broker = new }
        do { try next.checkLog() } catch {
            throw Refusal(.invalidRequest, "requirement failed: \(error.message)")
        }
        guard image.keepsEligibleLeaders, old["min.insync.replicas"] != new["min.insync.replicas"] else { return }
        if !name.isEmpty {
            throw Refusal(
                .invalidConfig, "Broker-level min.insync.replicas cannot be altered while ELR is enabled.")
        }
        if new["min.insync.replicas"] == nil {
            throw Refusal(
                .invalidConfig, "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.")
        }
    }
}
