import Records

/// Records of a batch whose keys are looked up together.
///
/// A class, and one for a whole compaction, so that its arrays are made once.
final class KeyGroup {
    struct Member {
        var layout = RecordLayout()
        var offset: Int64 = 0
        /// Where the key's hash is in ``hashes``; −1 for a record whose key doesn't matter.
        var hash = -1
    }

    /// As many as a core can fetch from memory at once, and some more.
    static let size = 32

    private(set) var members: [Member] = []
    private(set) var hashes: [KeyHash] = []

    init() {
        members.reserveCapacity(Self.size)
        hashes.reserveCapacity(Self.size)
    }

    /// Takes the next records, ``size`` at most; false when there are none left.
    ///
    /// - Parameter hash: of a record's key, `nil` where it doesn't matter.
    func fill(
        _ layouts: inout RecordLayouts, baseOffset: Int64, hash: (RecordLayout, Int64) -> KeyHash?
    ) throws(RecordFailure) -> Bool {
        members.removeAll(keepingCapacity: true)
        hashes.removeAll(keepingCapacity: true)
        var member = Member()
        while members.count < Self.size, try layouts.next(&member.layout) {
            member.offset = baseOffset + Int64(member.layout.offsetDelta)
            if let hash = hash(member.layout, member.offset) {
                member.hash = hashes.count
                hashes.append(hash)
            } else {
                member.hash = -1
            }
            members.append(member)
        }
        return !members.isEmpty
    }
}
