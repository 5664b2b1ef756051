import Records

/// Who wrote a batch: it decides what is checked.
public enum AppendOrigin: Sendable {
    /// A producer: epochs and sequences are checked.
    case client
    /// A coordinator of this cluster (offsets, markers): epochs only.
    case coordinator
    /// The partition's leader: it has checked.
    case replication
}

/// What a batch says about its producer. Only for batches that have one.
package struct ProducerAppend {
    package struct Marker: Equatable {
        package var isAbort: Bool
        package var coordinatorEpoch: Int32

        package init(isAbort: Bool, coordinatorEpoch: Int32) {
            self.isAbort = isAbort
            self.coordinatorEpoch = coordinatorEpoch
        }
    }

    package enum Content: Equatable {
        case data(firstSequence: Int32, isTransactional: Bool)
        case marker(Marker)
    }

    package var producerID: Int64
    package var epoch: Int16
    package var firstOffset: Int64
    package var lastOffsetDelta: Int32
    package var maxTimestamp: Int64
    package var content: Content

    package init(
        producerID: Int64, epoch: Int16, firstOffset: Int64, lastOffsetDelta: Int32, maxTimestamp: Int64,
        content: Content
    ) {
        self.producerID = producerID
        self.epoch = epoch
        self.firstOffset = firstOffset
        self.lastOffsetDelta = lastOffsetDelta
        self.maxTimestamp = maxTimestamp
        self.content = content
    }

    package var lastOffset: Int64 { firstOffset + Int64(lastOffsetDelta) }

    func lastSequence(from first: Int32) -> Int32 {
        first < 0 ? SequenceNumber.none : SequenceNumber.increment(first, by: lastOffsetDelta)
    }
}

/// A transaction whose marker was written.
package struct CompletedTransaction: Equatable, Sendable {
    package var producerID: Int64
    package var firstOffset: Int64
    /// The marker's offset.
    package var lastOffset: Int64
    package var isAbort: Bool
}
