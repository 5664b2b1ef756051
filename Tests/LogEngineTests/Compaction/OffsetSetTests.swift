import LogEngine
import Testing

@Suite struct OffsetSetTests {
    @Test func itHoldsWhatWasPutInAndNothingElse() throws {
        var numbers = SeededNumbers(7)
        let first: Int64 = 1_000_000_000_007
        let set = try #require(OffsetSet(first, upTo: first + 1000))
        var model: Set<Int64> = []
        for _ in 0..<300 {
            let offset = first + Int64.random(in: -50..<1050, using: &numbers)
            set.insert(offset)
            if offset >= first, offset < first + 1000 { model.insert(offset) }
        }
        for offset in first - 60..<first + 1060 { #expect(set.contains(offset) == model.contains(offset)) }
        for _ in 0..<500 {
            let low = first + Int64.random(in: 0..<1000, using: &numbers)
            let high = Int64.random(in: low..<first + 1000, using: &numbers)
            #expect(set.count(in: low...high) == model.filter { (low...high).contains($0) }.count)
        }
        #expect(set.covers(first...first + 999))
        #expect(!set.covers(first - 1...first) && !set.covers(first...first + 1000))
    }

    @Test(arguments: [(Int64(0), Int64(0)), (5, 4), (0, .max), (.min, .max), (0, 1 << 40)])
    func aStretchThatIsEmptyOrTooLongHasNone(first: Int64, end: Int64) { #expect(OffsetSet(first, upTo: end) == nil) }

    @Test func theMapGivesTheLastOffsetOfEachKeyInPieces() throws {
        let map = OffsetMap(bytes: 1 << 20, loadFactor: 0.9, entries: 100, hasher: KeyHasher(1, 2))
        while map.clear(1000) {}
        for offset in Int64(0)..<100 {
            let hash = Array("k\(offset % 10)".utf8).withUnsafeBytes { map.hash($0) }
            #expect(map.put(hash, offset))
        }
        let set = try #require(OffsetSet(50, upTo: 98))
        var pieces = 0
        while map.collect(240, into: set) { pieces += 1 }
        #expect(pieces > 5)
        #expect(set.count(in: 50...97) == 8 && set.contains(97) && !set.contains(89))
    }
}
