import Bytes
import KafkaProtocol
import Records
import Testing

@testable import KafkaClient

@Suite struct FetchedRecordsTests {
    private let partition = TopicPartition("t", 0)

    private func batch(_ base: Int64, _ values: [String], producer: Int64 = -1) -> ByteSlice {
        var fields = BatchBuilder.Fields()
        fields.baseOffset = base
        fields.producerID = producer
        fields.isTransactional = producer >= 0
        let builder = BatchBuilder(fields)
        for value in values { builder.append(timestamp: 1, key: nil, value: ByteSlice(utf8: value)) }
        return builder.finish().bytes
    }

    private func marker(_ base: Int64, isCommit: Bool, producer: Int64) -> ByteSlice {
        EndTransactionMarker(isCommit: isCommit, coordinatorEpoch: 0)
            .batch(producerID: producer, producerEpoch: 0, timestamp: 1, baseOffset: base).bytes
    }

    private func fetched(_ batches: [ByteSlice], from start: Int64 = 0, aborted: [(Int64, Int64)]? = nil)
        -> FetchedRecords
    {
        var writer = ByteWriter()
        for batch in batches { writer.bytes(batch) }
        let transactions = aborted?.map { producer, first in
            FetchResponse.AbortedTransaction {
                $0.producerID = producer
                $0.firstOffset = first
            }
        }
        return FetchedRecords(partition, writer.finish(), from: start, aborted: transactions, checksCRCs: true)
    }

    private func values(_ fetched: FetchedRecords) throws -> [String] {
        var records: [ConsumerRecord] = []
        while try fetched.read(100, Decompressor(), into: &records) {}
        return records.compactMap { $0.value?.text }
    }

    @Test func recordsBeforeTheOffsetAskedForAreSteppedOver() throws {
        let fetched = fetched([batch(0, ["a", "b", "c"])], from: 1)
        #expect(try values(fetched) == ["b", "c"])
        #expect(fetched.nextOffset == 3)
    }

    @Test func readingStopsAtTheLimitAndGoesOn() throws {
        let fetched = fetched([batch(0, ["a", "b"]), batch(2, ["c"])])
        var records: [ConsumerRecord] = []
        #expect(try fetched.read(1, Decompressor(), into: &records))
        #expect(fetched.nextOffset == 1)
        #expect(try values(fetched) == ["b", "c"])
    }

    @Test func abortedTransactionsAreHiddenFromThoseWhoReadCommitted() throws {
        let log = [
            batch(0, ["x"], producer: 7), batch(1, ["y"], producer: 8), marker(2, isCommit: false, producer: 7),
            marker(3, isCommit: true, producer: 8), batch(4, ["z"], producer: 7),
            marker(5, isCommit: true, producer: 7),
        ]
        let committed = fetched(log, aborted: [(7, 0)])
        #expect(try values(committed) == ["y", "z"])
        #expect(committed.nextOffset == 6)
        #expect(try values(fetched(log)) == ["x", "y", "z"])
    }

    @Test func aBatchThatEndsInTheMiddleIsLeftForTheNextFetch() throws {
        let whole = batch(0, ["a"])
        let cut = batch(1, ["b"])
        let fetched = fetched([whole, cut[0..<cut.count - 1]])
        #expect(try values(fetched) == ["a"])
        #expect(fetched.nextOffset == 1)
    }

    @Test func aWrongChecksumIsTold() {
        let bytes = batch(0, ["a"])
        bytes.unsafeMutableAddress?.storeBytes(of: 0x7f, toByteOffset: bytes.count - 1, as: UInt8.self)
        var records: [ConsumerRecord] = []
        #expect(throws: ClientError.self) { try fetched([bytes]).read(1, Decompressor(), into: &records) }
    }
}
