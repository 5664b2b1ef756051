import Bytes
import KafkaProtocol
import Testing

@testable import Metadata

@Suite struct TopicChangeTests {
    private func delete(
        _ cluster: inout Cluster, _ topics: [DeleteTopicsRequest.Topic]
    ) throws -> [DeleteTopicsResponse.Topic] {
        let decision = cluster.controller.deleteTopics(DeleteTopicsRequest { $0.topics = topics }, version: 6)
        try cluster.append(decision.records)
        return decision.answer.responses
    }

    private func named(_ name: String) -> DeleteTopicsRequest.Topic { DeleteTopicsRequest.Topic { $0.name = name } }

    private func grow(
        _ cluster: inout Cluster, _ name: String, to count: Int32, _ assignments: [[Int32]]? = nil
    ) throws -> (error: KafkaError, message: String?) {
        let request = CreatePartitionsRequest {
            $0.topics = [
                CreatePartitionsRequest.Topic {
                    $0.name = name
                    $0.count = count
                    $0.assignments = assignments?.map { brokers in
                        CreatePartitionsRequest.Assignment { $0.brokerIDs = brokers }
                    }
                }
            ]
        }
        let decision = cluster.controller.createPartitions(request)
        try cluster.append(decision.records)
        return (KafkaError(code: decision.answer.results[0].errorCode), decision.answer.results[0].errorMessage)
    }

    @Test func topicsAreDeletedByNameAndByID() throws {
        var cluster = try Cluster()
        let created = try cluster.create(Cluster.topic("a", configs: [("retention.ms", "1")]), Cluster.topic("b"))
        let byID = DeleteTopicsRequest.Topic { $0.topicID = created[1].topicID }
        let answers = try delete(&cluster, [named("a"), byID])
        #expect(answers.map(\.errorCode) == [0, 0] && answers.map(\.name) == ["a", "b"])
        #expect(answers[0].topicID == created[0].topicID)
        #expect(cluster.image.topicsByID.isEmpty && cluster.image.config(ConfigResource(.topic, "a")).isEmpty)
    }

    @Test func unknownTopicsAreAnsweredSo() throws {
        var cluster = try Cluster()
        let answers = try delete(
            &cluster,
            [
                named("nope"), DeleteTopicsRequest.Topic { $0.topicID = UUID(high: 9, low: 9) },
                DeleteTopicsRequest.Topic { $0.name = nil },
            ])
        #expect(answers.map(\.errorCode) == [3, 100, 42])
        #expect(answers[0].errorMessage == "This server does not host this topic-partition.")
        #expect(answers[1].errorMessage == "This server does not host this topic ID.")
        #expect(answers[2].errorMessage == "Neither topic name nor id were specified.")
    }

    @Test func aTopicIsNamedOnce() throws {
        var cluster = try Cluster()
        let id = try cluster.create(Cluster.topic("a"))[0].topicID
        let twice = try delete(&cluster, [named("a"), named("a")])
        #expect(twice.map(\.errorMessage) == ["Duplicate topic name.", "Duplicate topic name."])
        let both = try delete(&cluster, [named("a"), DeleteTopicsRequest.Topic { $0.topicID = id }])
        #expect(both.map(\.errorCode) == [0, 42] && cluster.image.topicIDs.isEmpty)
    }

    @Test func deletionCanBeTurnedOff() throws {
        var cluster = try Cluster(settings: [("delete.topic.enable", "false")])
        try cluster.create(Cluster.topic("a"))
        #expect(try delete(&cluster, [named("a")])[0].errorCode == KafkaError.topicDeletionDisabled.code)
        let old = cluster.controller.deleteTopics(DeleteTopicsRequest { $0.topicNames = ["a"] }, version: 2)
        #expect(old.answer.responses[0].errorCode == KafkaError.invalidRequest.code)
    }

    @Test func olderVersionsNameTopicsOnly() throws {
        var cluster = try Cluster()
        try cluster.create(Cluster.topic("a"))
        let decision = cluster.controller.deleteTopics(DeleteTopicsRequest { $0.topicNames = ["a"] }, version: 5)
        #expect(decision.answer.responses.map(\.errorCode) == [0] && decision.records.count == 1)
    }

    @Test func partitionsAreAdded() throws {
        var cluster = try Cluster()
        try cluster.create(Cluster.topic("t"))
        #expect(try grow(&cluster, "t", to: 3).error == .noError)
        #expect(cluster.image[topic: "t"]?.partitionCount == 3)
        #expect(cluster.image[partition: 2, of: "t"]?.leader == 1)
        #expect(try grow(&cluster, "t", to: 4, [[1]]).error == .noError)
    }

    @Test func partitionCountsOnlyGrow() throws {
        var cluster = try Cluster()
        try cluster.create(Cluster.topic("t", partitions: 2))
        #expect(
            try grow(&cluster, "t", to: 1).message
                == "The topic t currently has 2 partition(s); 1 would not be an increase.")
        #expect(
            try grow(&cluster, "t", to: -1).message
                == "The topic t currently has 2 partition(s); -1 would not be an increase.")
        let same = try grow(&cluster, "t", to: 2)
        #expect(same.error == .invalidPartitions && same.message == "Topic already has 2 partition(s).")
        #expect(try grow(&cluster, "t", to: .max).error == .policyViolation)
        let unknown = try grow(&cluster, "nope", to: 2)
        #expect(unknown.error == .unknownTopicOrPartition)
    }

    @Test func addedAssignmentsAreChecked() throws {
        var cluster = try Cluster()
        try cluster.create(Cluster.topic("t", partitions: 2))
        #expect(
            try grow(&cluster, "t", to: 4, [[1]]).message
                == "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.")
        #expect(
            try grow(&cluster, "t", to: 3, [[9]]).message
                == "The manual partition assignment includes broker 9, but no such broker is registered.")
        #expect(try grow(&cluster, "t", to: 3, [[]]).error == .invalidReplicaAssignment)
    }
}
