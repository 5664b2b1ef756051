import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

/// What Apache Kafka wrote is read, and what we would write in its place is the same.
@Suite struct KafkaRecordTests {
    private func bytes(_ hexadecimal: String) -> ByteSlice {
        let digits = hexadecimal.utf8.map { $0 < 0x40 ? $0 - 0x30 : $0 - 0x57 }
        return ByteSlice(stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    private func replayed(_ records: [(key: String, value: String?)]) throws -> GroupTestHost {
        let host = GroupTestHost(isLoaded: false)
        for (offset, record) in records.enumerated() {
            try host.machine.replay(key: bytes(record.key), value: record.value.map(bytes), offset: Int64(offset))
        }
        host.perform { host.machine.loaded(at: host.moment, &$0) }
        return host
    }

    private func offsets(_ host: GroupTestHost, _ group: String) -> [Int64] {
        let partitions = host.fetched(host.fetch(nil, group: group))?.topics.first?.partitions ?? []
        return partitions.map(\.committedOffset)
    }

    @Test func classicGroupIsReadWithItsOffsets() throws {
        let host = try replayed(KafkaRecords.classic)
        #expect(offsets(host, "classic-group") == [5, 6, 7, 8])
        #expect(host.state("classic-group") == .empty)
        #expect(host.machine.groups["classic-group"]?.generation == 2)
    }

    @Test func consumerGroupKeepsItsKindAndOffsets() throws {
        let host = try replayed(KafkaRecords.consumer)
        #expect(offsets(host, "consumer-group") == [5, 6, 7, 8])
        #expect(host.machine.list(states: [], types: ["consumer"]).map(\.groupID) == ["consumer-group"])
    }

    @Test func offsetsAreWrittenByteForByte() throws {
        for record in KafkaRecords.classic + KafkaRecords.consumer {
            guard case .offset(let key) = try RecordKey(bytes(record.key)), let value = record.value.map(bytes) else {
                continue
            }
            let committed = CommittedOffset(try OffsetCommitValue(decoding: value[2..<value.count], version: 4))
            var writer = RecordWriter()
            let (again, version) = committed.value
            let keyMessage = OffsetCommitKey {
                $0.group = key.groupID
                $0.topic = key.topic
                $0.partition = key.partition
            }
            try writer.add(keyMessage, again, version: version)
            let records = writer.finish()
            #expect(records == [CoordinatorRecord(key: bytes(record.key), value: value)])
        }
    }

    @Test func everyStateOfTheGroupIsWrittenByteForByte() throws {
        var seen = 0
        for count in 1...KafkaRecords.classic.count {
            let last = KafkaRecords.classic[count - 1]
            guard case .group(let id) = try RecordKey(bytes(last.key)) else { continue }
            let host = try replayed(Array(KafkaRecords.classic.prefix(count)))
            let group = try #require(host.machine.groups[id])
            var writer = RecordWriter()
            try writer.add(
                GroupMetadataKey { $0.group = id }, GroupRecords.metadata(group, assignments: nil), version: 3)
            let records = writer.finish()
            #expect(records == [CoordinatorRecord(key: bytes(last.key), value: last.value.map(bytes))])
            seen += 1
        }
        #expect(seen == 3)
    }
}
