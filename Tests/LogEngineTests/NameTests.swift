import LogEngine
import Testing

@Suite struct NameTests {
    @Test func segmentFilesAreNamedByTwentyDigits() throws {
        #expect(SegmentFileName(12345, .snapshot).text == "00000000000000012345.snapshot")
        let name = try #require(SegmentFileName("00000000000000000264.timeindex.deleted"))
        #expect(name == SegmentFileName(264, .timeindex, .deleted))
        #expect(name.text == "00000000000000000264.timeindex.deleted")
    }

    @Test func otherFilesAreNone() {
        for name in [
            "leader-epoch-checkpoint", "partition.metadata", "264.log", "00000000000000000063-0000000001.checkpoint",
            "00000000000000000063-0000000001.checkpoint.deleted", "99999999999999999999.log",
            "0000000000000000026x.log",
            "00000000000000000264", "00000000000000000264.log.swap.swap", "quorum-state",
        ] {
            #expect(SegmentFileName(name) == nil)
        }
    }

    @Test func theTopicIsAllBeforeTheLastDash() throws {
        let name = try #require(PartitionDirectoryName("my-topic.v1-12"))
        #expect(name.partition == TopicPartition("my-topic.v1", 12))
        #expect(name.state == .current)
        #expect(name.text == "my-topic.v1-12")
    }

    @Test func directoriesOnTheirWayAreRecognised() throws {
        let hex = "907effb4ba11441e9aab11a8a9b2715b"
        for (suffix, state) in [
            ("delete", PartitionDirectoryName.State.delete), ("stray", .stray), ("future", .future),
        ] {
            let text = "deleted-0.\(hex)-\(suffix)"
            let name = try #require(PartitionDirectoryName(text))
            #expect(name.state == state)
            #expect(name.partition == TopicPartition("deleted", 0))
            #expect(name.text == text)
        }
    }

    @Test func aTopicMayLookLikeASuffix() throws {
        #expect(try #require(PartitionDirectoryName("to-delete-3")).partition == TopicPartition("to-delete", 3))
        #expect(try #require(PartitionDirectoryName("x-delete-0")).state == .current)
    }

    @Test func namesThatAreNoPartitionAreRefused() {
        for name in ["topic", "-0", "topic-", "topic-x", "topic--1x", "topic-99999999999"] {
            #expect(PartitionDirectoryName(name) == nil)
        }
    }

    @Test func aNameForDeletionStaysWithin255Bytes() throws {
        let partition = TopicPartition(String(repeating: "t", count: 249), 7)
        let name = PartitionDirectoryName(partition, .delete, random: (1, 2))
        #expect(name.text.utf8.count == 255)
        #expect(try #require(PartitionDirectoryName(name.text)).state == .delete)
    }
}
