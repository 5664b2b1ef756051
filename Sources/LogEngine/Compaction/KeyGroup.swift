import Records

/// Records of a batch whose keys are looked up together.
///
/// One for a whole compaction, in memory of its own: it is filled and emptied once for every few records.
final class KeyGroup {
    struct Member {
        var layout = RecordLayout()
        var offset: Int64 = 0
        /// Where the key's hash is in ``hashes``; −1 for a record whose key doesn't matter.
        var hash = -1
    }

    /// As many as a core can fetch from memory at once, and some more.
    static let size = 32

    private let memberRoom: UnsafeMutableBufferPointer<Member>
    private let hashRoom: UnsafeMutableBufferPointer<KeyHash>
    /// Nobody reads them while they are filled: one core, no suspension.
    @exclusivity(unchecked) private var memberCount = 0
    @exclusivity(unchecked) private var hashCount = 0

    init() {
        memberRoom = .allocate(capacity: Self.size)
        memberRoom.initialize(repeating: Member())
        hashRoom = .allocate(capacity: Self.size)
        hashRoom.initialize(repeating: KeyHash(low: 0, high: 0))
    }

    deinit {
        memberRoom.deallocate()
        hashRoom.deallocate()
    }

    /// Valid until the group is filled again.
    var members: Slice<UnsafeMutableBufferPointer<Member>> { memberRoom[..<memberCount] }
    /// Valid until the group is filled again.
    var hashes: Slice<UnsafeMutableBufferPointer<KeyHash>> { hashRoom[..<hashCount] }

    /// Takes the next records, ``size`` at most; false when there are none left.
    ///
    /// - Parameter hash: of a record's key, `nil` where it doesn't matter.
    @inline(__always)
    func fill(
        _ layouts: inout RecordLayouts, baseOffset: Int64, hash: (borrowing RecordLayout, Int64) -> KeyHash?
    ) throws(RecordFailure) -> Bool {
        var (members, hashes) = (0, 0)
        defer { (memberCount, hashCount) = (members, hashes) }
        while members < Self.size, try layouts.next(&memberRoom[members].layout) {
            let offset = baseOffset + Int64(memberRoom[members].layout.offsetDelta)
            memberRoom[members].offset = offset
            if let hash = hash(memberRoom[members].layout, offset) {
                memberRoom[members].hash = hashes
                hashRoom[hashes] = hash
                hashes += 1
            } else {
                memberRoom[members].hash = -1
            }
            members += 1
        }
        return members > 0
    }
}
