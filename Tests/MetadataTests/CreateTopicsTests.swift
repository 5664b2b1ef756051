import Bytes
import KafkaProtocol
import Testing

@testable import Metadata

@Suite struct CreateTopicsTests {
    private func refusal(
        _ topic: CreateTopicsRequest.Topic, brokers: Int32 = 1
    ) throws -> (error: KafkaError, message: String?) {
        var cluster = try Cluster(brokers: brokers)
        let answer = try cluster.create(topic)[0]
        #expect(cluster.image.topicIDs.isEmpty == (answer.errorCode != 0))
        return (KafkaError(code: answer.errorCode), answer.errorMessage)
    }

    private func expect(
        _ topic: CreateTopicsRequest.Topic, _ error: KafkaError, _ message: String, brokers: Int32 = 1,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let answer = try refusal(topic, brokers: brokers)
        #expect(answer.error == error && answer.message == message, sourceLocation: location)
    }

    @Test func aTopicHasItsPartitionsLedByTheBroker() throws {
        var cluster = try Cluster()
        let answer = try cluster.create(Cluster.topic("t", partitions: 3))[0]
        #expect(answer.errorCode == 0 && answer.errorMessage == nil)
        #expect(answer.partitionCount == 3 && answer.replicationFactor == 1)
        let topic = try #require(cluster.image[topic: "t"])
        #expect(topic.id == answer.topicID && topic.partitionCount == 3)
        let partition = try #require(cluster.image[partition: 2, of: "t"])
        #expect(partition.leader == 1 && partition.leaderEpoch == 0 && partition.inSyncReplicas == [1])
        #expect(partition.directories == [Cluster.directory(1)])
    }

    @Test func countsOfMinusOneAreTheBrokersDefaults() throws {
        var cluster = try Cluster(settings: [("num.partitions", "4")])
        #expect(try cluster.create(Cluster.topic("t", partitions: -1, factor: -1))[0].partitionCount == 4)
    }

    @Test func namesAreChecked() throws {
        let long = String(repeating: "a", count: 250)
        let known: [(String, String)] = [
            ("", "the empty string is not allowed"), (".", "'.' is not allowed"), ("..", "'..' is not allowed"),
            (long, "the length of '\(long)' is longer than the max allowed length 249"),
            (
                "bad/name",
                "'bad/name' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
            ),
        ]
        for (name, reason) in known {
            try expect(Cluster.topic(name), .invalidTopicException, "Topic name is invalid: \(reason)")
        }
        #expect(TopicName.problem(String(repeating: "a", count: 249)) == nil)
    }

    @Test func existingNamesAndNamesThatCollideAreRefused() throws {
        var cluster = try Cluster()
        try cluster.create(Cluster.topic("a.b"))
        #expect(try cluster.create(Cluster.topic("a.b"))[0].errorMessage == "Topic 'a.b' already exists.")
        let collision = try cluster.create(Cluster.topic("a_b"))[0]
        #expect(collision.errorCode == KafkaError.invalidTopicException.code)
        #expect(collision.errorMessage == "Topic 'a_b' collides with existing topic: a.b")
    }

    @Test func theMetadataTopicCannotBeCreated() throws {
        try expect(
            Cluster.topic("__cluster_metadata"), .invalidRequest,
            "Creation of internal topic __cluster_metadata is prohibited.")
    }

    @Test func aNameGivenTwiceIsAnsweredOnce() throws {
        var cluster = try Cluster()
        let answers = try cluster.create(Cluster.topic("t"), Cluster.topic("u"), Cluster.topic("t"))
        #expect(answers.map(\.name) == ["t", "u"])
        #expect(answers.map(\.errorCode) == [KafkaError.invalidRequest.code, 0])
        #expect(answers[0].errorMessage == "Duplicate topic name.")
    }

    @Test func countsAreChecked() throws {
        try expect(
            Cluster.topic("t", partitions: 0), .invalidPartitions,
            "Number of partitions was set to an invalid non-positive value.")
        try expect(
            Cluster.topic("t", factor: 0), .invalidReplicationFactor,
            "Replication factor must be larger than 0, or -1 to use the default value.")
        try expect(
            Cluster.topic("t", factor: 3), .invalidReplicationFactor,
            "Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because "
                + "only 1 broker(s) are registered or some brokers have all their log directories cordoned.")
        try expect(
            Cluster.topic("t", partitions: 20_000), .policyViolation,
            "Excessively large number of partitions per request.")
        try expect(
            Cluster.topic("t", partitions: .max), .policyViolation,
            "Excessively large number of partitions per request.")
    }

