import LogEngine
import Reactor
import Testing

/// For indexes that were never written to a file.
private func noFile() throws(LogError) -> File { throw .closed(path: "none") }

@Suite struct OffsetIndexTests {
    private func index(_ entries: [(Int64, Int)]) -> OffsetIndex {
        var index = OffsetIndex(baseOffset: 100, maximumBytes: 80)
        for (offset, position) in entries { index.append(lastOffset: offset, position: position) }
        return index
    }

    @Test func aLookUpGivesTheGreatestEntryAtOrBelow() throws {
        let index = index([(110, 500), (120, 900), (130, 1400)])
        #expect(try index.position(before: 109, noFile) == 0)
        #expect(try index.position(before: 110, noFile) == 500)
        #expect(try index.position(before: 129, noFile) == 900)
        #expect(try index.position(before: 999, noFile) == 1400)
    }

    @Test func anEmptyIndexPointsToTheBeginning() throws {
        #expect(try index([]).position(before: 100, noFile) == 0)
    }

    @Test func offsetsThatDoNotAscendAreIgnored() {
        #expect(index([(110, 500), (110, 600), (105, 700)]).count == 1)
    }

    @Test func aFullIndexTakesNoMore() {
        let index = index((1...20).map { (100 + Int64($0), $0 * 10) })
        #expect(index.count == 10)
        #expect(index.isFull)
    }

    @Test func offsetsBeyond31BitsAreIgnored() {
        #expect(index([(100 + Int64(Int32.max) + 1, 10)]).count == 0)
        #expect(index([(100 + Int64(Int32.max), 10)]).count == 1)
    }

    @Test func truncationDropsEntriesAtOrAbove() throws {
        var index = index([(110, 500), (120, 900), (130, 1400)])
        try index.truncate(to: 120, noFile)
        #expect(index.count == 1)
        index.append(lastOffset: 115, position: 800)
        #expect(try index.position(before: 119, noFile) == 800)
    }

    @Test func theFirstEntryBehindAPositionBoundsWhatARangeHolds() throws {
        let index = index([(110, 500), (120, 900)])
        #expect(try index.offset(atOrAbove: 501, noFile) == 120)
        #expect(try index.offset(atOrAbove: 901, noFile) == nil)
    }
}

@Suite struct TimeIndexTests {
    private func index(_ entries: [(Int64, Int64)], bytes: Int = 120) -> TimeIndex {
        var index = TimeIndex(baseOffset: 100, maximumBytes: bytes)
        for (timestamp, offset) in entries { index.append(timestamp: timestamp, offset: offset) }
        return index
    }

    @Test func timestampsThatDoNotGrowAreNotWritten() {
        #expect(index([(10, 101), (10, 102), (9, 103), (11, 104)]).count == 2)
    }

    @Test func noTimestampIsNoEntry() {
        #expect(index([(-1, 101)]).count == 0)
    }

    @Test func aLookUpNeverSkipsTheFirstBatchOfThatTime() throws {
        let index = index([(10, 101), (20, 110), (30, 120)])
        #expect(try index.offset(before: 5, noFile) == 100)
        #expect(try index.offset(before: 20, noFile) == 101)
        #expect(try index.offset(before: 21, noFile) == 110)
    }

    @Test func onePlaceIsKeptForTheClosingEntry() {
        var index = index((1...20).map { (Int64($0), 100 + Int64($0)) })
        #expect(index.count == 9)
        #expect(index.isFull)
        index.append(timestamp: 99, offset: 150, closing: true)
        #expect(index.count == 10)
        #expect(index.last == (99, 150))
        index.append(timestamp: 100, offset: 151, closing: true)
        #expect(index.count == 10)
    }

    @Test func truncationFallsBackToTheEntryBefore() throws {
        var index = index([(10, 101), (20, 110), (30, 120)])
        try index.truncate(to: 110, noFile)
        #expect(index.last == (10, 101))
        try index.truncate(to: 100, noFile)
        #expect(index.last == (-1, 100))
    }
}

@Suite struct TransactionIndexTests {
    private func index() -> TransactionIndex {
        var index = TransactionIndex()
        for (first, last, stable) in [(10, 19, 15), (15, 29, 30), (40, 49, 50)] as [(Int64, Int64, Int64)] {
            index.append(
                AbortedTransaction(producerID: 7, firstOffset: first, lastOffset: last, lastStableOffset: stable))
        }
        return index
    }

    private func collect(_ from: Int64, _ upTo: Int64) throws -> (firsts: [Int64], isComplete: Bool) {
        var found: [AbortedTransaction] = []
        let isComplete = try index().collect(from: from, upTo: upTo, into: &found, noFile)
        return (found.map(\.firstOffset), isComplete)
    }

    @Test func thoseThatOverlapTheRangeAreFound() throws {
        #expect(try collect(0, 12).firsts == [10])
        #expect(try collect(20, 41).firsts == [15, 40])
        #expect(try collect(50, 60).firsts == [])
    }

    @Test func theSearchEndsWhereReadersCouldNotHaveGoneFurther() throws {
        #expect(try collect(0, 30).isComplete)
        #expect(try collect(0, 30).firsts == [10, 15])
        #expect(try !collect(0, 60).isComplete)
    }

    @Test func truncationDropsMarkersAtOrAbove() throws {
        var index = index()
        try index.truncate(to: 29, noFile)
        #expect(index.count == 1)
    }
}
