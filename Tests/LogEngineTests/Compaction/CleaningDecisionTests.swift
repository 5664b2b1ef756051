import LogEngine
import Records
import Testing

@Suite struct CleaningRangeTests {
    private var config: LogConfig {
        var config = LogConfig()
        config.cleanupPolicy = .compact
        return config
    }

    /// Five segments of 100 offsets and 1000 bytes each; the segment at an index has the timestamps 1000 × index.
    private func range(
        cleanedUpTo: Int64 = 0, start: Int64 = 0, stable: Int64 = 450, now: Int64 = 10_000, _ config: LogConfig
    ) -> CleaningRange {
        CleaningRange(
            (0..<5).map { CleaningRange.Segment(baseOffset: Int64($0) * 100, bytes: 1000) },
            CleaningRange.Bounds(
                startOffset: start, endOffset: 450, lastStableOffset: stable, cleanedUpTo: cleanedUpTo, now: now),
            config, largestTimestamp: { Int64($0) * 1000 + 500 }, firstTimestamp: { Int64($0) * 1000 + 1 })
    }

    @Test func theActiveSegmentStays() {
        let range = range(config)
        #expect(range.firstDirtyOffset == 0 && range.firstUncleanableOffset == 400)
        #expect(range.cleanBytes == 0 && range.cleanableBytes == 4000 && range.dirtyRatio == 1)
        #expect(range.isDue(config))
    }

    @Test func whatIsNotDecidedStaysWithItsWholeSegment() {
        #expect(range(stable: 250, config).firstUncleanableOffset == 200)
        #expect(range(stable: 200, config).firstUncleanableOffset == 200)
        #expect(!range(stable: 99, config).isDue(config))
    }

    @Test(arguments: [(0.5, false), (0.49, true)]) func itPaysAboveTheDirtyRatio(ratio: Double, pays: Bool) {
        var config = config
        config.minCleanableDirtyRatio = ratio
        let range = range(cleanedUpTo: 200, config)
        #expect(range.firstDirtyOffset == 200 && range.dirtyRatio == 0.5)
        #expect(range.isDue(config) == pays)
    }

    @Test func nothingIsDueWhenAllIsClean() {
        var config = config
        config.minCleanableDirtyRatio = 0
        #expect(!range(cleanedUpTo: 400, config).isDue(config))
        #expect(!range(cleanedUpTo: 430, config).isDue(config))
    }

    @Test func youngSegmentsStay() {
        var config = config
        config.minCompactionLagMilliseconds = 8000
        #expect(range(config).firstUncleanableOffset == 200)  // 2500 is younger than 2000
        #expect(range(cleanedUpTo: 300, config).cleanableBytes == 0)
    }

    @Test func anOldRecordMakesItDueWhateverTheRatio() {
        var config = config
        config.minCleanableDirtyRatio = 1
        config.maxCompactionLagMilliseconds = 8500
        #expect(!range(config).isDue(config) == false)
        #expect(range(cleanedUpTo: 100, config).isOverdue)
        #expect(!range(cleanedUpTo: 200, config).isOverdue)
        #expect(!range(cleanedUpTo: 200, config).isDue(config))
    }

    @Test(arguments: [Int64(50), 451, -1]) func aCheckpointOutsideTheLogMakesAllDirty(cleanedUpTo: Int64) {
        #expect(range(cleanedUpTo: cleanedUpTo, start: 100, config).firstDirtyOffset == 100)
    }
}

@Suite struct CleaningGroupsTests {
    private func segments(_ sizes: [Int], indexBytes: Int = 0, span: Int64 = 100) -> [CleaningGroups.Segment] {
        sizes.enumerated().map {
            CleaningGroups.Segment(
                baseOffset: Int64($0.offset) * span, bytes: $0.element, indexBytes: indexBytes,
                timeIndexBytes: indexBytes)
        }
    }

