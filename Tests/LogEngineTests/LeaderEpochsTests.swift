import LogEngine
import Testing

@Suite struct LeaderEpochsTests {
    private func epochs(_ pairs: (Int32, Int64)...) -> LeaderEpochs {
        LeaderEpochs(pairs.map { LeaderEpochs.Entry(epoch: $0.0, startOffset: $0.1) })
    }

    private func pairs(_ epochs: LeaderEpochs) -> [[Int64]] {
        epochs.entries.map { [Int64($0.epoch), $0.startOffset] }
    }

    @Test func anEpochIsNotedOnce() {
        var epochs = epochs((0, 0))
        let changed1 = epochs.assign(0, startOffset: 10)
        #expect(!changed1)
        let changed2 = epochs.assign(1, startOffset: 20)
        #expect(changed2)
        #expect(pairs(epochs) == [[0, 0], [1, 20]])
    }

    @Test func entriesThatContradictANewOneGo() {
        var epochs = epochs((0, 0), (2, 20), (3, 30))
        epochs.assign(4, startOffset: 20)
        #expect(pairs(epochs) == [[0, 0], [4, 20]])
        epochs.assign(1, startOffset: 40)
        #expect(pairs(epochs) == [[0, 0], [1, 40]])
    }

    @Test func negativeEpochsAreIgnored() {
        var epochs = epochs()
        let changed3 = epochs.assign(-1, startOffset: 0)
        #expect(!changed3)
    }

    @Test func theEndOfAnEpochIsTheStartOfTheNext() throws {
        let epochs = epochs((2, 10), (4, 20), (5, 30))
        #expect(try #require(epochs.endOffset(for: 5, logEndOffset: 35)) == (5, 35))
        #expect(try #require(epochs.endOffset(for: 4, logEndOffset: 35)) == (4, 30))
        #expect(try #require(epochs.endOffset(for: 3, logEndOffset: 35)) == (2, 20))
        #expect(try #require(epochs.endOffset(for: 1, logEndOffset: 35)) == (1, 10))
        #expect(epochs.endOffset(for: 6, logEndOffset: 35) == nil)
        #expect(epochs.endOffset(for: -1, logEndOffset: 35) == nil)
        #expect(LeaderEpochs().endOffset(for: 0, logEndOffset: 35) == nil)
    }

    @Test func truncationDropsEpochsThatBeginThereOrLater() {
        var epochs = epochs((0, 0), (1, 10), (2, 20))
        let changed4 = epochs.truncate(to: 20)
        #expect(changed4)
        #expect(pairs(epochs) == [[0, 0], [1, 10]])
        let changed5 = epochs.truncate(to: 11)
        #expect(!changed5)
    }

    @Test func trimmingLetsTheEpochOfTheNewStartBeginThere() {
        var epochs = epochs((0, 0), (1, 10), (2, 20))
        let changed6 = epochs.trim(below: 15)
        #expect(changed6)
        #expect(pairs(epochs) == [[1, 15], [2, 20]])
        let changed7 = epochs.trim(below: 15)
        #expect(!changed7)
        let changed8 = epochs.trim(below: 3)
        #expect(!changed8)
        epochs.trim(below: 20)
        #expect(pairs(epochs) == [[2, 20]])
    }

    @Test func theEpochOfAnOffsetIsTheLastThatBeganBefore() {
        let epochs = epochs((2, 10), (4, 20))
        #expect(epochs.epoch(of: 9) == nil)
        #expect(epochs.epoch(of: 19) == 2)
        #expect(epochs.epoch(of: 20) == 4)
    }
}
