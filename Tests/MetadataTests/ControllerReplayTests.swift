import Bytes
import KafkaProtocol
import Testing

@testable import Metadata

@Suite struct ControllerReplayTests {
    private let topic = MetadataRecord.topic(
        TopicRecord {
            $0.name = "t"
            $0.topicID = UUID(high: 1, low: 1)
        })

    private func message(_ records: [MetadataRecord]) throws -> String? {
        var cluster = try Cluster()
        do {
            try cluster.append(records)
            return nil
        } catch { return (error as? ReplayError)?.message ?? "\(error)" }
    }

    @Test func changesAreToldOnce() throws {
        var cluster = try Cluster()
        try cluster.append([topic])
        try cluster.alter(.topic, "t", (0, "flush.ms", "1"))
        #expect(
            cluster.controller.takeChanges() == [
                .topicCreated(name: "t", id: UUID(high: 1, low: 1)),
                .config(ConfigResource(.topic, "t"), name: "flush.ms"),
            ])
        #expect(cluster.controller.takeChanges().isEmpty)
    }

    @Test func anAbortedTransactionLeavesNothing() throws {
        var cluster = try Cluster()
        let before = cluster.image
        try cluster.append([.beginTransaction(BeginTransactionRecord()), topic])
        #expect(cluster.controller.isInTransaction && cluster.controller.takeChanges().isEmpty)
        try cluster.append([.abortTransaction(AbortTransactionRecord())])
        #expect(cluster.image.topicIDs == before.topicIDs && !cluster.controller.isInTransaction)
        #expect(cluster.image.offset == cluster.nextOffset - 1 && cluster.controller.takeChanges().isEmpty)
    }

    @Test func aLogThatContradictsItselfIsRefused() throws {
        #expect(try message([topic, topic])?.contains("exists already") == true)
        #expect(try message([.removeTopic(RemoveTopicRecord())])?.contains("doesn't exist") == true)
        #expect(try message([.partition(PartitionRecord { $0.partitionID = 0 })])?.contains("doesn't exist") == true)
        #expect(try message([.partitionChange(PartitionChangeRecord())])?.contains("doesn't exist") == true)
        #expect(try message([.endTransaction(EndTransactionRecord())])?.contains("didn't begin") == true)
        #expect(try message([.fenceBroker(FenceBrokerRecord { $0.id = 9 })])?.contains("isn't registered") == true)
        #expect(try message([.producerIDs(ProducerIDsRecord())])?.contains("go back") == true)
    }

    @Test func anyNamedLeaderBeginsAnEpoch() throws {
        var cluster = try Cluster()
        let id = try cluster.create(Cluster.topic("t"))[0].topicID
        func change(_ fill: (inout PartitionChangeRecord) -> Void) -> MetadataRecord {
            .partitionChange(
                PartitionChangeRecord {
                    $0.topicID = id
                    $0.partitionID = 0
                    fill(&$0)
                })
        }
        try cluster.append([change { $0.isr = [1] }])
        #expect(cluster.image[partition: 0, of: "t"]?.leaderEpoch == 0)
        try cluster.append([change { $0.leader = 1 }])
        let partition = try #require(cluster.image[partition: 0, of: "t"])
        #expect(partition.leaderEpoch == 1 && partition.partitionEpoch == 2)
    }

    @Test func eligibleReplicasAreClearedByName() throws {
        var cluster = try Cluster()
        try cluster.create(Cluster.topic("t"), Cluster.topic("u"))
        let epoch = try #require(cluster.image.brokers[1]).epoch
        try cluster.append(try cluster.controller.beginControlledShutdown(1, epoch: epoch).records)
        try cluster.append([.clearELR(ClearELRRecord { $0.topicName = "t" })])
        #expect(cluster.image[partition: 0, of: "t"]?.eligibleLeaderReplicas == [])
        #expect(cluster.image[partition: 0, of: "u"]?.eligibleLeaderReplicas == [1])
        try cluster.append([.clearELR(ClearELRRecord())])
        #expect(cluster.image[partition: 0, of: "u"]?.lastKnownEligibleLeaders == [])
    }

    @Test func anImageDoesNotChangeUnderItsHolder() throws {
        var cluster = try Cluster()
        let held = cluster.image
        try cluster.create(Cluster.topic("t"))
        #expect(held.topicIDs.isEmpty && cluster.image.topicIDs.count == 1)
    }

    @Test func quotasAreSetAndRemoved() throws {
        var cluster = try Cluster()
        func quota(remove: Bool) -> MetadataRecord {
            .clientQuota(
                ClientQuotaRecord {
                    $0.entity = [
                        ClientQuotaRecord.EntityData {
                            $0.entityType = "user"
                            $0.entityName = nil
                        }
                    ]
                    $0.key = "producer_byte_rate"
                    $0.value = 5
                    $0.remove = remove
                })
        }
        try cluster.append([quota(remove: false)])
        #expect(cluster.image.clientQuotas.values.first == ["producer_byte_rate": 5])
        try cluster.append([quota(remove: true)])
        #expect(cluster.image.clientQuotas.isEmpty)
    }
}
