package import KafkaProtocol

extension ConfigView {
    /// The whole answer. Settings of groups, client metrics and loggers aren't in the image's care: their resources are
    /// answered as unsupported, unless the caller takes them out before.
    package func describe(_ request: DescribeConfigsRequest) -> DescribeConfigsResponse {
        DescribeConfigsResponse { response in
            response.results = request.resources.map { describe($0, withSynonyms: request.includeSynonyms) }
        }
    }

    private func describe(
        _ resource: DescribeConfigsRequest.Resource, withSynonyms: Bool
    ) -> DescribeConfigsResponse.Result {
        var result = DescribeConfigsResponse.Result {
            $0.resourceType = resource.resourceType
            $0.resourceName = resource.resourceName
        }
        do {
            let entries = try entries(resource)
            let wanted = Set(resource.configurationKeys ?? [])
            result.configs = entries.filter { wanted.isEmpty || wanted.contains($0.name) }
                .map { $0.answer(withSynonyms: withSynonyms) }
        } catch {
            result.errorCode = error.error.code
            result.errorMessage = error.message
        }
        return result
    }

    private func entries(_ resource: DescribeConfigsRequest.Resource) throws(Refusal) -> [ConfigEntry] {
        let name = resource.resourceName
        switch ConfigResourceType(rawValue: resource.resourceType) {
        case .topic:
            if let problem = TopicName.problem(name) { throw Refusal(.invalidTopicException, problem) }
            guard image.topicIDs[name] != nil else { throw Refusal(.unknownTopicOrPartition, "") }
            return topicEntries(image.config(ConfigResource(.topic, name)))
        case .broker where name.isEmpty: return allBrokersEntries()
        case .broker:
            guard let id = Int32(name) else {
                throw Refusal(.invalidRequest, "Broker id must be an integer, but it is: \(name)")
            }
            guard id == server.nodeID else {
                throw Refusal(
                    .invalidRequest,
                    "Unexpected broker id, expected \(server.nodeID) or empty string, but received \(name)")
            }
            return brokerEntries()
        default: throw Refusal(.invalidRequest, "Unsupported resource type: \(resource.resourceType)")
        }
    }
}

extension ConfigEntry {
    fileprivate func answer(withSynonyms: Bool) -> DescribeConfigsResponse.Config {
        DescribeConfigsResponse.Config { config in
            config.name = name
            config.value = value
            config.isReadOnly = isReadOnly
            config.configSource = source.rawValue
            config.isSensitive = isSensitive
            config.configType = type.rawValue
            config.documentation = nil
            guard withSynonyms else { return }
            config.synonyms = synonyms.map { synonym in
                DescribeConfigsResponse.Synonym {
                    $0.name = synonym.name
                    $0.value = synonym.value
                    $0.source = synonym.source.rawValue
                }
            }
        }
    }
}
