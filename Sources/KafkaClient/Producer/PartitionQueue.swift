import Reactor
import Records

/// A partition's batches in the order in which they have to arrive.
final class PartitionQueue {
    let partition: TopicPartition
    var open: ProducerBatch?
    private(set) var sealed: [ProducerBatch] = []
    /// Came back and go first, one at a time, once nothing is in flight: so the order survives.
    private(set) var retries: [ProducerBatch] = []
    private(set) var inFlight: [ProducerBatch] = []
    /// Nothing goes out before: the pause after a failure.
    var notBefore = Instant(nanoseconds: 0)
    private var nextSequence: Int32 = 0
    private(set) var lastAcknowledgedSequence: Int32 = -1

    init(_ partition: TopicPartition) { self.partition = partition }

    var isEmpty: Bool { open == nil && sealed.isEmpty && retries.isEmpty && inFlight.isEmpty }

    var all: [ProducerBatch] { inFlight + retries + sealed + (open.map { [$0] } ?? []) }

    func add(sealed batch: ProducerBatch) { sealed.append(batch) }

    /// Whether something may go out now.
    func isReady(_ now: Instant, mostInFlight: Int) -> Bool {
        guard now >= notBefore else { return false }
        if !retries.isEmpty { return inFlight.isEmpty }
        return !sealed.isEmpty && inFlight.count < mostInFlight
    }

    /// The next batch that may go out, and its size.
    var next: ProducerBatch? { retries.first ?? sealed.first }

    /// Takes ``next`` out, stamped where there is an identity.
    func take(_ identity: ProducerIdentity?) -> ProducerBatch? {
        guard let batch = retries.isEmpty ? sealed.first : retries.first else { return nil }
        if retries.isEmpty { sealed.removeFirst() } else { retries.removeFirst() }
        if let identity, batch.sequence == nil {
            batch.stamp(producerID: identity.producerID, epoch: identity.epoch, sequence: nextSequence)
            nextSequence = SequenceNumber.increment(nextSequence, by: batch.recordsCount)
        }
        batch.attempts += 1
        inFlight.append(batch)
        return batch
    }

    func acknowledge(_ batch: ProducerBatch) {
        remove(batch)
        if let sequence = batch.sequence {
            lastAcknowledgedSequence = SequenceNumber.increment(sequence, by: batch.recordsCount - 1)
        }
    }

    func remove(_ batch: ProducerBatch) {
        inFlight.removeAll { $0 === batch }
        retries.removeAll { $0 === batch }
        sealed.removeAll { $0 === batch }
    }

    /// Puts a batch that was in flight back, before those sent after it.
    func retry(_ batch: ProducerBatch) {
        inFlight.removeAll { $0 === batch }
        let place = retries.firstIndex { later in
            guard let sequence = batch.sequence, let other = later.sequence else { return false }
            return other &- sequence > 0
        }
        retries.insert(batch, at: place ?? retries.count)
    }

    /// Whether the broker should have taken this sequence for the next.
    func isNextExpected(_ batch: ProducerBatch) -> Bool {
        guard let sequence = batch.sequence else { return false }
        return lastAcknowledgedSequence < 0
            ? sequence == 0 : sequence == SequenceNumber.increment(lastAcknowledgedSequence, by: 1)
    }

    /// Begins anew under another epoch: nothing may be in flight.
    func restartSequences() {
        nextSequence = 0
        lastAcknowledgedSequence = -1
        for batch in retries + sealed { batch.unstamp() }
    }
}

/// Who an idempotent producer is to the brokers.
struct ProducerIdentity: Sendable, Equatable {
    var producerID: Int64
    var epoch: Int16
}
