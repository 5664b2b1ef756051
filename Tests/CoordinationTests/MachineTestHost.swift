import Coordination

/// Drives one machine by hand: its clock goes when a test says so, and what it wants done is done at once or held.
protocol MachineTestHost: AnyObject {
    associatedtype Machine: CoordinatorMachine

    var machine: Machine { get }
    /// Milliseconds of the monotonic clock.
    var now: UInt64 { get set }
    func hold(_ effect: Machine.Effect)
    /// Finishes what needn't be held.
    func finish()
}

extension MachineTestHost {
    var moment: Moment {
        Moment(monotonicMilliseconds: now, wallClockMilliseconds: 1_700_000_000_000 + Int64(now))
    }

    func perform(_ body: (inout [Machine.Effect]) -> Void) {
        var effects: [Machine.Effect] = []
        body(&effects)
        for effect in effects { hold(effect) }
        finish()
    }

    /// Time passes, with ticks when the machine asks for them.
    func advance(_ milliseconds: UInt64) {
        let end = now + milliseconds
        while let deadline = machine.deadline, deadline <= end {
            now = max(now, deadline)
            perform { machine.tick(at: moment, &$0) }
        }
        now = end
    }
}
