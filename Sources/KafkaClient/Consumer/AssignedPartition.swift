import Reactor

/// A partition that a consumer reads: where it stands, and what has been fetched of it.
final class AssignedPartition {
    let partition: TopicPartition
    /// The offset of the next record to be given to the caller; nil until it is known.
    var position: Int64?
    /// What to do instead of looking for a committed offset.
    var wantedReset: OffsetSpec?
    var isLookingUp = false
    var isBeingFetched = false
    var fetched: FetchedRecords?
    var highWatermark: Int64?
    var lastStableOffset: Int64?
    var logStartOffset: Int64?
    var notBefore = Instant(nanoseconds: 0)

    init(_ partition: TopicPartition) { self.partition = partition }

    func seek(to offset: Int64) {
        position = offset
        wantedReset = nil
        fetched = nil
    }

    func seek(to spec: OffsetSpec) {
        position = nil
        wantedReset = spec
        fetched = nil
    }
}
