import Reactor
import Simulation
import Testing

@Suite struct TimeTests {
    @Test func timersFireInOrderOfTheirDeadlines() throws {
        try onBothKernels { stage in
            let fired = Shared<[Int]>([])
            let start = stage.core.now()
            for number in [7, 3, 9, 1, 5, 0, 8, 2, 6, 4] {
                stage.core.schedule(at: start.adding(milliseconds: Int64(number))) { fired.value.append(number) }
            }
            await stage.core.sleep(milliseconds: 30)
            #expect(fired.value == Array(0..<10))
        }
    }

    @Test func timersOfOneInstantFireAsScheduled() throws {
        try onBothKernels { stage in
            let fired = Shared<[Int]>([])
            let deadline = stage.core.now().adding(milliseconds: 2)
            for number in 0..<100 { stage.core.schedule(at: deadline) { fired.value.append(number) } }
            await stage.core.sleep(milliseconds: 10)
            #expect(fired.value == Array(0..<100))
        }
    }

    @Test func allWhoShareARatePayForThoseBeforeThem() {
        let rate = ByteRate(bytesPerSecond: 1000)
        let first = rate.spend(500, at: second(1))
        let next = rate.spend(1000, at: second(1))
        #expect(rate.due(first, at: second(1)) == second(1.5))
        #expect(rate.due(next, at: second(1)) == second(2.5))
        #expect(rate.due(next, at: second(2)) == second(2.5))
    }

    @Test func anIdleTimePaysForNothingThatComesLater() {
        let rate = ByteRate(bytesPerSecond: 1000)
        _ = rate.spend(1000, at: second(1))
        #expect(rate.due(rate.spend(1000, at: second(60)), at: second(60)) == second(61))
    }

    @Test func aNewRateHoldsForWhatIsOwed() {
        let rate = ByteRate(bytesPerSecond: 1)
        let mark = rate.spend(1_000_000, at: second(0))
        rate.set(bytesPerSecond: 100_000, at: second(50))
        #expect(rate.due(mark, at: second(50)) == second(59.9995))
        rate.set(bytesPerSecond: 0, at: second(50))
        #expect(rate.due(mark, at: second(50)) == second(1_000_000))
        rate.set(bytesPerSecond: .nan, at: second(50))
        #expect(rate.due(mark, at: second(50)) == second(1_000_000))
        rate.set(bytesPerSecond: .infinity, at: second(50))
        #expect(rate.due(mark, at: second(50)) == second(50) && rate.due(mark, at: second(51)) == second(51))
    }

    @Test func aCancelledTimerDoesNotFire() throws {
        try onBothKernels { stage in
            let fired = Shared(0)
            let timers = (0..<300).map { _ in
                stage.core.schedule(at: stage.core.now().adding(milliseconds: 1)) { fired.value += 1 }
            }
            for timer in timers.dropFirst() { timer.cancel() }
            #expect(timers[0].isPending && !timers[1].isPending)
            await stage.core.sleep(milliseconds: 10)
            #expect(fired.value == 1)
            #expect(!timers[0].isPending)
        }
    }

    @Test func aTimerThatSchedulesItselfAtOnceLeavesRoomForOthers() throws {
        try onBothKernels { stage in
            let again = Again(stage.core)
            again.schedule()
            await stage.core.sleep(milliseconds: 2)
            again.isOver = true
            #expect(again.count > 0)
        }
    }

    @Test func sleepLastsAtLeastItsTime() throws {
        try onBothKernels { stage in
            for milliseconds in [0, 1, 3, 10] as [Int64] {
                let start = stage.core.now()
                await stage.core.sleep(milliseconds: milliseconds)
                #expect(stage.core.now() >= start.adding(milliseconds: milliseconds))
            }
        }
    }

    @Test func sleepersWakeInOrder() throws {
        try onBothKernels { stage in
            let woken = Shared<[Int]>([])
            let tasks = Tasks(stage.core)
            for number in (0..<20).reversed() {
                tasks.start {
                    await stage.core.sleep(milliseconds: Int64(number * 3))
                    woken.value.append(number)
                }
            }
            await tasks.finish()
            #expect(woken.value == Array(0..<20))
        }
    }

    @Test func instantsSaturate() {
        let late = Instant(nanoseconds: .max - 5)
        #expect(late.adding(milliseconds: 1) == Instant(nanoseconds: .max))
        #expect(late.adding(milliseconds: -1) == late)
        #expect(late.adding(milliseconds: .max) == Instant(nanoseconds: .max))
        #expect(Instant(nanoseconds: 1).milliseconds(since: late) == 0)
        #expect(Instant(nanoseconds: 5_999_999).milliseconds(since: Instant(nanoseconds: 1_000_000)) == 4)
    }
}

private final class Again: @unchecked Sendable {  // used on one core only
    private let core: Core
    private(set) var count = 0
    var isOver = false

    init(_ core: Core) { self.core = core }

    func schedule() {
        core.schedule(at: core.now()) { [self] in
            count += 1
            if !isOver { schedule() }
        }
    }
}

private func second(_ number: Double) -> Instant { Instant(nanoseconds: UInt64(number * 1e9)) }
