import KafkaProtocol
import Testing

@testable import Metadata

@Suite struct DescribeConfigsTests {
    private func describe(
        _ cluster: Cluster, _ type: ConfigResourceType, _ name: String, keys: [String]? = nil, synonyms: Bool = true
    ) -> DescribeConfigsResponse.Result {
        let request = DescribeConfigsRequest {
            $0.includeSynonyms = synonyms
            $0.resources = [
                DescribeConfigsRequest.Resource {
                    $0.resourceType = type.rawValue
                    $0.resourceName = name
                    $0.configurationKeys = keys
                }
            ]
        }
        return ConfigView(server: cluster.controller.server, image: cluster.image).describe(request).results[0]
    }

    private func entry(
        _ cluster: Cluster, _ type: ConfigResourceType, _ name: String, _ key: String
    ) throws -> DescribeConfigsResponse.Config {
        try #require(describe(cluster, type, name, keys: [key]).configs.first)
    }

    private func withTopic() throws -> Cluster {
        var cluster = try Cluster()
        try cluster.create(Cluster.topic("t"))
        return cluster
    }

    @Test func aTopicShowsAllPublicSettings() throws {
        let result = describe(try withTopic(), .topic, "t")
        #expect(result.errorCode == 0 && result.configs.count == 33)
        #expect(result.configs.map(\.name) == result.configs.map(\.name).sorted())
        #expect(result.configs.allSatisfy { !$0.isReadOnly && !$0.isSensitive })
    }

    @Test func layersAreShownMostSpecificFirst() throws {
        var cluster = try withTopic()
        try cluster.alter(.topic, "t", (0, "max.message.bytes", " 5 "))
        try cluster.alter(.broker, "1", (0, "message.max.bytes", "6"))
        try cluster.alter(.broker, "", (0, "message.max.bytes", "7"))
        let entry = try entry(cluster, .topic, "t", "max.message.bytes")
        #expect(entry.value == "5" && entry.configSource == 1 && entry.configType == ConfigType.int.rawValue)
        #expect(entry.synonyms.map(\.value) == ["5", "6", "7", "1048588"])
        #expect(entry.synonyms.map(\.source) == [1, 2, 3, 5])
        #expect(entry.synonyms.last?.name == "message.max.bytes")
    }

    @Test func aRelativesValueIsNoSynonym() throws {
        let cluster = try withTopic()
        let retention = try entry(cluster, .topic, "t", "retention.ms")
        #expect(retention.value == "604800000" && retention.configSource == 5 && retention.synonyms.isEmpty)
        let flush = try entry(cluster, .topic, "t", "flush.ms")
        #expect(flush.value == "9223372036854775807" && flush.synonyms.isEmpty)
    }

    @Test func aBrokerShowsPublicGivenAndDynamicSettings() throws {
        var cluster = try Cluster()
        try cluster.alter(.broker, "1", (0, "nosuch.thing", "1"), (0, "listener.name.a.max.connections", "5"))
        let result = describe(cluster, .broker, "1")
        #expect(result.configs.count == 342)
        let node = try entry(cluster, .broker, "1", "node.id")
        #expect(node.value == "1" && node.isReadOnly && node.configSource == 4)
        let unknown = try entry(cluster, .broker, "1", "nosuch.thing")
        #expect(unknown.value == nil && unknown.isSensitive && unknown.isReadOnly && unknown.configType == 0)
        let override = try entry(cluster, .broker, "1", "listener.name.a.max.connections")
        #expect(override.value == "5" && override.isReadOnly)
        #expect(override.synonyms.map(\.name) == ["listener.name.a.max.connections", "max.connections"])
        let threads = try entry(cluster, .broker, "1", "log.cleaner.threads")
        #expect(threads.value == "1" && !threads.isReadOnly && threads.configSource == 5)
    }

    @Test func passwordsAreNeverShown() throws {
        var cluster = try Cluster()
        try cluster.alter(.broker, "1", (0, "listener.name.a.ssl.key.password", "secret"))
        let entry = try entry(cluster, .broker, "1", "listener.name.a.ssl.key.password")
        #expect(entry.isSensitive && entry.value == nil && entry.synonyms.map(\.value) == [nil])
    }

    @Test func allBrokersShowWhatIsSetForAll() throws {
        var cluster = try Cluster()
        try cluster.alter(.broker, "", (0, "log.retention.ms", "86400000"))
        let configs = describe(cluster, .broker, "").configs
        #expect(configs.map(\.name) == ["log.retention.ms", "min.insync.replicas"])
        #expect(configs.map(\.value) == ["86400000", "1"] && configs.allSatisfy { $0.configSource == 3 })
        #expect(configs.allSatisfy { $0.synonyms.count == 1 })
    }

    @Test func keysNarrowTheAnswerAndSynonymsAreOptional() throws {
        let cluster = try withTopic()
        #expect(describe(cluster, .topic, "t", keys: ["flush.ms", "nosuch"]).configs.map(\.name) == ["flush.ms"])
        #expect(describe(cluster, .topic, "t", synonyms: false).configs.allSatisfy { $0.synonyms.isEmpty })
    }

    @Test func resourcesThatDoNotExistAreAnsweredSo() throws {
        let cluster = try Cluster()
        #expect(describe(cluster, .topic, "nope").errorCode == 3)
        #expect(describe(cluster, .topic, "a/b").errorCode == 17)
        #expect(describe(cluster, .broker, "x").errorMessage == "Broker id must be an integer, but it is: x")
        #expect(
            describe(cluster, .broker, "2").errorMessage
                == "Unexpected broker id, expected 1 or empty string, but received 2")
        #expect(describe(cluster, .group, "g").errorMessage == "Unsupported resource type: 32")
    }
}
