import Bytes
import LogEngine
import Testing

@Suite struct TextFileTests {
    @Test func offsetCheckpointsAreWrittenAsKafkaDoes() throws {
        let offsets = [TopicPartition("b.c-d", 1): Int64(20), TopicPartition("a", 10): 5]
        let bytes = OffsetCheckpoint.encode(offsets)
        #expect(bytes.text == "0\n2\na 10 5\nb.c-d 1 20\n")
        #expect(try OffsetCheckpoint.decode(bytes) == offsets)
    }

    @Test func anyWhitespaceSeparatesFields() throws {
        let found = try OffsetCheckpoint.decode(ByteSlice(utf8: "0\n1\nt \t 3   7\n"))
        #expect(found == [TopicPartition("t", 3): 7])
    }

    @Test func checkpointsThatContradictThemselvesAreRefused() {
        for text in ["", "0\n", "1\n0\n", "0\n2\na 0 1\n", "0\n0\na 0 1\n", "0\n1\na 0\n", "0\n1\na 0 x\n", "0\n-1\n"] {
            #expect(throws: CheckpointText.Failure.self) { try OffsetCheckpoint.decode(ByteSlice(utf8: text)) }
        }
    }

    @Test func leaderEpochsAreWrittenAsKafkaDoes() throws {
        let epochs = LeaderEpochs([.init(epoch: 0, startOffset: 0), .init(epoch: 3, startOffset: 123)])
        let bytes = LeaderEpochFile.encode(epochs)
        #expect(bytes.text == "0\n2\n0 0\n3 123\n")
        #expect(try LeaderEpochFile.decode(bytes) == epochs)
    }

    @Test func metaPropertiesAreReadWithCommentsAndInAnyOrder() throws {
        let text =
            "#\n#Mon Nov 23 23:42:07 UTC 2026\nnode.id=1\ndirectory.id=2LAwSDzQ42yZXjWbbFXqYQ\n"
            + "version=1\ncluster.id=4L6g3nShT-eMCtK--X86sw\n"
        let meta = try #require(MetaProperties(ByteSlice(utf8: text)))
        #expect(meta.clusterID == "4L6g3nShT-eMCtK--X86sw")
        #expect(meta.nodeID == 1)
        #expect(meta.directoryID?.text == "2LAwSDzQ42yZXjWbbFXqYQ")
        #expect(MetaProperties(meta.bytes) == meta)
    }

    @Test func metaPropertiesOfVersion0NameABroker() throws {
        let meta = try #require(MetaProperties(ByteSlice(utf8: "version=0\nbroker.id=5\ncluster.id=c\n")))
        #expect(meta.nodeID == 5)
        #expect(meta.directoryID == nil)
    }

    @Test func incompleteMetaPropertiesAreRefused() {
        for text in [
            "", "version=1\nnode.id=1\n", "version=1\ncluster.id=c\n", "version=2\nnode.id=1\ncluster.id=c\n",
            "version=1\nnode.id=x\ncluster.id=c\n", "version=1\nnode.id=1\ncluster.id=c\ndirectory.id=short\n",
        ] {
            #expect(MetaProperties(ByteSlice(utf8: text)) == nil)
        }
    }

    @Test func partitionMetadataHasNoFinalNewline() throws {
        let topicID = try #require(UUID(text: "76zMpF1iRuempPFUmBNBWQ"))
        let bytes = PartitionMetadataFile.encode(topicID)
        #expect(bytes.text == "version: 0\ntopic_id: 76zMpF1iRuempPFUmBNBWQ")
        #expect(PartitionMetadataFile.decode(bytes) == topicID)
        #expect(PartitionMetadataFile.decode(ByteSlice(utf8: "version: 1\ntopic_id: 76zMpF1iRuempPFUmBNBWQ")) == nil)
    }

    @Test func theMarkOfACleanStopTellsTheBrokerEpoch() {
        #expect(CleanShutdownFile.encode(brokerEpoch: 11).text == "{\"version\":0,\"brokerEpoch\":11}")
        #expect(CleanShutdownFile.decode(ByteSlice(utf8: "{ \"brokerEpoch\" : 42, \"version\":0 }")) == 42)
        #expect(CleanShutdownFile.decode(ByteSlice()) == -1)
    }
}
