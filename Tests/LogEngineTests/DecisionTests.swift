import LogEngine
import Testing

@Suite struct RecoveryPlanTests {
    private func names(_ files: SegmentFileName...) -> [String] { files.map(\.text) }

    @Test func interruptedDeletionsAndCleaningsAreUnlinked() {
        let temporaries = RecoveryPlan.Temporaries(
            names: names(
                SegmentFileName(0, .log, .deleted), SegmentFileName(5, .log, .cleaned), SegmentFileName(5, .log))
                + ["00000000000000000063-0000000001.checkpoint.deleted"])
        #expect(temporaries.removals == names(SegmentFileName(0, .log, .deleted), SegmentFileName(5, .log, .cleaned)))
        #expect(temporaries.swaps.isEmpty)
    }

    @Test func aSwapIsCompletedOverTheSegmentsItReplaces() {
        let all = names(
            SegmentFileName(0, .log), SegmentFileName(100, .log), SegmentFileName(100, .index),
            SegmentFileName(100, .snapshot), SegmentFileName(200, .log), SegmentFileName(300, .log),
            SegmentFileName(100, .log, .swap), SegmentFileName(100, .index, .swap))
        let temporaries = RecoveryPlan.Temporaries(names: all)
        #expect(temporaries.removals.isEmpty)
        #expect(temporaries.swaps == [SegmentFileName(100, .log, .swap), SegmentFileName(100, .index, .swap)])
        #expect(
            temporaries.replaced(names: all, swapEndOffset: 250)
                == names(SegmentFileName(100, .log), SegmentFileName(100, .index), SegmentFileName(200, .log)))
    }

    @Test func anUnfinishedSplitIsUndone() {
        let temporaries = RecoveryPlan.Temporaries(
            names: names(
                SegmentFileName(100, .log, .cleaned), SegmentFileName(150, .log, .swap),
                SegmentFileName(50, .log, .swap)))
        #expect(temporaries.staleSwaps == names(SegmentFileName(150, .log, .swap)))
        #expect(temporaries.removals == names(SegmentFileName(100, .log, .cleaned)))
        #expect(temporaries.swaps == [SegmentFileName(50, .log, .swap)])
    }

    @Test func afterACrashTheSegmentWithTheRecoveryPointAndAllLaterAreRecovered() {
        let names = names(SegmentFileName(0, .log), SegmentFileName(100, .log), SegmentFileName(200, .log))
        let plan = RecoveryPlan(names: names, wasClean: false, recoveryPoint: 150)
        #expect(plan.segments.map(\.isRecovered) == [false, true, true])
        let all = RecoveryPlan(names: names, wasClean: false, recoveryPoint: 0)
        #expect(all.segments.map(\.isRecovered) == [true, true, true])
        let clean = RecoveryPlan(names: names, wasClean: true, recoveryPoint: 0)
        #expect(clean.segments.map(\.isRecovered) == [false, false, false])
    }

    @Test func anIndexWithoutALogIsUnlinked() {
        let plan = RecoveryPlan(
            names: names(SegmentFileName(0, .log), SegmentFileName(0, .index), SegmentFileName(9, .index)),
            wasClean: true, recoveryPoint: 0)
        #expect(plan.removals == names(SegmentFileName(9, .index)))
    }

    @Test func snapshotsStayWithTheirSegmentAndAtTheEnd() {
        #expect(
            RecoveryPlan.uselessSnapshots([0, 50, 100, 170, 300], bases: [0, 100], logEndOffset: 170) == [50, 300])
    }
}

@Suite struct RollDecisionTests {
    private func rolls(
        bytes: Int = 100, first: Int64? = 0, full: Bool = false, batch: Int = 10, lastOffset: Int64 = 100,
        timestamp: Int64 = 0, now: Int64 = 0, jitter: Int64 = 0, _ change: (inout LogConfig) -> Void = { _ in }
    ) -> Bool {
        var config = LogConfig()
        config.segmentBytes = 1000
        config.segmentMilliseconds = 50
        change(&config)
        let active = RollDecision.Active(
            baseOffset: 0, bytes: bytes, firstTimestamp: first, createdMilliseconds: 0, areIndexesFull: full,
            jitterMilliseconds: jitter)
        return RollDecision.rolls(
            active, batchBytes: batch, lastOffset: lastOffset, maxTimestamp: timestamp, now: now, config: config)
    }

