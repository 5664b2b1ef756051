import CUring
import Glibc
import Synchronization

/// Which cores to run, and where.
public struct CoreOptions: Sendable {
    /// How many; nil for the machine's default.
    public var count: Int?
    /// The processors to pin them to, in order; nil for the process's own.
    public var cpus: [Int]?
    /// Tools that ask and go leave it to the scheduler where they run.
    public var isPinned: Bool

    public init(count: Int? = nil, cpus: [Int]? = nil, isPinned: Bool = true) {
        self.count = count
        self.cpus = cpus
        self.isPinned = isPinned
    }
}

/// The running cores of a process.
public final class CoreSet: Sendable {
    public let cores: [Core]
    private let threads: Mutex<[pthread_t]>

    /// Starts a pinned thread for each core and returns when all their rings are open.
    /// - Throws: ``StartFailure`` with the cause and what to do.
    public init(_ options: CoreOptions = CoreOptions()) throws(StartFailure) {
        let topology = Topology()
        let cpus = options.cpus ?? topology.cpus
        if let missing = cpus.first(where: { !topology.cpus.contains($0) }) {
            throw StartFailure(
                reason: "CPU \(missing) is not among those this process may use (\(topology.cpus)).",
                cure: "Change the list of CPUs, or the process's affinity.")
        }
        let count = options.count ?? options.cpus?.count ?? topology.defaultCoreCount
        guard count >= 1, !cpus.isEmpty, count <= 1024 else {
            throw StartFailure(reason: "\(count) cores can't be run.", cure: "Ask for 1 to \(cpus.count).")
        }
        var cores: [Core] = []
        var threads: [pthread_t] = []
        for index in 0..<count {
            let starter = CoreThread(
                index: index, cpu: cpus[index % cpus.count], isPinned: options.isPinned && count <= cpus.count)
            do {
                let (core, thread) = try starter.start()
                cores.append(core)
                threads.append(thread)
            } catch {
                for core in cores { core.stop() }
                for thread in threads { _ = mu_thread_join(thread) }
                throw error
            }
        }
        self.cores = cores
        self.threads = Mutex(threads)
    }

    /// Lets every core finish what is in flight and ends its thread; returns when all have ended. Not from a core.
    public func stop() {
        for core in cores { core.stop() }
        join()
    }

    /// Returns when all cores have ended. Not from a core.
    public func join() {
        let ended = threads.withLock { threads in
            defer { threads.removeAll() }
            return threads
        }
        for thread in ended { _ = mu_thread_join(thread) }
    }
}

/// Brings one core up on a thread of its own.
private final class CoreThread: Sendable {
    private enum Outcome {
        case pending
        case running(Core)
        case failed(StartFailure)
    }

    private let index: Int
    private let cpu: Int
    private let isPinned: Bool
    private let outcome = Mutex<Outcome>(.pending)
    // A semaphore is made for threads.
    nonisolated(unsafe) private let started = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init(index: Int, cpu: Int, isPinned: Bool) {
        self.index = index
        self.cpu = cpu
        self.isPinned = isPinned
        sem_init(started, 0, 0)
    }

    deinit {
        sem_destroy(started)
        started.deallocate()
    }

    func start() throws(StartFailure) -> (Core, pthread_t) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let failed = mu_thread_start(
            &thread, "core-\(index)",
            { context in
                guard let context else { return }
                Unmanaged<CoreThread>.fromOpaque(context).takeRetainedValue().run()
            }, context)
        guard failed == 0 else {
            throw StartFailure(
                reason: "No thread for core \(index): \(Errno(rawValue: failed)).", cure: "Raise the limit of threads.")
        }
        while sem_wait(started) != 0 {}
        switch outcome.withLock({ $0 }) {
        case .running(let core): return (core, thread)
        case .failed(let failure):
            _ = mu_thread_join(thread)
            throw failure
        case .pending: preconditionFailure("a core's thread reports before it signals")
        }
    }

    private func run() {
        if isPinned { _ = mu_pin_thread(Int32(cpu)) }
        Topology.preferNode(ofCPU: cpu)
        let kernel = KernelRing()
        do {
            try kernel.open()
        } catch {
            outcome.withLock { $0 = .failed(error) }
            sem_post(started)
            return
        }
        let core = Core(index: index, kernel: kernel)
        core.adoptCurrentThread()
        outcome.withLock { $0 = .running(core) }
        sem_post(started)
        while core.turn() {}
        kernel.close()
    }
}
