import Records

/// One of a producer's last batches: enough to recognise it when it is sent again.
package struct ProducerBatch: Equatable, Sendable {
    package var lastSequence: Int32
    package var offsetDelta: Int32
    package var lastOffset: Int64
    package var timestamp: Int64

    package init(lastSequence: Int32, offsetDelta: Int32, lastOffset: Int64, timestamp: Int64) {
        self.lastSequence = lastSequence
        self.offsetDelta = offsetDelta
        self.lastOffset = lastOffset
        self.timestamp = timestamp
    }

    package var firstSequence: Int32 { lastSequence < 0 ? -1 : SequenceNumber.decrement(lastSequence, by: offsetDelta) }
    package var firstOffset: Int64 { lastOffset - Int64(offsetDelta) }
}

/// What a partition knows about one producer. About 180 bytes.
package struct ProducerEntry: Sendable {
    /// As many batches are remembered as a producer may have in flight.
    package static let rememberedBatches = 5

    package let producerID: Int64
    /// −1 when none is known.
    package var epoch: Int16
    package var coordinatorEpoch: Int32 = -1
    package var lastTimestamp: Int64 = -1
    /// −1 when no transaction is open.
    package var currentTransactionFirstOffset: Int64 = -1
    private var batches = InlineArray<5, ProducerBatch>(
        repeating: ProducerBatch(lastSequence: -1, offsetDelta: 0, lastOffset: -1, timestamp: -1))
    private var first: UInt8 = 0
    package private(set) var batchCount: UInt8 = 0

    package init(producerID: Int64, epoch: Int16 = -1) {
        self.producerID = producerID
        self.epoch = epoch
    }

    package var lastBatch: ProducerBatch? { batchCount == 0 ? nil : batch(Int(batchCount) - 1) }

    /// −1 when no data batch is known.
    package var lastSequence: Int32 { lastBatch?.lastSequence ?? -1 }

    package var lastOffset: Int64 { lastBatch?.lastOffset ?? -1 }

    /// The batch with exactly these sequences, if it is remembered.
    package func duplicate(firstSequence: Int32, lastSequence: Int32) -> ProducerBatch? {
        for index in 0..<Int(batchCount) {
            let candidate = batch(index)
            if candidate.lastSequence == lastSequence && candidate.firstSequence == firstSequence { return candidate }
        }
        return nil
    }

    /// Remembers a batch, forgetting the oldest; a new epoch forgets all before it.
    package mutating func add(_ batch: ProducerBatch, epoch: Int16) {
        adopt(epoch: epoch)
        if Int(batchCount) == Self.rememberedBatches {
            first = (first + 1) % UInt8(Self.rememberedBatches)
            batchCount -= 1
        }
        batches[(Int(first) + Int(batchCount)) % Self.rememberedBatches] = batch
        batchCount += 1
        lastTimestamp = batch.timestamp
    }

    package mutating func adopt(epoch: Int16) {
        guard epoch != self.epoch else { return }
        self.epoch = epoch
        first = 0
        batchCount = 0
    }

    private func batch(_ index: Int) -> ProducerBatch { batches[(Int(first) + index) % Self.rememberedBatches] }
}
