import LogEngine

/// A partition whose log can't be used.
struct OfflinePartition: Sendable {
    var name: TopicPartition
    /// Where its log lies; nil where that isn't known.
    var place: ReplicaPlace?
}
