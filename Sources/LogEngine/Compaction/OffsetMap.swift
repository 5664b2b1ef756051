/// The last offset of every key in a stretch of a log: a flat table of 24 bytes an entry, with no object for a key.
///
/// Its memory is allocated at once and never grows: when it is full, the cleaning goes as far as it got.
package final class OffsetMap {
    package static let entryBytes = 24

    /// Places for keys.
    package let slots: Int
    /// Keys that may be put in.
    package let limit: Int
    /// What changes with every key isn't checked for exclusive access: one core, and no call that leads back here.
    @exclusivity(unchecked) package private(set) var count = 0
    /// All records up to this offset are accounted for; −1 before the first.
    @exclusivity(unchecked) package private(set) var latestOffset: Int64 = -1
    private let hasher: KeyHasher
    /// Of each place: the hash's halves, then the offset plus one; 0 is a free place.
    private let table: UnsafeMutablePointer<UInt64>
    private var clearedWords = 0
    private var collectedSlots = 0
    /// Without use, but that whoever computes it has read memory.
    @exclusivity(unchecked) private var fetched: UInt64 = 0

    /// - Parameters:
    ///   - bytes: that the table takes at most.
    ///   - loadFactor: the share of the places that may be taken; any number will do, at least one place is.
    ///   - entries: keys that can come at most; a table that holds them all with room to spare is large enough.
    package init(bytes: Int, loadFactor: Double, entries: Int64, hasher: KeyHasher) {
        let affordable = max(bytes / Self.entryBytes, 3)
        let wanted = entries < Int64(affordable) / 2 ? Int(max(entries, 1)) * 2 + 1 : affordable
        slots = max(wanted, 3)
        let share = loadFactor >= 0 ? min(loadFactor, 1) : 0
        limit = max(1, min(slots - 1, Int(Double(slots) * share)))
        table = .allocate(capacity: slots * 3)
        self.hasher = hasher
    }

    deinit { table.deallocate() }

    package var utilization: Double { Double(count) / Double(slots) }
    package var isFull: Bool { count >= limit }

    /// Empties a part of the table, `bytes` at most; false when all is empty. Nothing can be put in before.
    package func clear(_ bytes: Int) -> Bool {
        let words = min(max(bytes / 8, 1), slots * 3 - clearedWords)
        (table + clearedWords).initialize(repeating: 0, count: words)
        clearedWords += words
        return clearedWords < slots * 3
    }

    package func hash(_ key: UnsafeRawBufferPointer) -> KeyHash { hasher.hash(key) }

    /// Has memory fetch the places of some keys, all at once: a table is larger than any cache, and one look-up after
    /// the other would wait for each.
    @inline(__always)
    package func fetch(_ hashes: some Sequence<KeyHash>) {
        var sum: UInt64 = 0
        for hash in hashes {
            // An entry may lie on two lines of the cache.
            let place = table + index(hash) * 3
            sum &+= place[0] &+ place[2]
        }
        fetched = sum
    }

    /// Notes that a key was written at `offset`, which isn't below any noted before. False, with nothing noted, when
    /// there is no room for another key. O(1) as a rule.
    package func put(_ hash: KeyHash, _ offset: Int64) -> Bool {
        let place = find(hash)
        if place[2] == 0 {
            if isFull { return false }
            place[0] = hash.low
            place[1] = hash.high
            count += 1
        }
        place[2] = UInt64(bitPattern: offset) &+ 1
        return true
    }

    /// The last offset of a key, −1 when there is none. O(1) as a rule.
    package func offset(of hash: KeyHash) -> Int64 { Int64(bitPattern: find(hash)[2]) - 1 }

    /// Puts the offsets of a part of the table, `bytes` at most from where the last call ended, into `set`; false when
    /// all are.
    package func collect(_ bytes: Int, into set: OffsetSet) -> Bool {
        let end = min(collectedSlots + max(bytes / Self.entryBytes, 1), slots)
        for slot in collectedSlots..<end {
            let stored = table[slot * 3 + 2]
            if stored != 0 { set.insert(Int64(bitPattern: stored) - 1) }
        }
        collectedSlots = end
        return end < slots
    }

    /// All up to `offset` was seen.
    package func advance(to offset: Int64) { latestOffset = max(latestOffset, offset) }

    /// Where the search for a key begins.
    @inline(__always)
    private func index(_ hash: KeyHash) -> Int { Int(hash.low.multipliedFullWidth(by: UInt64(slots)).high) }

    /// The place that holds `hash`, or the free one where it belongs. There always is a free one.
    ///
    /// Places are tried one after the other: the next lies in memory that has been fetched already.
    @inline(__always)
    private func find(_ hash: KeyHash) -> UnsafeMutablePointer<UInt64> {
        assert(clearedWords == slots * 3, "the table isn't empty yet")
        var place = table + index(hash) * 3
        let end = table + slots * 3
        while place[2] != 0, place[0] != hash.low || place[1] != hash.high {
            place += 3
            if place == end { place = table }
        }
        return place
    }
}
