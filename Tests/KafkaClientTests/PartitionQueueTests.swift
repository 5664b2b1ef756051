import Bytes
import Reactor
import Records
import Testing

@testable import KafkaClient

@Suite struct PartitionQueueTests {
    private let identity = ProducerIdentity(producerID: 9, epoch: 3)
    private let now = Instant(nanoseconds: 1)

    private func batch(_ records: Int) throws -> ProducerBatch {
        let partition = TopicPartition("t", 0)
        let batch = ProducerBatch(partition, .none, level: nil, created: now, capacity: 64)
        for _ in 0..<records {
            batch.append(ProducerRecord(topic: "t", value: ByteSlice(utf8: "v")), timestamp: 5, reserving: 10, nil)
        }
        _ = try batch.seal(with: Compressor())
        return batch
    }

    @Test func sequencesGoOnFromBatchToBatch() throws {
        let queue = PartitionQueue(TopicPartition("t", 0))
        for count in [3, 2, 1] { queue.add(sealed: try batch(count)) }
        let sequences = [queue.take(identity), queue.take(identity), queue.take(identity)].map { $0?.sequence }
        #expect(sequences == [0, 3, 5])
    }

    @Test func aStampedBatchHasItsIdentityAndARightChecksum() throws {
        let queue = PartitionQueue(TopicPartition("t", 0))
        queue.add(sealed: try batch(2))
        let sent = try #require(queue.take(identity))
        let read = try #require(RecordBatch(sent.bytes))
        #expect(read.hasValidCRC)
        #expect((read.header.producerID, read.header.producerEpoch, read.header.baseSequence) == (9, 3, 0))
    }

    @Test func whatComesBackGoesOutAgainInItsOldOrderAndAlone() throws {
        let queue = PartitionQueue(TopicPartition("t", 0))
        for _ in 0..<4 { queue.add(sealed: try batch(1)) }
        let first = try #require(queue.take(identity))
        let second = try #require(queue.take(identity))
        let third = try #require(queue.take(identity))
        queue.retry(first)
        #expect(!queue.isReady(now, mostInFlight: 5))
        queue.retry(third)
        queue.retry(second)
        #expect(queue.isReady(now, mostInFlight: 5))
        #expect(queue.take(identity)?.sequence == 0)
        #expect(!queue.isReady(now, mostInFlight: 5))
        queue.acknowledge(first)
        #expect(queue.take(identity)?.sequence == 1)
    }

    @Test func anAcknowledgedSequenceSaysWhichOneIsNext() throws {
        let queue = PartitionQueue(TopicPartition("t", 0))
        for _ in 0..<3 { queue.add(sealed: try batch(2)) }
        let batches = [queue.take(identity), queue.take(identity), queue.take(identity)].compactMap { $0 }
        #expect(batches.map(queue.isNextExpected) == [true, false, false])
        queue.acknowledge(batches[0])
        #expect(queue.isNextExpected(batches[1]))
        #expect(!queue.isNextExpected(batches[2]))
    }

    @Test func anotherEpochBeginsItsSequencesAnew() throws {
        let queue = PartitionQueue(TopicPartition("t", 0))
        queue.add(sealed: try batch(2))
        queue.add(sealed: try batch(2))
        queue.acknowledge(try #require(queue.take(identity)))
        queue.retry(try #require(queue.take(identity)))
        queue.restartSequences()
        #expect(queue.take(ProducerIdentity(producerID: 9, epoch: 4))?.sequence == 0)
    }

    @Test func reportsTellTheOffsetOfEachRecord() throws {
        let batch = ProducerBatch(TopicPartition("t", 0), .none, level: nil, created: now, capacity: 64)
        let told = Told()
        for _ in 0..<3 {
            batch.append(ProducerRecord(topic: "t", value: nil), timestamp: 5, reserving: 1) { told.results.append($0) }
        }
        batch.succeed(baseOffset: 40, logAppendTime: -1)
        let offsets = told.results.compactMap { try? $0.get().offset }
        #expect(offsets == [40, 41, 42])
    }
}

/// `@unchecked Sendable`: of one test, which is one thread.
private final class Told: @unchecked Sendable {
    var results: [Result<Delivery, ClientError>] = []
}
