import Reactor
import Simulation
import Testing

/// A task that calls an actor of another core has a turn of that core between any two steps: others come in before a
/// continuation's body begins. Nobody may be forgotten for that.
@Suite struct VisitTests {
    @Test func othersComeInBetweenAVisitorsCheckAndItsContinuation() throws {
        try onBothKernels(cores: 2) { stage in
            let place = Place(stage.cores[1])
            #expect(await place.stepsOfAWait() == ["asked", "another", "begun"])
            let task = Task(executorPreference: stage.cores[1]) { await place.stepsOfAWait() }
            #expect(await task.value == ["asked", "begun", "another"])
        }
    }

    @Test func aVisitorIsNotForgottenByThoseWhoWakeItMeanwhile() throws {
        try onBothKernels(cores: 2) { stage in
            let place = Place(stage.cores[1])
            await place.waitForOneWhoIsGone()
            await place.closeAGateWhichIsLeft()
            #expect(await place.waitForWhatIsReached())
            #expect(await !place.waitForWhatIsTakenBack())
        }
    }
}

private actor Place {
    private nonisolated let core: Core
    private var steps: [String] = []

    init(_ core: Core) { self.core = core }

    nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }

    /// Has the core do something after the job that runs.
    private func soon(_ body: @escaping @Sendable () -> Void) { core.spawn { body() } }

    func stepsOfAWait() async -> [String] {
        steps = ["asked"]
        soon { self.assumeIsolated { $0.steps.append("another") } }
        await withUnsafeContinuation { continuation in
            steps.append("begun")
            soon { continuation.resume() }
        }
        return steps
    }

    func waitForOneWhoIsGone() async {
        let room = Shared(Waiters())
        let isOver = Shared(false)
        soon {
            isOver.value = true
            room.value.wake()
        }
        while !isOver.value { await withUnsafeContinuation { room.value.add($0, unless: isOver.value) } }
    }

    func closeAGateWhichIsLeft() async {
        let gate = Shared(Gate())
        _ = gate.value.enter()
        soon { gate.value.leave() }
        await gate.value.close()
    }

    func waitForWhatIsReached() async -> Bool {
        let watermark = Shared(Watermark(1))
        soon { watermark.value.advance(to: 2) }
        return await watermark.value.reaches(2)
    }

    func waitForWhatIsTakenBack() async -> Bool {
        let watermark = Shared(Watermark(1))
        soon { watermark.value.retreat(to: 0) }
        core.schedule(at: core.now().adding(milliseconds: 1)) { watermark.value.advance(to: 2) }
        return await watermark.value.reaches(2)
    }
}
