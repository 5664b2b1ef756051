import Bytes
import KafkaProtocol
import Records
import Testing

@testable import Metadata

@Suite struct MetadataRecordCodecTests {
    private func failure(_ bytes: [UInt8]) -> MetadataRecordError? {
        do {
            _ = try MetadataRecordCodec.decode(ByteSlice(bytes))
            return nil
        } catch { return error }
    }

    @Test func aRecordIsFramedByFrameVersionTypeAndVersion() throws {
        let record = MetadataRecord.featureLevel(
            FeatureLevelRecord {
                $0.name = "group.version"
                $0.featureLevel = 1
            })
        let bytes = try MetadataRecordCodec.encode(record).array
        #expect(bytes == [1, 12, 0, 14] + Array("group.version".utf8) + [0, 1, 0])
        #expect(try MetadataRecordCodec.decode(ByteSlice(bytes)).message is FeatureLevelRecord)
    }

    @Test func changesAreWrittenInTheLowestVersionThatHoldsThem() {
        func version(_ fill: (inout BrokerRegistrationChangeRecord) -> Void) -> Int16 {
            MetadataRecord.brokerRegistrationChange(BrokerRegistrationChangeRecord(fill)).version
        }
        #expect(version { $0.fenced = -1 } == 0)
        #expect(version { $0.inControlledShutdown = 1 } == 1)
        #expect(version { $0.logDirs = [.zero] } == 2)
        #expect(version { $0.cordonedLogDirs = [] } == 3)
    }

    @Test func whatANewerReleaseWroteIsSaidSo() {
        #expect(failure([2, 12, 0]) == .frame(version: 2))
        #expect(failure([1, 99, 0]) == .unknownType(99))
        #expect(
            failure([1, 3, 9, 0]) == .unsupportedVersion(type: "PartitionRecord", version: 9, newest: 2))
        #expect(MetadataRecordError.unknownType(99).description.contains("newer release"))
    }

    @Test func brokenBytesAreRefusedWithoutATrap() {
        #expect(failure([]) == .malformed("its frame ends early"))
        #expect(failure([1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]) == .malformed("its type or version is out of range"))
        #expect(failure([1, 20, 0, 0, 5]) == .malformed("1 bytes follow a NoOpRecord"))
        for length in 0..<24 { _ = failure(Array([1, 3, 2] + repeatElement(0xff, count: length))) }
    }

    @Test func aBatchHoldsRecordsInOrder() throws {
        let records = Bootstrap.checkpointRecords()
        let batch = try MetadataBatches.encode(records, baseOffset: 10, leaderEpoch: 3, timestamp: 77)
        #expect(batch.hasValidCRC && batch.header.partitionLeaderEpoch == 3)
        let read = try MetadataBatches.decode(batch, with: Decompressor())
        #expect(read.map(\.offset) == Array(10..<16))
        #expect(read.allSatisfy { $0.record.message is FeatureLevelRecord })
    }

    @Test func aSnapshotBeginsAndEndsWithControlBatches() throws {
        let batches = try MetadataBatches.snapshot(
            Bootstrap.checkpointRecords(), lastContainedTimestamp: 0, leaderEpoch: 1, timestamp: 5)
        #expect(batches.map(\.header.attributes.isControl) == [true, false, true])
        #expect(batches.map(\.header.baseOffset) == [0, 1, 7])
        #expect(try MetadataBatches.decode(batches[0], with: Decompressor()).isEmpty)
    }
}
