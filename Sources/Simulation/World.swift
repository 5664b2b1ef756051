import Glibc
package import Reactor

/// Why a run came back.
package enum RunEnd: Equatable, Sendable {
    /// The condition holds.
    case reached
    /// Nothing is ready, in flight or due: nothing more can happen by itself.
    case idle
    /// The virtual time is up.
    case outOfTime
}

/// Nodes with their cores, disks, network and clocks, all on the calling thread, in virtual time, by a seed: the same
/// seed does the same, in any process.
///
/// A step picks one of the ready cores and runs a turn of it; when none is ready, time jumps to what happens next.
///
/// `@unchecked Sendable`: used on one thread at a time, that which runs it; tasks of its nodes run there too.
package final class World: @unchecked Sendable {
    package let seed: UInt64
    package let faults: FaultPlan
    package private(set) var now = Instant(nanoseconds: 1_000_000_000)
    package private(set) var nodes: [Node] = []
    package private(set) var turns: UInt64 = 0
    private var networkIfMade: SimulatedNetwork?
    var trace = Trace()
    var scheduling: RandomStream
    private var events = EventQueue()
    private var seats: [Seat] = []
    private var ready: [Int] = []
    private var turning: SimulatedKernel?
    private var afterTurn: [() -> Void] = []
    private var ended: [WeakCore] = []

    package init(seed: UInt64, faults: FaultPlan = .none) {
        self.seed = seed
        self.faults = faults
        scheduling = RandomStream(seed: seed, .scheduling)
        networkIfMade = SimulatedNetwork(self)
    }

    package var network: SimulatedNetwork {
        guard let networkIfMade else { preconditionFailure("made with the world") }
        return networkIfMade
    }

    /// What names this run: equal for equal seeds, and for unequal runs most surely not.
    package var traceHash: UInt64 { trace.hash }

    /// Chance for what a test does, apart from all other streams.
    package func workload(_ number: UInt64 = 0) -> RandomStream {
        RandomStream(seed: seed, .workload, number: number)
    }

    /// A machine, switched on, with nothing running.
    package func addNode(cores: Int = 1, faults: FaultPlan? = nil) -> Node {
        precondition(cores > 0 && nodes.count < 250)
        let node = Node(world: self, index: nodes.count, coreCount: cores, faults: faults ?? self.faults)
        nodes.append(node)
        network.addNode()
        return node
    }

    // MARK: Time

    /// Does `action` between two turns, so many milliseconds from now: crashes, partitions, new faults.
    package func after(milliseconds: Int64, _ action: @escaping () -> Void) {
        events.add(at: now.adding(milliseconds: milliseconds), action)
    }

    func after(nanoseconds: UInt64, isBackground: Bool = false, _ action: @escaping () -> Void) {
        events.add(at: now.adding(nanoseconds: nanoseconds), isBackground: isBackground, action)
    }

    /// Up to 30 µs.
    func shortWhile() -> UInt64 { UInt64(scheduling.within(1...30_000)) }

    // MARK: Running

    /// Runs until `condition` holds, which is asked between turns; at most `milliseconds` of virtual time.
    @discardableResult
    package func run(milliseconds: Int64 = 3_600_000, until condition: () -> Bool = { false }) -> RunEnd {
        let end = now.adding(milliseconds: milliseconds)
        return Tripwire.whileRunning(seed: seed) {
            adoptThread()
            while !condition() {
                if now > end { return .outOfTime }
                if !step(upTo: end) { return .idle }
            }
            return .reached
        }
    }

    private func adoptThread() {
        for seat in seats { seat.core.adoptCurrentThread() }
    }

    /// False when nothing can happen any more.
    private func step(upTo end: Instant) -> Bool {
        while let action = events.popDue(now) { action() }
        ready.removeAll(keepingCapacity: true)
        var soonest = events.nextTime
        var hasTimers = false
        for (index, seat) in seats.enumerated() {
            if seat.isReady(now) {
                ready.append(index)
            } else if let deadline = seat.core.nextDeadline() {
                hasTimers = true
                soonest = min(soonest ?? deadline, deadline)
            }
        }
        if ready.isEmpty {
            guard let soonest, hasTimers || events.foregroundCount > 0 else { return false }
            now = max(now, min(soonest, end.adding(nanoseconds: 1)))
            return true
        }
        turn(seats[ready[scheduling.below(ready.count)]])
        now = now.adding(nanoseconds: UInt64(scheduling.within(faults.turnMicroseconds)) * 1000)
        return true
    }

    private func turn(_ seat: Seat) {
        turns += 1
        trace.note(
            .turn, UInt64(seat.kernel.process.node.index) << 32 | UInt64(seat.core.index), now.nanoseconds)
        turning = seat.kernel
        _ = seat.core.turn(mayWait: false)
        turning = nil
        while !afterTurn.isEmpty { afterTurn.removeFirst()() }
    }

    /// Whether it is the turn of another kernel's core. Between turns whoever runs the world may touch any core.
    func isTurnOfOther(than kernel: SimulatedKernel) -> Bool { turning.map { $0 !== kernel } ?? false }

    // MARK: Starting and crashing

    func started(_ process: SimulatedProcess) {
        trace.note(.start, UInt64(process.node.index), UInt64(process.number))
        seats += process.seats
    }

    /// Ends `node`'s process as `kind` says, at once, or after the turn when a task asks for it. Its tasks unwind: what
    /// is in flight ends in `ECANCELED`, whether it has happened or not, what comes later in `ESHUTDOWN`.
    package func crash(_ node: Node, _ kind: Crash) {
        if turning != nil { return afterTurn.append { self.crash(node, kind) } }
        guard let process = node.process else {
            if kind == .powerCut { node.losePower() }
            return
        }
        trace.note(.crash, UInt64(node.index), kind == .kill ? 0 : 1)
        network.end(process, kind)
        process.die()
        Tripwire.whileRunning(seed: seed) { unwind(process) }
        seats.removeAll { $0.kernel.process === process }
        ended.removeAll { $0.core == nil }
        ended += process.seats.map { WeakCore(core: $0.core) }
        process.seats = []
        node.ended(kind)
    }

    private func unwind(_ process: SimulatedProcess) {
        adoptThread()
        for seat in process.seats { seat.core.halt() }
        var left = 1_000_000
        while true {
            let ready = process.seats.filter { $0.isReady(now) }
            if ready.isEmpty { return }
            left -= 1
            precondition(left > 0, "seed \(seed): node \(process.node.index) has a loop that doesn't ask isHalted")
            turn(ready[scheduling.below(ready.count)])
        }
    }

    /// Kills what still runs and takes the world down. Returns how many cores are still held by a task that never
    /// ended, or by somebody else.
    @discardableResult
    package func end() -> Int {
        for node in nodes { crash(node, .kill) }
        events = EventQueue()  // what they would have done holds the world
        return leakedCores
    }

    /// Cores of ended processes that something still holds.
    package var leakedCores: Int { ended.count { $0.core != nil } }
}

private struct WeakCore {
    weak var core: Core?
}
