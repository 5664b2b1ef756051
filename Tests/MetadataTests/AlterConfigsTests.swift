import KafkaProtocol
import Testing

@testable import Metadata

@Suite struct AlterConfigsTests {
    private func withTopic() throws -> Cluster {
        var cluster = try Cluster()
        try cluster.create(Cluster.topic("t"))
        return cluster
    }

    private func topicConfig(_ cluster: Cluster) -> [String: String] {
        cluster.image.config(ConfigResource(.topic, "t"))
    }

    @Test func settingsAreSetAndDeleted() throws {
        var cluster = try withTopic()
        #expect(try cluster.alter(.topic, "t", (0, "retention.ms", "5"), (0, "flush.ms", "6")) == (.noError, nil))
        #expect(topicConfig(cluster) == ["retention.ms": "5", "flush.ms": "6"])
        try cluster.alter(.topic, "t", (1, "retention.ms", nil), (1, "nosuch", nil))
        #expect(topicConfig(cluster) == ["flush.ms": "6"])
    }

    @Test func listsAreAppendedToAndSubtractedFrom() throws {
        var cluster = try withTopic()
        try cluster.alter(.topic, "t", (2, "cleanup.policy", "compact"))
        #expect(topicConfig(cluster)["cleanup.policy"] == "delete,compact")
        try cluster.alter(.topic, "t", (3, "cleanup.policy", "delete"))
        #expect(topicConfig(cluster)["cleanup.policy"] == "compact")
        try cluster.alter(.topic, "t", (3, "cleanup.policy", "compact"))
        #expect(topicConfig(cluster)["cleanup.policy"] == "")
        #expect(
            try cluster.alter(.topic, "t", (2, "retention.ms", "1"))
                == (.invalidConfig, "Can't APPEND to key retention.ms because its type is not LIST."))
        #expect(
            try cluster.alter(.topic, "t", (3, "nosuch", "1")).message
                == "Can't SUBTRACT to key nosuch because its type is not LIST.")
    }

    @Test func aResourceChangesAsAWholeOrNot() throws {
        var cluster = try withTopic()
        #expect(
            try cluster.alter(.topic, "t", (0, "flush.ms", "1"), (0, "retention.ms", "-5"))
                == (.invalidConfig, "Invalid value -5 for configuration retention.ms: Value must be at least -1"))
        #expect(topicConfig(cluster).isEmpty)
    }

    @Test func anUnchangedTopicSettingIsNotWrittenAgain() throws {
        var cluster = try withTopic()
        try cluster.alter(.topic, "t", (0, "flush.ms", "1"))
        let before = cluster.nextOffset
        try cluster.alter(.topic, "t", (0, "flush.ms", "1"))
        #expect(cluster.nextOffset == before)
        try cluster.alter(.broker, "1", (0, "log.cleaner.threads", "2"))
        try cluster.alter(.broker, "1", (0, "log.cleaner.threads", "2"))
        #expect(cluster.nextOffset == before + 2)
    }

    @Test func topicsAreNamedAndExist() throws {
        var cluster = try withTopic()
        #expect(
            try cluster.alter(.topic, "nope", (0, "flush.ms", "1"))
                == (.unknownTopicOrPartition, "The topic 'nope' does not exist."))
        #expect(
            try cluster.alter(.topic, "", (0, "flush.ms", "1"))
                == (.invalidRequest, "Default topic resources are not allowed."))
        #expect(try cluster.alter(.topic, "a/b", (0, "flush.ms", "1")).error == .invalidTopicException)
        #expect(
            try cluster.alter(.topic, "t", (0, "nosuch", "1")) == (.invalidConfig, "Unknown topic config name: nosuch"))
    }

    @Test func nullsAndRepetitionsAreRefused() throws {
        var cluster = try withTopic()
        #expect(
            try cluster.alter(.topic, "t", (0, "flush.ms", nil))
                == (.invalidRequest, "Null value not supported for : flush.ms"))
        #expect(
            try cluster.alter(.topic, "t", (0, "flush.ms", "1"), (0, "flush.ms", "2"))
                == (.invalidRequest, "Error due to duplicate config keys"))
        #expect(
            try cluster.alter(.topic, "t", (9, "flush.ms", "2")) == (.invalidRequest, "Unknown operations type 9"))
        #expect(
            try cluster.alter(.topic, "t", (0, "cleanup.policy", String(repeating: "x", count: 40_000))).message
                == "The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes.")
        let resource = IncrementalAlterConfigsRequest.Resource {
            $0.resourceType = 2
            $0.resourceName = "t"
        }
        let twice = cluster.controller.incrementalAlterConfigs(
            IncrementalAlterConfigsRequest { $0.resources = [resource, resource] })
        #expect(
            twice.answer.responses.map(\.errorMessage)
                == Array(repeating: "Each resource must appear at most once.", count: 2))
    }

    @Test func readOnlyBrokerSettingsStay() throws {
        var cluster = try Cluster()
        #expect(
            try cluster.alter(.broker, "1", (0, "log.dirs", "/elsewhere"))
                == (.invalidRequest, "Cannot update these configs dynamically: [log.dirs]"))
    }

    @Test func keysNeedTheListenersPrefix() throws {
        var cluster = try Cluster()
        #expect(
            try cluster.alter(.broker, "1", (0, "ssl.keystore.location", "/x")).message
                == "These security configs can be dynamically updated only per-listener using the listener prefix: "
                + "[ssl.keystore.location]")
        #expect(
            try cluster.alter(.broker, "1", (0, "listener.name.a.ssl.keystore.location", "/x")).error == .noError)
    }

    @Test func perBrokerSettingsAreNotForAll() throws {
        var cluster = try Cluster()
        #expect(
            try cluster.alter(.broker, "", (0, "cordoned.log.dirs", "/x")).message
                == "Cannot update these configs at default cluster level, broker id must be specified: "
                + "[cordoned.log.dirs]")
    }

    @Test func aBrokersListsOnlyAreAppendedTo() throws {
        var cluster = try Cluster()
        #expect(
            try cluster.alter(.broker, "1", (2, "num.io.threads", "1"))
                == (.invalidConfig, "Config value append is not allowed for config key: num.io.threads"))
        #expect(
            try cluster.alter(.broker, "1", (3, "nosuch", "1")) == (.invalidConfig, "Unknown config name: nosuch"))
        try cluster.alter(.broker, "1", (2, "log.cleanup.policy", "compact"))
        #expect(cluster.image.config(ConfigResource(.broker, "1")) == ["log.cleanup.policy": "delete,compact"])
    }

    @Test func aListenersSettingMayBeForAllBrokers() throws {
        var cluster = try Cluster()
        #expect(
            try cluster.alter(.broker, "", (0, "listener.name.plaintext.max.connections", "5")).error == .noError)
        #expect(
            try cluster.alter(.broker, "", (0, "listener.name.plaintext.ssl.key.password", "5")).message
                == "Cannot update these configs at default cluster level, broker id must be specified: "
                + "[listener.name.plaintext.ssl.key.password]")
    }

    @Test func brokerValuesAreChecked() throws {
        var cluster = try Cluster()
        #expect(
            try cluster.alter(.broker, "1", (0, "num.io.threads", "0"))
                == (.invalidRequest, "Invalid value 0 for configuration num.io.threads: Value must be at least 1"))
        #expect(
            try cluster.alter(.broker, "1", (0, "leader.replication.throttled.rate", "-5")).message
                == "Invalid value -5 for configuration leader.replication.throttled.rate: Value must be at least 0")
        #expect(try cluster.alter(.broker, "1", (0, "nosuch.thing", "1")).error == .noError)
        #expect(
            try cluster.alter(.broker, "x", (0, "log.cleaner.threads", "1")).message
                == "Node id must be an integer, but it is: x")
        #expect(
            try cluster.alter(.broker, "2", (0, "log.cleaner.threads", "1")).message
                == "Unexpected broker id, expected 1, but received 2")
    }

    @Test func minInsyncReplicasIsTheClustersWhileELRIsKept() throws {
        var cluster = try Cluster()
        #expect(
            try cluster.alter(.broker, "1", (0, "min.insync.replicas", "2"))
                == (.invalidConfig, "Broker-level min.insync.replicas cannot be altered while ELR is enabled."))
        #expect(
            try cluster.alter(.broker, "", (1, "min.insync.replicas", nil)).message
                == "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.")
        #expect(try cluster.alter(.broker, "", (0, "min.insync.replicas", "2")).error == .noError)
        #expect(cluster.image.topicConfig("any", cluster.controller.server).minInsyncReplicas == 2)
        var without = try Cluster(features: [Feature(Feature.metadataVersion, 30)])
        #expect(try without.alter(.broker, "1", (0, "min.insync.replicas", "2")).error == .noError)
    }

    @Test func theOlderRequestReplacesEverything() throws {
        var cluster = try withTopic()
        try cluster.alter(.topic, "t", (0, "flush.ms", "1"), (0, "retention.ms", "2"))
        let request = AlterConfigsRequest {
            $0.resources = [
                AlterConfigsRequest.Resource {
                    $0.resourceType = 2
                    $0.resourceName = "t"
                    $0.configs = [
                        AlterConfigsRequest.Config {
                            $0.name = "flush.ms"
                            $0.value = "9"
                        }
                    ]
                }
            ]
        }
        let decision = cluster.controller.alterConfigs(request)
        try cluster.append(decision.records)
        #expect(decision.answer.responses[0].errorCode == 0 && topicConfig(cluster) == ["flush.ms": "9"])
    }

    @Test func otherResourcesAreRefused() throws {
        var cluster = try Cluster()
        #expect(try cluster.alter(.group, "g", (0, "a", "1")) == (.invalidRequest, "Unknown resource type 32"))
    }
}
