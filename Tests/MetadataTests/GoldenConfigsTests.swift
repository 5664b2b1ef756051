import Bytes
import Testing

@testable import Metadata

/// Every setting as Apache Kafka's DescribeConfigs answered it, for a node with the same file and the same alterations.
@Suite struct GoldenConfigsTests {
    private func cluster() throws -> Cluster {
        var cluster = try Cluster(settings: [
            ("controller.quorum.voters", "1@127.0.0.1:19661"),
            ("listeners", "PLAINTEXT://127.0.0.1:19660,CONTROLLER://127.0.0.1:19661"),
            ("advertised.listeners", "PLAINTEXT://127.0.0.1:19660"), ("log.dirs", "/data"),
            ("group.initial.rebalance.delay.ms", "0"), ("log.retention.hours", "24"), ("num.io.threads", "4"),
            ("super.users", "User:a"),
        ])
        try cluster.create(Cluster.topic("t", configs: [("retention.ms", " 77 ")]))
        try cluster.alter(.topic, "t", (0, "internal.segment.bytes", "16384"))
        try cluster.alter(
            .broker, "1", (0, "nosuch.thing", "1"), (0, "log.cleaner.threads", "2"),
            (0, "message.max.bytes", "2000000"),
            (0, "listener.name.plaintext.max.connections", "5"), (0, "listener.name.plaintext.ssl.key.password", "s"),
            (2, "log.cleanup.policy", "compact"))
        try cluster.alter(
            .broker, "", (0, "log.retention.ms", "86400000"), (0, "min.insync.replicas", "2"),
            (0, "message.max.bytes", "3000000"), (0, "leader.replication.throttled.rate", "5"),
            (0, "unclean.leader.election.enable", "true"))
        return cluster
    }

    private func lines(_ kind: String, _ entries: [ConfigEntry]) -> [String] {
        // Given in our file but not in Kafka's; and log.retention.hours, whose value Kafka shows at its default while
        // log.retention.ms is set for all brokers, although its file says otherwise.
        let leftOut = ["controller.quorum.bootstrap.servers", "listener.security.protocol.map", "log.retention.hours"]
        return entries.filter { !leftOut.contains($0.name) }.map { entry in
            let synonyms = entry.synonyms.map { "\(Self.name($0.source)):\($0.name)=\($0.value ?? "null")" }
            return
                "\(kind) \(entry.name)=\(entry.value ?? "null") src=\(Self.name(entry.source)) ro=\(entry.isReadOnly) "
                + "sens=\(entry.isSensitive) type=\(entry.type.name) syn=[\(synonyms.joined(separator: ", "))]"
        }
    }

    private static func name(_ source: ConfigSource) -> String {
        switch source {
        case .dynamicTopic: "DYNAMIC_TOPIC_CONFIG"
        case .dynamicBroker: "DYNAMIC_BROKER_CONFIG"
        case .dynamicDefaultBroker: "DYNAMIC_DEFAULT_BROKER_CONFIG"
        case .staticBroker: "STATIC_BROKER_CONFIG"
        default: "DEFAULT_CONFIG"
        }
    }

    @Test func everySettingIsShownAsKafkaShowsIt() throws {
        let cluster = try cluster()
        let view = ConfigView(server: cluster.controller.server, image: cluster.image)
        var ours = lines("BROKER 1", view.brokerEntries())
        ours += lines("BROKER ", view.allBrokersEntries())
        ours += lines("TOPIC t", view.topicEntries(cluster.image.config(ConfigResource(.topic, "t"))))
        let leftOut = ["controller.quorum.bootstrap.servers", "listener.security.protocol.map", "log.retention.hours"]
        let kafkas = try GoldenFile.read("describe-configs.txt").text.split(separator: "\n").map(String.init)
            .filter { line in !leftOut.contains { line.hasPrefix("BROKER 1 \($0)=") } }
        #expect(kafkas.count > 370)
        #expect(Set(ours).subtracting(kafkas).sorted() == [])
        #expect(Set(kafkas).subtracting(ours).sorted() == [])
    }
}
