/// Whose offset of what.
struct OffsetKey: Hashable, Comparable, Sendable {
    var groupID: String
    var topic: String
    var partition: Int32

    static func < (left: OffsetKey, right: OffsetKey) -> Bool {
        (left.groupID, left.topic, left.partition) < (right.groupID, right.topic, right.partition)
    }
}