    private func ranges(_ segments: [CleaningGroups.Segment], _ change: (inout LogConfig) -> Void) -> [Range<Int>] {
        var config = LogConfig()
        change(&config)
        return CleaningGroups.ranges(
            segments, endOffset: (segments.last?.baseOffset ?? 0) + 100, config)
    }

    @Test func neighboursAreJoinedUpToTheSegmentSize() {
        #expect(ranges(segments([40, 40, 30, 100, 10, 10])) { $0.segmentBytes = 100 } == [0..<2, 2..<3, 3..<4, 4..<6])
    }

    @Test func anOversizedSegmentStaysAlone() {
        #expect(ranges(segments([10, 500, 10])) { $0.segmentBytes = 100 } == [0..<1, 1..<2, 2..<3])
    }

    @Test func indexesBoundAGroupToo() {
        #expect(ranges(segments([1, 1, 1], indexBytes: 40)) { $0.segmentIndexBytes = 100 } == [0..<2, 2..<3])
    }

    @Test func offsetsOfAGroupFit32Bits() {
        let span = Int64(Int32.max) / 2 + 1
        #expect(ranges(segments([1, 1, 1], span: span)) { _ in } == [0..<2, 2..<3])
        #expect(ranges(segments([1, 1, 0], span: span)) { _ in } == [0..<3])
    }

    @Test func nothingGivesNoGroups() { #expect(ranges([]) { _ in }.isEmpty) }
}

@Suite struct CleanedTransactionsTests {
    private func header(_ producerID: Int64, _ offset: Int64, transactional: Bool = true) -> RecordBatchHeader {
        var header = RecordBatchHeader()
        header.baseOffset = offset
        header.lastOffsetDelta = 0
        header.producerID = producerID
        header.attributes.isTransactional = transactional
        header.recordsCount = 1
        return header
    }

    private func aborted(_ producerID: Int64, _ range: ClosedRange<Int64>) -> AbortedTransaction {
        AbortedTransaction(
            producerID: producerID, firstOffset: range.lowerBound, lastOffset: range.upperBound,
            lastStableOffset: range.upperBound + 1)
    }

    @Test func dataOfAbortedTransactionsGoesAndItsMarkerStaysAsLongAsThereWasSome() {
        var transactions = CleanedTransactions()
        transactions.add([aborted(7, 10...20)])
        let before = (transactions.data(header(7, 5)), transactions.control(header(7, 6), .commit).isDisposable)
        #expect(before == (false, false))
        let data = [
            transactions.data(header(7, 10)), transactions.data(header(8, 11)),
            transactions.data(header(7, 12, transactional: false)),
        ]
        #expect(data == [true, false, false])
        let end = transactions.control(header(7, 20), .abort)
        #expect(!end.isDisposable && end.entry == aborted(7, 10...20))
        let after = transactions.data(header(7, 21))
        #expect(!after)
    }

    @Test func aMarkerWithoutDataMayGo() {
        var transactions = CleanedTransactions()
        transactions.add([aborted(7, 10...20)])
        let abort = transactions.control(header(7, 20), .abort)
        #expect(abort.isDisposable && abort.entry == nil)
        let commit = transactions.control(header(8, 21), .commit)
        #expect(commit.isDisposable)
    }

    @Test func anEmptiedMarkerMayGoAndUnknownControlRecordsStay() {
        var transactions = CleanedTransactions()
        var empty = header(7, 1)
        empty.recordsCount = 0
        let disposable = [
            transactions.control(empty, nil).isDisposable, transactions.control(header(7, 2), nil).isDisposable,
            transactions.control(header(7, 3), .leaderChange).isDisposable,
        ]
        #expect(disposable == [true, false, false])
    }

    @Test func aTransactionToldOfTwiceCountsOnce() {
        var transactions = CleanedTransactions()
        transactions.add([aborted(7, 10...20)])
        let first = transactions.data(header(7, 10))
        transactions.add([aborted(7, 10...20)])
        let ends = [
            transactions.control(header(7, 20), .abort).isDisposable,
            transactions.control(header(7, 22), .abort).isDisposable,
        ]
        #expect(first && ends == [false, true])
    }
}
