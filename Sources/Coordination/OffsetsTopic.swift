/// `__consumer_offsets`: where a group lives.
package enum OffsetsTopic {
    package static let name = "__consumer_offsets"

    /// The partition whose leader coordinates the group: Java's hash of the id, folded. `partitionCount` is at least 1.
    package static func partition(of groupID: String, partitionCount: Int32) -> Int32 {
        var hash: Int32 = 0
        for unit in groupID.utf16 { hash = hash &* 31 &+ Int32(unit) }
        return hash == .min ? 0 : abs(hash) % max(partitionCount, 1)
    }
}
