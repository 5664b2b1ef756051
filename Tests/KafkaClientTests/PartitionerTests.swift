import Bytes
import KafkaProtocol
import Testing

@testable import KafkaClient

@Suite struct PartitionerTests {
    private func topic(_ leaders: [Int32?]) -> TopicMetadata {
        let partitions = leaders.enumerated().map { index, leader in
            TopicMetadata.Partition(
                index: Int32(index), leader: leader, leaderEpoch: 0, replicas: [1], inSyncReplicas: [1],
                eligibleLeaderReplicas: nil, lastKnownEligibleLeaderReplicas: nil, error: .noError)
        }
        return TopicMetadata(name: "t", partitions: partitions)
    }

    @Test func aKeyGoesWhereItsHashSaysEvenWithoutALeader() {
        var partitioner = Partitioner()
        let key = ByteSlice(utf8: "foobar")
        let chosen = partitioner.choose(key, topic([nil, nil, 1]), ignoresKeys: false) { 0 }
        #expect(chosen == Murmur2.partition(of: key, among: 3))
    }

    @Test func withoutAKeyAPartitionIsKeptForABatchsWorth() {
        var partitioner = Partitioner()
        let topic = topic([1, 1, 1])
        let first = partitioner.choose(nil, topic, ignoresKeys: false) { 1 }
        partitioner.produced(99, to: first, limit: 100)
        #expect(partitioner.choose(nil, topic, ignoresKeys: false) { 2 } == first)
        partitioner.produced(1, to: first, limit: 100)
        #expect(partitioner.choose(nil, topic, ignoresKeys: false) { 2 } == 2)
    }

    @Test func withoutAKeyPartitionsWithoutALeaderArePassedOver() {
        for word in 0..<10 as Range<UInt64> {
            var partitioner = Partitioner()
            #expect(partitioner.choose(nil, topic([nil, 1, nil]), ignoresKeys: false) { word } == 1)
        }
    }
}
