import Bytes
import Testing

@testable import Records

@Suite struct ControlRecordTests {
    @Test(arguments: [true, false])
    func markersAre78BytesAndReadBack(_ isCommit: Bool) throws {
        let marker = EndTransactionMarker(isCommit: isCommit, coordinatorEpoch: 17)
        let batch = marker.batch(
            producerID: 4001, producerEpoch: 2, timestamp: time, baseOffset: 71, leaderEpoch: 3)
        #expect(batch.totalSize == EndTransactionMarker.batchSize)
        let record = try #require(try batch.records(with: Decompressor()).first)
        #expect(EndTransactionMarker(record) == marker)
    }

    /// The other tests of markers read what Kafka wrote; this one writes what Kafka wrote.
    @Test func markersAreKafkasBytes() throws {
        let vector = try #require(VectorBatch.all.first { $0.what == "end of transaction COMMIT" })
        let batch = EndTransactionMarker(isCommit: true, coordinatorEpoch: 17).batch(
            producerID: 4001, producerEpoch: 2, timestamp: time, baseOffset: 71, leaderEpoch: 3)
        #expect(batch.bytes == vector.bytes)
    }

    @Test func kindsHaveKafkasNumbers() {
        for kind in ControlRecord.allCases { #expect(ControlRecord(key: kind.key) == kind) }
        #expect(ControlRecord.leaderChange.key.array == [0, 0, 0, 2])
    }

    @Test(arguments: [[], [0, 0, 0], [0, 0, 0, 99], [255, 255, 0, 1], [0, 0, 255, 255]] as [[UInt8]])
    func unknownKeysAreIgnored(_ key: [UInt8]) { #expect(ControlRecord(key: ByteSlice(key)) == nil) }

    @Test func aMarkersValueHasToBeWhole() {
        #expect(EndTransactionMarker(Record(key: ControlRecord.commit.key, value: ByteSlice([0, 0, 0]))) == nil)
        #expect(EndTransactionMarker(Record(key: ControlRecord.commit.key, value: nil)) == nil)
        #expect(
            EndTransactionMarker(Record(key: ControlRecord.leaderChange.key, value: ByteSlice([0, 0, 0, 0, 0, 0])))
                == nil)
    }
}
