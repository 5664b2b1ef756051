@testable import Broker
import Reactor
import Simulation
import Testing

@Suite struct FetchSignalTests {
    @Test func aSignalThatFiredBeforeDoesNotWait() throws {
        try onCore { _ in
            let signal = FetchSignal()
            signal.fire()
            signal.fire()
            #expect(signal.hasFired)
            await signal.wait()
        }
    }

    @Test func aWaitEndsWithTheSignal() throws {
        try onCore { core in
            let signal = FetchSignal()
            core.schedule(at: core.now().adding(milliseconds: 50)) { signal.fire() }
            let begin = core.now()
            await signal.wait()
            #expect(core.now().milliseconds(since: begin) >= 50)
        }
    }

    @Test func allWhoWaitAreToldOnce() {
        var signals = FetchSignals()
        let waiting = (0..<5).map { _ in FetchSignal() }
        for signal in waiting { signals.add(signal) }
        signals.fireAll()
        #expect(waiting.allSatisfy { $0.hasFired })
        let later = FetchSignal()
        signals.add(later)
        #expect(!later.hasFired)
    }

    @Test func endedWaitsAreDropped() {
        var signals = FetchSignals()
        weak var last: FetchSignal?
        for _ in 0..<10_000 {
            let signal = FetchSignal()
            signals.add(signal)
            signal.fire()
            last = signal
        }
        for _ in 0..<64 { signals.add(FetchSignal()) }
        #expect(last == nil)
    }

    @Test func aCutLineFiresWhatWaits() {
        let lifeline = Lifeline()
        let before = FetchSignal()
        let after = FetchSignal()
        lifeline.add(before)
        #expect(!before.hasFired)
        lifeline.cut()
        lifeline.add(after)
        #expect(lifeline.isCut && before.hasFired && after.hasFired)
    }
}
