import Glibc
import Reactor

/// One life of a node: from its start to its crash.
final class SimulatedProcess {
    enum Descriptor {
        case file(OpenFile)
        case socket(SimulatedSocket)
        case listener(SimulatedListener)
    }

    unowned let node: Node
    let number: Int
    private(set) var isDead = false
    var seats: [Seat] = []
    private var descriptors: [Int32: Descriptor] = [:]
    private var lastDescriptor: Int32 = 2
    private(set) lazy var files = SimulatedFiles(self)
    private(set) lazy var sockets = SimulatedSockets(self)

    init(node: Node, number: Int) {
        self.node = node
        self.number = number
    }

    /// Descriptors aren't used again: whoever uses one that is closed finds out.
    func add(_ descriptor: Descriptor) -> Int32 {
        lastDescriptor += 1
        descriptors[lastDescriptor] = descriptor
        return lastDescriptor
    }

    func descriptor(_ number: Int32) -> Descriptor? { descriptors[number] }

    func remove(_ number: Int32) { descriptors[number] = nil }

    /// Does nothing any more, although its turn goes on: it dies when that ends.
    func stop() { isDead = true }

    /// Ends all that is in flight; later calls end in `ESHUTDOWN`.
    func die() {
        isDead = true
        for seat in seats { seat.kernel.crash() }
        for number in descriptors.keys.sorted() {
            if case .file(let file) = descriptors[number] { node.disk.close(file) }
        }
        descriptors = [:]
        node.disk.killed(node.world.now)
    }
}

/// A core and its kernel.
final class Seat {
    let core: Core
    let kernel: SimulatedKernel

    init(process: SimulatedProcess, index: Int) {
        kernel = SimulatedKernel(process: process, index: index)
        core = Core(index: index, kernel: kernel)
    }

    func isReady(_ now: Instant) -> Bool {
        if core.hasReadyJobs || kernel.isReady { return true }
        guard let deadline = core.nextDeadline() else { return false }
        return deadline <= now || core.isHalted
    }

    /// Nothing runs, waits for a completion or for a time.
    var isQuiet: Bool { !core.hasReadyJobs && core.operationsInFlight == 0 && core.nextDeadline() == nil }
}