    @Test func aBatchThatDoesNotFitRolls() {
        #expect(!rolls(bytes: 990))
        #expect(rolls(bytes: 991))
    }

    @Test func ageIsCountedInRecordTime() {
        #expect(!rolls(first: 1000, timestamp: 1050, now: 999_999))
        #expect(rolls(first: 1000, timestamp: 1051))
        #expect(rolls(first: 1000, timestamp: 1042, jitter: 9))
    }

    @Test func withoutTimestampsAgeIsCountedByTheClock() {
        #expect(!rolls(first: -1, timestamp: -1, now: 50))
        #expect(rolls(first: -1, timestamp: -1, now: 51))
    }

    @Test func anEmptySegmentDoesNotAge() {
        #expect(!rolls(bytes: 0, first: nil, now: 1_000_000))
    }

    @Test func fullIndexesAndFarOffsetsRoll() {
        #expect(rolls(full: true))
        #expect(!rolls(lastOffset: Int64(Int32.max)))
        #expect(rolls(lastOffset: Int64(Int32.max) + 1))
    }

    @Test func compactedTopicsRollInTimeForTheirLag() {
        #expect(
            rolls(first: 0, timestamp: 21) {
                $0.cleanupPolicy = .compact
                $0.maxCompactionLagMilliseconds = 20
            })
    }
}

@Suite struct RetentionTests {
    private let segments = [
        Retention.Segment(baseOffset: 0, bytes: 100, largestTimestamp: 1000),
        Retention.Segment(baseOffset: 10, bytes: 100, largestTimestamp: 2000),
        Retention.Segment(baseOffset: 20, bytes: 100, largestTimestamp: 3000),
    ]

    private func count(
        now: Int64 = 0, start: Int64 = 0, highWatermark: Int64 = 30, _ change: (inout LogConfig) -> Void
    ) -> Int {
        var config = LogConfig()
        config.retentionMilliseconds = -1
        change(&config)
        let bounds = Retention.Bounds(
            logStartOffset: start, logEndOffset: 30, highWatermark: highWatermark, now: now)
        return Retention.expiredCount(segments, bounds, config)
    }

    @Test func segmentsBelowTheLogStartGo() {
        #expect(count(start: 19) { _ in } == 1)
        #expect(count(start: 20) { _ in } == 2)
    }

    @Test func bySizeTheOldestGoAsLongAsEnoughIsLeft() {
        #expect(count { $0.retentionBytes = 250 } == 0)
        #expect(count { $0.retentionBytes = 200 } == 1)
        #expect(count { $0.retentionBytes = 0 } == 3)
    }

    @Test func byTimeThoseGoWhoseNewestRecordIsTooOld() {
        #expect(count(now: 2100) { $0.retentionMilliseconds = 1100 } == 0)
        #expect(count(now: 2101) { $0.retentionMilliseconds = 1100 } == 1)
        #expect(count(now: 9999) { $0.retentionMilliseconds = 10 } == 3)
    }

    @Test func nothingAboveTheHighWatermarkGoes() {
        #expect(count(now: 9999, highWatermark: 19) { $0.retentionMilliseconds = 10 } == 1)
    }

    @Test func compactedTopicsKeepAllAboveTheLogStart() {
        #expect(
            count(now: 9999, start: 10) {
                $0.cleanupPolicy = .compact
                $0.retentionMilliseconds = 10
            } == 1)
    }

    @Test func anEmptyActiveSegmentStays() {
        var config = LogConfig()
        config.retentionMilliseconds = 0
        let bounds = Retention.Bounds(logStartOffset: 0, logEndOffset: 0, highWatermark: 0, now: 999_999_999)
        let empty = [Retention.Segment(baseOffset: 0, bytes: 0, largestTimestamp: 0)]
        #expect(Retention.expiredCount(empty, bounds, config) == 0)
    }
}
