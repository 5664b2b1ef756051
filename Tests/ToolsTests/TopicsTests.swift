import Bytes
import KafkaProtocol
import Testing

@testable import KafkaClient
@testable import Tools

@Suite struct TopicDescriptionTests {
    private func partition(_ index: Int32, leader: Int32?, replicas: [Int32], inSync: [Int32], elr: [Int32]? = [])
        -> TopicMetadata.Partition
    {
        TopicMetadata.Partition(
            index: index, leader: leader, leaderEpoch: 0, replicas: replicas, inSyncReplicas: inSync,
            eligibleLeaderReplicas: elr, lastKnownEligibleLeaderReplicas: elr, error: .noError)
    }

    private func description(
        _ partitions: [TopicMetadata.Partition], minimum: Int = 1, moving: [TopicPartition: TopicDescription.Move] = [:]
    ) -> TopicDescription {
        TopicDescription(
            TopicMetadata(name: "user-events", topicID: UUID(high: 0, low: 1), partitions: partitions),
            [("segment.bytes", "1073741824"), ("retention.ms", "86400000")], minimumInSync: minimum, moving: moving,
            liveBrokers: [1, 2])
    }

    @Test func theHeadlineIsKafkas() {
        let shown = description([partition(0, leader: 1, replicas: [1, 2], inSync: [1])])
        #expect(
            shown.headline
                == "Topic: user-events\tTopicId: AAAAAAAAAAAAAAAAAAAAAQ\tPartitionCount: 1\tReplicationFactor: 2"
                + "\tConfigs: segment.bytes=1073741824,retention.ms=86400000")
    }

    @Test func aPartitionsLineIsKafkas() {
        let lines = description([
            partition(0, leader: 1, replicas: [1, 2], inSync: [2, 1]),
            partition(1, leader: nil, replicas: [3], inSync: [], elr: nil),
        ]).lines([])
        #expect(
            lines[0] == "\tTopic: user-events\tPartition: 0\tLeader: 1\tReplicas: 1,2\tIsr: 2,1\tElr: \tLastKnownElr: ")
        #expect(
            lines[1]
                == "\tTopic: user-events\tPartition: 1\tLeader: none\tReplicas: 3\tIsr: \tElr: N/A\tLastKnownElr: N/A")
    }

    @Test func whatMovesIsShownAndNotCounted() {
        let shown = description(
            [partition(0, leader: 1, replicas: [1, 2], inSync: [1])],
            moving: [TopicPartition("user-events", 0): .init(adding: [2], removing: [])])
        #expect(shown.headline.contains("ReplicationFactor: 1\t"))
        #expect(shown.lines([])[0].contains("\tIsr: 1\tAdding Replicas: 2\tRemoving Replicas: \tElr: "))
        #expect(shown.lines(["under-replicated-partitions"]).isEmpty)
    }

    @Test func reportsChooseTheirPartitions() {
        let shown = description(
            [
                partition(0, leader: 1, replicas: [1, 2], inSync: [1, 2]),
                partition(1, leader: 1, replicas: [1, 2], inSync: [1]),
                partition(2, leader: 9, replicas: [1, 9], inSync: [1, 9, 2]),
            ], minimum: 2)
        func indexes(_ report: String) -> [Int] {
            shown.lines([report]).compactMap { line in
                line.split(separator: "\t").first { $0.hasPrefix("Partition: ") }.flatMap { Int($0.dropFirst(11)) }
            }
        }
        #expect(indexes("under-replicated-partitions") == [1])
        #expect(indexes("unavailable-partitions") == [2])
        #expect(indexes("under-min-isr-partitions") == [1])
        #expect(indexes("at-min-isr-partitions") == [0])
    }
}

@Suite struct TopicsOptionsTests {
    private func message(_ arguments: String...) -> String? {
        do throws(UsageFailure) {
            try Topics.check(try Topics.table.parse(arguments))
            return nil
        } catch { return error.message }
    }

    @Test func exactlyOneActionIsAsked() {
        let sentence = "Command must include exactly one action: --list, --describe, --create, --alter or --delete"
        #expect(message("--bootstrap-server", "b") == sentence)
        #expect(message("--list", "--create", "--bootstrap-server", "b") == sentence)
        #expect(message("--list", "--bootstrap-server", "b") == nil)
        #expect(message("--list") == "--bootstrap-server must be specified")
    }

    @Test func whatBelongsToOtherActionsIsRefused() {
        #expect(message("--create", "--bootstrap-server", "b") == "Missing required argument \"[topic]\"")
        #expect(
            message("--list", "--if-exists", "--bootstrap-server", "b")
                == "Option \"[if-exists]\" can't be used with option \"[list]\"")
        #expect(
            message("--alter", "--topic", "t", "--config", "a=b", "--bootstrap-server", "b")?.hasPrefix(
                "Option combination \"[[bootstrap-server], [config]]\"") == true)
        #expect(
            message(
                "--create", "--topic", "t", "--partitions", "1", "--replica-assignment", "1", "--bootstrap-server", "b")
                == "Option \"[partitions]\" can't be used with option \"[replica-assignment]\"")
    }

    @Test func assignmentsAreListsOfBrokers() throws {
        #expect(try TopicCommand.assignment("1:2,2:3") == [[1, 2], [2, 3]])
        #expect(throws: ClientError.configuration("Partition replica lists may not contain duplicate entries: 1")) {
            try TopicCommand.assignment("1:1")
        }
    }

    @Test func patternsMatchWholeNames() throws {
        let pattern = try TopicPattern("a.*, 'b'")
        #expect(["a", "abc", "b", "bc", "xa"].filter(pattern.matches) == ["a", "abc", "b"])
        #expect(try !TopicPattern("user").matches("user-events"))
    }
}
