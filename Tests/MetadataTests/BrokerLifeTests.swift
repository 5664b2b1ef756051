import Bytes
import KafkaProtocol
import Testing

@testable import Metadata

@Suite struct BrokerLifeTests {
    private func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch { return (error as? ControllerError)?.message ?? "\(error)" }
    }

    @Test func aBrokerIsRegisteredFencedWithItsOffsetAsEpoch() throws {
        var cluster = try Cluster(brokers: 0)
        let offset = cluster.nextOffset
        let decision = try cluster.controller.registerBroker(Cluster.registration(1), nextOffset: offset)
        try cluster.append(decision.records)
        let broker = try #require(cluster.image.brokers[1])
        #expect(decision.answer == offset && broker.epoch == offset && broker.isFenced && broker.rack == "r1")
        try cluster.append(try cluster.controller.unfenceBroker(1, epoch: offset).records)
        #expect(cluster.image.brokers[1]?.isFenced == false && cluster.image.brokers[1]?.cordonedLogDirectories == [])
    }

    @Test func theSameProcessKeepsItsEpoch() throws {
        let cluster = try Cluster()
        let epoch = try #require(cluster.image.brokers[1]).epoch
        #expect(try cluster.controller.registerBroker(Cluster.registration(1), nextOffset: 99).answer == epoch)
        let other = Cluster.registration(1, incarnation: 2)
        #expect(try cluster.controller.registerBroker(other, nextOffset: 99).answer == 99)
    }

    @Test func registrationsAreChecked() throws {
        let cluster = try Cluster()
        func register(_ change: (inout BrokerRegistration) -> Void) -> String? {
            var registration = Cluster.registration(2)
            change(&registration)
            return message { _ = try cluster.controller.registerBroker(registration, nextOffset: 9) }
        }
        #expect(
            register { $0.clusterID = "other" }
                == "Expected cluster ID \(Cluster.clusterID), but got cluster ID other")
        #expect(
            register { $0.features[Feature.metadataVersion] = 7...29 }
                == "Unable to register because the broker does not support finalized version 30 of metadata.version. The "
                + "broker wants a version between 7 and 29, inclusive.")
        #expect(register { $0.logDirectories = [] } == "No directories specified in request")
        #expect(register { $0.logDirectories = [UUID(high: 0, low: 1)] } == "Reserved directory ID in request")
        #expect(
            register { $0.logDirectories = [Cluster.directory(2), Cluster.directory(2)] }
                == "Duplicate directory ID in request")
        #expect(
            register { $0.logDirectories = [Cluster.directory(1)] }
                == "Broker 1 is already registered with directory \(Cluster.directory(1))")
    }

    @Test func aDirectoryThatFailsTakesItsLeadersWithIt() throws {
        var cluster = try Cluster()
        let epoch = try #require(cluster.image.brokers[1]).epoch
        let (one, two) = (Cluster.directory(1), UUID(high: 7, low: 99))
        try cluster.append(cluster.controller.setOnlineDirectories([one, two], of: 1, epoch: epoch).records)
        try cluster.create(Cluster.topic("t", partitions: 2))
        let topic = try #require(cluster.image[topic: "t"])
        #expect(topic.partitions[0]?.directory(of: 1) == ClusterImage.unassignedDirectory)
        let places = [one, two].enumerated().map {
            ReplicaDirectory(topicID: topic.id, partition: Int32($0.offset), directory: $0.element)
        }
        try cluster.append(cluster.controller.assignDirectories(places, of: 1, epoch: epoch).records)
        #expect(try cluster.controller.assignDirectories(places, of: 1, epoch: epoch).records.isEmpty)
        try cluster.append(cluster.controller.setOnlineDirectories([one], of: 1, epoch: epoch).records)
        let view = MetadataView(image: cluster.image, listenerName: "PLAINTEXT", controllerID: 1)
        let partitions = try #require(cluster.image[topic: "t"]).partitions
        #expect(partitions[0]?.leader == 1 && partitions[1]?.leader == -1 && partitions[1]?.inSyncReplicas == [1])
        #expect(partitions.mapValues { view.offlineReplicas($0) } == [0: [], 1: [1]])
        // It is back at the next start.
        var again = Cluster.registration(1, incarnation: 2)
        again.logDirectories = [one, two]
        let registered = try cluster.controller.registerBroker(again, nextOffset: cluster.nextOffset)
        try cluster.append(registered.records)
        try cluster.append(cluster.controller.unfenceBroker(1, epoch: registered.answer).records)
        #expect(cluster.image[topic: "t"]?.partitions[1]?.leader == 1)
        // Or it isn't.
        again.logDirectories = [two]
        again.incarnationID = UUID(high: 3, low: 1)
        let third = try cluster.controller.registerBroker(again, nextOffset: cluster.nextOffset)
        try cluster.append(third.records)
        try cluster.append(cluster.controller.unfenceBroker(1, epoch: third.answer).records)
        #expect(cluster.image[topic: "t"]?.partitions.mapValues(\.leader) == [0: -1, 1: 1])
    }

    @Test func aStaleEpochIsRefused() throws {
        let cluster = try Cluster()
        let epoch = try #require(cluster.image.brokers[1]).epoch
        #expect(
            message { _ = try cluster.controller.allocateProducerIDs(brokerID: 1, epoch: 77) }
                == "Expected broker epoch \(epoch), but got broker epoch 77")
        #expect(
            message { _ = try cluster.controller.allocateProducerIDs(brokerID: 5, epoch: 77) }
                == "No broker registration found for broker id 5")
    }

    @Test func aCleanStopIsRememberedAndTheNextStartLeadsAgain() throws {
        var cluster = try Cluster()
        try cluster.create(Cluster.topic("t", partitions: 2))
        let epoch = try #require(cluster.image.brokers[1]).epoch
        try cluster.append(try cluster.controller.beginControlledShutdown(1, epoch: epoch).records)
        let stopped = try #require(cluster.image[partition: 1, of: "t"])
        #expect(stopped.leader == -1 && stopped.inSyncReplicas.isEmpty && stopped.leaderEpoch == 1)
        #expect(stopped.eligibleLeaderReplicas == [1] && stopped.lastKnownEligibleLeaders == [1])
        try cluster.append(try cluster.controller.fenceBroker(1, epoch: epoch).records)
        #expect(cluster.image.brokers[1]?.isFenced == true)

        let again = try cluster.controller.registerBroker(
            Cluster.registration(1, incarnation: 2), nextOffset: cluster.nextOffset)
        try cluster.append(again.records)
        try cluster.append(try cluster.controller.unfenceBroker(1, epoch: again.answer).records)
        let leading = try #require(cluster.image[partition: 1, of: "t"])
        #expect(leading.leader == 1 && leading.inSyncReplicas == [1] && leading.leaderEpoch == 2)
        #expect(leading.eligibleLeaderReplicas.isEmpty && leading.lastKnownEligibleLeaders.isEmpty)
    }

    @Test func withoutELRTheLastInSyncReplicaStays() throws {
        var cluster = try Cluster(features: [Feature(Feature.metadataVersion, 30)])
        try cluster.create(Cluster.topic("t"))
        let epoch = try #require(cluster.image.brokers[1]).epoch
        try cluster.append(try cluster.controller.beginControlledShutdown(1, epoch: epoch).records)
        let stopped = try #require(cluster.image[partition: 0, of: "t"])
        #expect(stopped.leader == -1 && stopped.inSyncReplicas == [1])
    }

    @Test func leadershipMovesToAnotherReplica() throws {
        var cluster = try Cluster(brokers: 2)
        try cluster.create(Cluster.assigned("t", [(0, [1, 2])]))
        let epoch = try #require(cluster.image.brokers[1]).epoch
        try cluster.append(try cluster.controller.beginControlledShutdown(1, epoch: epoch).records)
        let partition = try #require(cluster.image[partition: 0, of: "t"])
        #expect(partition.leader == 2 && partition.inSyncReplicas == [2] && partition.leaderEpoch == 1)
    }

    @Test func producerIDsComeInBlocksOfAThousand() throws {
        var cluster = try Cluster()
        let epoch = try #require(cluster.image.brokers[1]).epoch
        for expected in [0, 1000] as [Int64] {
            let decision = try cluster.controller.allocateProducerIDs(brokerID: 1, epoch: epoch)
            try cluster.append(decision.records)
            #expect(decision.answer.range == expected..<expected + 1000)
        }
        #expect(cluster.image.nextProducerID == 2000)
        try cluster.append([.producerIDs(ProducerIDsRecord { $0.nextProducerID = .max - 999 })])
        #expect(
            message { _ = try cluster.controller.allocateProducerIDs(brokerID: 1, epoch: epoch) }
                == "Exhausted all producerIds as the next block's end producerId has exceeded the int64 type limit")
    }

    @Test func featuresAreFinalizedWithinWhatAllSupport() throws {
        var cluster = try Cluster()
        try cluster.append(try cluster.controller.setFeature(Feature.transactionVersion, level: 2).records)
        #expect(cluster.image.features[Feature.transactionVersion] == 2)
        #expect(
            message { _ = try cluster.controller.setFeature(Feature.transactionVersion, level: 3) }
                == "Invalid update version 3 for feature transaction.version. Local controller 1 only supports versions "
                + "0-2")
        #expect(message { _ = try cluster.controller.setFeature("nosuch", level: 1) } != nil)
        #expect(
            message { _ = try cluster.controller.setFeature(Feature.transactionVersion, level: 1) }?
                .hasSuffix("setting the upgrade type to either safe or unsafe downgrade.") == true)
        let lowered = try cluster.controller.setFeature(
            Feature.transactionVersion, level: 0, allowsDowngrade: true)
        try cluster.append(lowered.records)
        #expect(cluster.image.features[Feature.transactionVersion] == nil)
    }
}
