import Bytes
import KafkaProtocol
import Records
import Testing

@testable import Metadata

/// The metadata log and a snapshot that Apache Kafka 4.3.1 wrote.
@Suite struct GoldenReplayTests {
    private func records(_ bytes: ByteSlice) throws -> [(offset: Int64, record: MetadataRecord)] {
        var batches = BatchIterator(bytes)
        var result: [(offset: Int64, record: MetadataRecord)] = []
        while let batch = try batches.nextBatch() {
            result += try MetadataBatches.decode(batch, with: Decompressor())
        }
        return result
    }

    private func replayed(_ name: String, until end: Int64 = .max) throws -> Controller {
        let server = try ServerConfiguration(ServerConfiguration.embedded(dataDirectory: "data"))
        var controller = Controller(clusterID: "4L6g3nShT-eMCtK--X86sw", server: server)
        for (offset, record) in try records(try GoldenFile.read(name)) where offset < end {
            try controller.replay(record, offset: offset)
        }
        return controller
    }

    @Test func theLogGivesKafkasCluster() throws {
        let image = try replayed("cluster-metadata.log").image
        #expect(image.offset == 163 && image.metadataVersion == 30 && image.nextProducerID == 1000)
        #expect(
            image.features == [
                "metadata.version": 30, "eligible.leader.replicas.version": 1, "group.version": 1, "share.version": 1,
                "streams.version": 1, "transaction.version": 2,
            ])
        #expect(image[topic: "codec-none"]?.id.text == "7mab925wT_exGt-ByMra_w")
        #expect(image[topic: "grouped"]?.partitionCount == 4 && image[topic: "deleted"] == nil)
        #expect(image[topic: "configured"]?.partitionCount == 3)
        #expect(
            image.config(ConfigResource(.topic, "configured"))
                == ["max.message.bytes": "2000000", "retention.ms": "3600000"])
        #expect(image.config(ConfigResource(.broker, "1")) == ["log.cleaner.threads": "2"])
        #expect(image.config(.defaultBroker) == ["min.insync.replicas": "1"])
        #expect(image.scramCredentials[ScramName(user: "alice", mechanism: 1)]?.iterations == 4096)
        let broker = try #require(image.brokers[1])
        #expect(broker.epoch == 11 && broker.isFenced && broker.isInControlledShutdown)
        #expect(broker.logDirectories.map(\.text) == ["2LAwSDzQ42yZXjWbbFXqYQ"])
        #expect(broker.endpoints.map(\.text) == ["PLAINTEXT://127.0.0.1:19220"])
        #expect(image.controllers[1]?.endpoints.first?.port == 19221)
    }

    @Test func theLogEndsInACleanStop() throws {
        let image = try replayed("cluster-metadata.log").image
        for topic in image.topicsByID.values {
            for partition in topic.partitions.values {
                #expect(partition.leader == -1 && partition.inSyncReplicas.isEmpty)
                #expect(partition.eligibleLeaderReplicas == [1] && partition.leaderEpoch == 1)
            }
        }
    }

    @Test func weLeadKafkasPartitionsAgain() throws {
        var controller = try replayed("cluster-metadata.log")
        var registration = Cluster.registration(1, incarnation: 5)
        registration.logDirectories = try #require(controller.image.brokers[1]).logDirectories
        let registered = try controller.registerBroker(registration, nextOffset: 164)
        for record in registered.records { try controller.replay(record, offset: 164) }
        for record in try controller.unfenceBroker(1, epoch: 164).records { try controller.replay(record, offset: 165) }
        let partitions = controller.image.topicsByID.values.flatMap { $0.partitions.values }
        #expect(!partitions.isEmpty && partitions.allSatisfy { $0.leader == 1 && $0.inSyncReplicas == [1] })
    }

    @Test func theSnapshotIsTheLogUpToItsOffset() throws {
        let fromSnapshot = try replayed("cluster-metadata.checkpoint").image
        let fromLog = try replayed("cluster-metadata.log", until: 119).image
        #expect(fromSnapshot.topicsByID == fromLog.topicsByID && fromSnapshot.configs == fromLog.configs)
        #expect(fromSnapshot.features == fromLog.features && fromSnapshot.brokers == fromLog.brokers)
        #expect(fromSnapshot.scramCredentials == fromLog.scramCredentials)
        #expect(fromSnapshot.controllers == fromLog.controllers)
        #expect(fromSnapshot.nextProducerID == fromLog.nextProducerID)
    }

    @Test func ourSnapshotGivesTheSameImage() throws {
        let image = try replayed("cluster-metadata.log").image
        var again = ClusterImage(clusterID: image.clusterID)
        var changes: [ClusterChange] = []
        for record in image.snapshotRecords {
            let bytes = try MetadataRecordCodec.encode(record)
            try again.apply(try MetadataRecordCodec.decode(bytes), offset: image.offset, &changes)
        }
        #expect(again == image)
    }

    @Test func everyRecordIsWrittenAsKafkaWroteIt() throws {
        var batches = BatchIterator(try GoldenFile.read("cluster-metadata.log"))
        var count = 0
        while let batch = try batches.nextBatch() {
            if batch.header.attributes.isControl { continue }
            var iterator = try RecordIterator(batch, with: Decompressor())
            while let record = try iterator.next(), let value = record.value {
                #expect(try MetadataRecordCodec.encode(try MetadataRecordCodec.decode(value)) == value)
                count += 1
            }
        }
        #expect(count > 0)
    }

    @Test func bootstrapIsWhatKafkaWritesFirst() throws {
        let server = try ServerConfiguration(ServerConfiguration.embedded(dataDirectory: "data"))
        let ours = try Bootstrap.logRecords(Bootstrap.checkpointRecords(), server: server).map {
            try MetadataRecordCodec.encode($0)
        }
        let first = try records(try GoldenFile.read("cluster-metadata.log")).prefix(ours.count).map {
            try MetadataRecordCodec.encode($0.record)
        }
        #expect(ours == first)
    }
}
