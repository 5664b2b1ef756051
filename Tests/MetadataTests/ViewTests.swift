import Bytes
import KafkaProtocol
import Testing

@testable import Metadata

@Suite struct ViewTests {
    private func view(_ cluster: Cluster, listener: String = "PLAINTEXT") -> MetadataView {
        MetadataView(image: cluster.image, listenerName: listener, controllerID: 1)
    }

    private func withTopics() throws -> Cluster {
        var cluster = try Cluster()
        try cluster.create(
            Cluster.topic("b", partitions: 3), Cluster.topic("a", partitions: 2),
            Cluster.topic("__consumer_offsets"))
        return cluster
    }

    private func asking(_ names: String...) -> MetadataRequest {
        MetadataRequest { $0.topics = names.map { name in MetadataRequest.Topic { $0.name = name } } }
    }

    @Test func nilAsksForAllTopicsAndNothingForNone() throws {
        let view = view(try withTopics())
        #expect(
            view.answer(MetadataRequest { $0.topics = nil }, version: 13).topics.map(\.name)
                == ["__consumer_offsets", "a", "b"])
        #expect(view.answer(MetadataRequest(), version: 1).topics.isEmpty)
        #expect(view.answer(MetadataRequest(), version: 0).topics.count == 3)
    }

    @Test func brokersAreThoseOfTheListener() throws {
        let cluster = try withTopics()
        let answer = view(cluster).answer(MetadataRequest(), version: 13)
        #expect(answer.brokers.map(\.host) == ["host1"] && answer.brokers[0].rack == "r1")
        #expect(answer.clusterID == Cluster.clusterID && answer.controllerID == 1)
        let other = view(cluster, listener: "OTHER").answer(asking("a"), version: 13)
        #expect(other.brokers.isEmpty && other.topics[0].partitions[0].leaderID == -1)
        #expect(other.topics[0].partitions[0].errorCode == KafkaError.listenerNotFound.code)
        let old = view(cluster, listener: "OTHER").answer(asking("a"), version: 5)
        #expect(old.topics[0].partitions[0].errorCode == KafkaError.leaderNotAvailable.code)
    }

    @Test func unknownTopicsAreAnsweredByNameAndByID() throws {
        let cluster = try withTopics()
        let view = view(cluster)
        let answers = view.answer(asking("nope", "a/b", "a"), version: 13).topics
        #expect(answers.map(\.errorCode) == [3, 17, 0])
        #expect(view.missingTopics(asking("nope", "a/b", "a")) == ["nope"])
        let byID = MetadataRequest {
            $0.topics = [cluster.image[topic: "a"]?.id ?? .zero, UUID(high: 5, low: 5)].map { id in
                MetadataRequest.Topic {
                    $0.name = nil
                    $0.topicID = id
                }
            }
        }
        let found = view.answer(byID, version: 13).topics
        #expect(found.map(\.name) == ["a", nil] && found.map(\.errorCode) == [0, 100])
    }

    @Test func internalTopicsAreMarked() throws {
        let answers = view(try withTopics()).answer(asking("__consumer_offsets", "a"), version: 13).topics
        #expect(answers.map(\.isInternal) == [true, false])
    }

    @Test func aFencedBrokerLeadsNothing() throws {
        var cluster = try withTopics()
        let epoch = try #require(cluster.image.brokers[1]).epoch
        try cluster.append(try cluster.controller.fenceBroker(1, epoch: epoch).records)
        let partition = view(cluster).answer(asking("a"), version: 13).topics[0].partitions[0]
        #expect(partition.leaderID == -1 && partition.offlineReplicas == [1] && partition.errorCode == 5)
    }

    private func pages(
        _ cluster: Cluster, limit: Int, topics: [String] = []
    ) throws -> [[(topic: String?, partitions: [Int32])]] {
        var request = DescribeTopicPartitionsRequest {
            $0.topics = topics.map { name in DescribeTopicPartitionsRequest.Topic { $0.name = name } }
        }
        var pages: [[(topic: String?, partitions: [Int32])]] = []
        repeat {
            let answer = try view(cluster).answer(request, limit: limit)
            pages.append(answer.topics.map { ($0.name, $0.partitions.map(\.partitionIndex)) })
            request.cursor = answer.nextCursor
        } while request.cursor != nil && pages.count < 20
        return pages
    }

    @Test func partitionsComeInPages() throws {
        let cluster = try withTopics()
        let pages = try pages(cluster, limit: 2)
        #expect(
            pages.map { page in page.map { "\($0.topic ?? "")\($0.partitions)" }.joined(separator: " ") }
                == ["__consumer_offsets[0] a[0]", "a[1] b[0]", "b[1, 2]"])
        #expect(try self.pages(cluster, limit: 100).count == 1)
        #expect(try self.pages(cluster, limit: 0).count == 6)
    }

    @Test func pagesNameUnknownTopics() throws {
        let request = DescribeTopicPartitionsRequest {
            $0.topics = ["nope", "a"].map { name in DescribeTopicPartitionsRequest.Topic { $0.name = name } }
        }
        let answer = try view(try withTopics()).answer(request, limit: 9)
        #expect(answer.topics.map(\.name) == ["a", "nope"] && answer.topics.map(\.errorCode) == [0, 3])
        #expect(answer.topics[0].partitions[0].eligibleLeaderReplicas == [])
    }

    @Test func aCursorPointsSomewhere() throws {
        let request = DescribeTopicPartitionsRequest {
            $0.cursor = DescribeTopicPartitionsRequest.Cursor { $0.partitionIndex = -1 }
        }
        let view = view(try withTopics())
        #expect(throws: ControllerError.self) { try view.answer(request, limit: 9) }
    }

    @Test func theClusterIsDescribed() throws {
        let answer = view(try withTopics()).describeCluster(DescribeClusterRequest())
        #expect(answer.brokers.map(\.brokerID) == [1] && answer.clusterID == Cluster.clusterID)
    }
}
