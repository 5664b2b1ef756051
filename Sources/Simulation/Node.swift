package import Reactor

/// How a node ends.
package enum Crash: Sendable {
    /// The process is gone; its machine, page cache and the kernel's side of its connections remain.
    case kill
    /// The machine is off: what wasn't synced may be lost, and nobody is told.
    case powerCut
}

/// A machine of a world: cores, a disk, an address, a clock. Runs one process at a time.
package final class Node {
    package let index: Int
    package let disk: SimulatedDisk
    unowned let world: World
    private let coreCount: Int
    private var processes = 0
    private(set) var process: SimulatedProcess?
    /// How far its wall clock is ahead; set it at will: clocks jump.
    package var wallClockSkewMilliseconds: Int64
    package private(set) var isPowered = true
    private var diskSteps = 0
    private var fate: (step: Int, kind: Crash)?

    init(world: World, index: Int, coreCount: Int, faults: FaultPlan) {
        self.world = world
        self.index = index
        self.coreCount = coreCount
        disk = SimulatedDisk(seed: world.seed, number: index, faults: faults)
        var clock = RandomStream(seed: world.seed, .clock, number: UInt64(index))
        wallClockSkewMilliseconds = Int64(clock.within(-50...50))
    }

    /// 2026-01-01 is when worlds begin.
    var wallClockMilliseconds: Int64 {
        1_767_225_600_000 + Int64(world.now.nanoseconds / 1_000_000) + wallClockSkewMilliseconds
    }

    /// 10.0.0.(index + 1).
    package func address(port: UInt16) -> SocketAddress { .ipv4(10, 0, 0, UInt8(index + 1), port: port) }

    package var isRunning: Bool { process != nil }

    /// The running process's cores.
    package var cores: [Core] { process?.seats.map(\.core) ?? [] }

    /// Switches the node on with fresh cores and has `body` start its tasks on them, now or after the turn that asks.
    package func start(_ body: @escaping ([Core]) -> Void) {
        precondition(process == nil, "the node runs already")
        isPowered = true
        processes += 1
        let started = SimulatedProcess(node: self, number: processes)
        started.seats = (0..<coreCount).map { Seat(process: started, index: $0) }
        process = started
        world.started(started)
        Tripwire.whileRunning(seed: world.seed) { body(started.seats.map(\.core)) }
    }

    /// Has the process that runs end right before it makes its `step`th step on the disk, from 1, counted from now. A
    /// step is a call that changes something, half of a write, the begin and the end of a sync.
    package func crash(_ kind: Crash, beforeDiskStep step: Int) {
        diskSteps = 0
        fate = (step, kind)
    }

    /// Counts a step that `process` is about to make; false when it doesn't come to that any more.
    func makesStep(_ process: SimulatedProcess) -> Bool {
        guard let fate, !process.isDead else { return true }
        diskSteps += 1
        guard diskSteps == fate.step else { return true }
        self.fate = nil
        process.stop()
        world.crash(self, fate.kind)
        return false
    }

    func ended(_ kind: Crash) {
        process = nil
        fate = nil
        if kind == .powerCut { losePower() }
    }

    func losePower() {
        isPowered = false
        disk.cutPower()
    }
}
