import LogEngine
import Testing

@Suite struct OffsetMapTests {
    private func map(bytes: Int = 1 << 20, loadFactor: Double = 0.9, entries: Int64 = .max) -> OffsetMap {
        let map = OffsetMap(
            bytes: bytes, loadFactor: loadFactor, entries: entries, hasher: KeyHasher(1, 2))
        while map.clear(1000) {}
        return map
    }

    @Test(arguments: [.nan, -.infinity, -1, 0, 1e-9, 1, 1e30, .infinity] as [Double])
    func anyLoadFactorLeavesAPlaceAndTakesOne(factor: Double) {
        let map = map(bytes: 240, loadFactor: factor)
        #expect(!map.isFull)
        for index in 0..<9 where !map.isFull { #expect(put("k\(index)", Int64(index), map)) }
        #expect(map.isFull && map.utilization < 1)
        #expect(offset("k0", map) == 0)
    }

    private func put(_ text: String, _ offset: Int64, _ map: OffsetMap) -> Bool {
        map.put(Array(text.utf8).withUnsafeBytes { map.hash($0) }, offset)
    }

    private func offset(_ text: String, _ map: OffsetMap) -> Int64 {
        map.offset(of: Array(text.utf8).withUnsafeBytes { map.hash($0) })
    }

    @Test func theHashIsSipHashOf128Bits() {
        // What OpenSSL says of key 0…15 and messages of 0, 1, 2 and 9 bytes (`openssl mac` with c-rounds 1, d-rounds 3,
        // size 16).
        let hasher = KeyHasher(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
        let hashes = [0, 1, 2, 9].map { count in Array(0..<UInt8(count)).withUnsafeBytes { hasher.hash($0) } }
        #expect(hashes[0] == KeyHash(low: 0xbea5_8827_b2bc_7ee7, high: 0x0130_30dd_6adb_62fd))
        #expect(hashes[1] == KeyHash(low: 0xa8ed_d360_0437_6ffc, high: 0x63f0_2f2b_cc73_055e))
        #expect(hashes[2] == KeyHash(low: 0x9b83_6905_097f_7875, high: 0x95ea_6a8c_54c9_5b85))
        #expect(hashes[3] == KeyHash(low: 0x9439_f32c_04b8_dd81, high: 0x427c_1394_000e_72f4))
    }

    @Test func theLastOffsetOfAKeyCounts() {
        let map = map()
        for offset in Int64(0)..<1000 { #expect(put("k\(offset % 10)", offset, map)) }
        #expect(map.count == 10)
        #expect((0..<10).map { offset("k\($0)", map) } == Array(990..<1000))
        #expect(offset("other", map) == -1)
    }

    @Test func aFullMapTakesKeysThatItHasButNoNewOnes() {
        let map = map(bytes: 100 * OffsetMap.entryBytes)
        var taken: Int64 = 0
        while put("k\(taken)", taken, map) { taken += 1 }
        #expect(map.isFull && map.count == Int(taken) && taken == 90)
        #expect(put("k0", 5000, map))
        #expect(!put("new", 5001, map))
        #expect(offset("k0", map) == 5000 && offset("k89", map) == 89 && offset("new", map) == -1)
    }

    @Test func aMapForFewKeysIsSmallHoweverMuchMemoryItMayTake() {
        let map = map(bytes: 1 << 40, entries: 100)
        for offset in Int64(0)..<100 { #expect(put("k\(offset)", offset, map)) }
        #expect(map.slots < 300)
    }

    @Test(arguments: [3, 4, 5, 24, 25]) func theSmallestMapsStillTakeAKey(entries: Int) {
        let map = map(bytes: entries * OffsetMap.entryBytes, loadFactor: 0.01)
        #expect(put("k", 7, map))
        #expect(offset("k", map) == 7 && offset("l", map) == -1)
    }
}