    @Test func manualAssignmentsAreChecked() throws {
        let error = KafkaError.invalidReplicaAssignment
        try expect(
            Cluster.assigned("t", [(0, [1]), (2, [1])]), error,
            "partitions should be a consecutive 0-based integer sequence")
        try expect(
            Cluster.assigned("t", [(0, [])]), error, "The manual partition assignment includes an empty replica list.")
        try expect(
            Cluster.assigned("t", [(0, [1, 1])]), error,
            "The manual partition assignment includes the broker 1 more than once.")
        try expect(
            Cluster.assigned("t", [(0, [9])]), error,
            "The manual partition assignment includes broker 9, but no such broker is registered.")
        try expect(
            Cluster.assigned("t", [(0, [1]), (0, [1])]), error,
            "Found multiple manual partition assignments for partition 0")
        try expect(
            Cluster.assigned("t", [(0, [1]), (1, [1, 2])]), error,
            "The manual partition assignment includes a partition with 2 replica(s), but this is not consistent with "
                + "previous partitions, which have 1 replica(s).", brokers: 2)
        var both = Cluster.assigned("t", [(0, [1])])
        both.replicationFactor = 1
        try expect(
            both, .invalidRequest,
            "A manual partition assignment was specified, but replication factor was not set to -1.")
        #expect(try refusal(Cluster.assigned("t", [(1, [1]), (0, [1])])).error == .noError)
    }

    @Test func configsAreCheckedAndStored() throws {
        try expect(
            Cluster.topic("t", configs: [("nosuch", "1")]), .invalidConfig, "Unknown topic config name: nosuch")
        try expect(
            Cluster.topic("t", configs: [("retention.ms", nil)]), .invalidConfig,
            "Null value not supported for topic configs: retention.ms")
        try expect(
            Cluster.topic("t", configs: [("segment.bytes", "100")]), .invalidConfig,
            "Invalid value 100 for configuration segment.bytes: Value must be at least 1048576")
        var cluster = try Cluster()
        let answer = try cluster.create(Cluster.topic("t", configs: [("retention.ms", "77")]))[0]
        #expect(cluster.image.config(ConfigResource(.topic, "t")) == ["retention.ms": "77"])
        let shown = try #require(answer.configs?.first { $0.name == "retention.ms" })
        #expect(shown.value == "77" && shown.source == ConfigSource.dynamicTopic.rawValue)
        #expect(answer.configs?.first { $0.name == "min.insync.replicas" }?.source == 3)
        #expect(answer.configs?.count == 33)
    }

    @Test func aRefusedTopicDoesNotKeepOthersFromBeingCreated() throws {
        var cluster = try Cluster()
        let answers = try cluster.create(Cluster.topic("a"), Cluster.topic("b", factor: 9), Cluster.topic("c"))
        #expect(answers.map(\.name) == ["a", "b", "c"] && answers.map { $0.errorCode == 0 } == [true, false, true])
        #expect(cluster.image.sortedTopicNames == ["a", "c"])
    }

    @Test func validationCreatesNothing() throws {
        var cluster = try Cluster()
        #expect(try cluster.create(Cluster.topic("a"), validateOnly: true)[0].errorCode == 0)
        #expect(cluster.image.topicIDs.isEmpty)
    }

    @Test func withoutABrokerThatServesNothingIsCreated() throws {
        var cluster = try Cluster(brokers: 0)
        #expect(
            try cluster.create(Cluster.topic("t"))[0].errorMessage
                == "Unable to replicate the partition 1 time(s): All brokers are currently fenced, or have all their log "
                + "directories cordoned.")
    }

    @Test func replicasAreSpreadOverTheBrokers() throws {
        var cluster = try Cluster(brokers: 3)
        try cluster.create(Cluster.topic("t", partitions: 3, factor: 2))
        let partitions = try #require(cluster.image[topic: "t"]).sortedPartitions.map(\.partition)
        #expect(Set(partitions.map(\.leader)) == [1, 2, 3])
        #expect(partitions.allSatisfy { Set($0.replicas).count == 2 && $0.inSyncReplicas == $0.replicas })
    }

    @Test func configsThatMayNotBeSeenAreHidden() throws {
        let cluster = try Cluster()
        let request = CreateTopicsRequest { $0.topics = [Cluster.topic("t")] }
        let decision = cluster.controller.createTopics(
            request, newID: { UUID(high: 1, low: 2) }, showsConfigs: { _ in false })
        let answer = decision.answer.topics[0]
        #expect(answer.configs == nil && answer.configErrorCode == 29 && answer.partitionCount == -1)
    }
}
