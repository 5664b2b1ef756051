public import Bytes
package import CUring
import Glibc

/// Work that a core does once at the end of a turn, after all ready jobs and before it enters its kernel: the log's
/// dirty segments are written here, one write each however many requests filled them.
public protocol TurnEnd: AnyObject {
    func turnEnded()
}

/// One pinned thread with its ring, run queue, timers and mailbox: the executor of everything that lives on it.
///
/// It is two executors: of tasks that prefer it, and of actors that live on it. A job runs as what it was enqueued for:
/// were all run as an actor's, a task that is in no actor would have to be enqueued anew at each of its awaits.
///
/// A turn: take what other cores posted, run the ready jobs, let the dirty things write, fire due timers, enter the
/// kernel (submit and, with nothing left to do, wait), hand the completions to those who wait for them.
///
/// `@unchecked Sendable`: all mutable state is touched on the core's own thread only (`checkOnCore`), but for the
/// mailbox and the kernel's doorbell, which are made for other threads.
public final class Core: TaskExecutor, @unchecked Sendable {
    /// The position among the process's cores, from 0.
    public let index: Int
    /// Buffers of this core, on its memory node.
    public let pool: BufferPool
    package let kernel: any Kernel
    /// Files as this core sees them.
    public let files: FileSystem

    private let mailbox = Mailbox()
    // Unchecked are those that each job or operation touches: no call out is made while one of them is being changed.
    @exclusivity(unchecked) private var jobs = RunQueue<Job>()
    private let isolation: CoreIsolation
    @exclusivity(unchecked) private var operations = Operations()
    @exclusivity(unchecked) private var timers = Timers()
    @exclusivity(unchecked) private var dirty: [any TurnEnd] = []
    private var thread: pthread_t
    @exclusivity(unchecked) private var wallClock: Int64?
    private var stopping = false
    private var haltActions: [() -> Void] = []

    /// True once the core is stopped or its machine is gone: timers fire at once, sleeps come back at once. A loop that
    /// sleeps asks this, or it never ends.
    public private(set) var isHalted = false

    package init(index: Int, kernel: any Kernel) {
        self.index = index
        self.kernel = kernel
        pool = BufferPool(idleLimit: Limits.idlePoolBytes)
        files = FileSystem()
        thread = pthread_self()
        isolation = CoreIsolation()
        files.core = self
        isolation.core = self
    }

    deinit { jobs.deallocate() }

    // MARK: Executor

    public func enqueue(_ job: consuming ExecutorJob) {
        enqueue(Job(job: UnownedJob(job), isIsolated: false))
    }

    func enqueue(_ job: Job) {
        if isCurrent {
            jobs.append(job)
        } else if mailbox.post(job) {
            kernel.wake()
        }
    }

    /// The executor of actors that live on this core; valid as long as the core is.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: isolation) }

    public func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    /// Traps off the core.
    public func checkIsolated() { checkOnCore() }

    /// Whether the calling thread is the core's.
    var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

    /// Starts a task whose code runs on this core. From any thread.
    public func spawn(_ body: sending @escaping @isolated(any) () async -> Void) {
        Task(executorPreference: self, operation: body)
    }

    // MARK: Time and chance

    /// The monotonic clock.
    public func now() -> Instant { kernel.now() }

    /// Milliseconds since 1970, as records carry them: as of the turn's first look.
    public func wallClockMilliseconds() -> Int64 {
        if let wallClock { return wallClock }
        let now = kernel.wallClockMilliseconds()
        wallClock = now
        return now
    }

    public func random() -> UInt64 { kernel.random() }

    /// Does `action` on this core at `deadline`, or soon after. On the core only.
    @discardableResult
    public func schedule(at deadline: Instant, _ action: @escaping () -> Void) -> Timer {
        checkOnCore()
        return timers.schedule(at: deadline, action)
    }

    /// Comes back at `deadline`, or soon after.
    public func sleep(until deadline: Instant) async {
        await withUnsafeContinuation { continuation in
            schedule(at: deadline) { continuation.resume() }
        }
    }

    public func sleep(milliseconds: Int64) async { await sleep(until: now().adding(milliseconds: milliseconds)) }

    /// Does `action` when the core is halted, at once when it is: for those who would resume what nothing else resumes.
    public func whenHalted(_ action: @escaping () -> Void) {
        checkOnCore()
        if isHalted { action() } else { haltActions.append(action) }
    }

    /// Calls `item` when this turn's ready jobs have run. Once for each call.
    public func atTurnEnd(_ item: any TurnEnd) {
        checkOnCore()
        dirty.append(item)
    }

    // MARK: Operations

    /// Submits what `prepare` writes into the entry and waits for its completion. What the operation points to must
    /// stay valid until then: the wait never ends earlier.
    package func perform(
        _ prepare: (UnsafeMutablePointer<io_uring_sqe>, _ slot: UInt64) -> Void
    ) async -> Completion {
        checkOnCore()
        return await withUnsafeContinuation { continuation in
            let slot = operations.begin(.continuation(continuation))
            prepare(kernel.submission(), slot)
        }
    }

    /// Waits until the file system that an open file lies on has made durable what it held in memory.
    func syncFileSystem(_ descriptor: Int32) async -> Completion {
        checkOnCore()
        return await withUnsafeContinuation { continuation in
            kernel.syncFileSystem(descriptor, slot: operations.begin(.continuation(continuation)))
        }
    }

    /// Submits an operation whose completion `handler` is told of.
    package func submit(
        for handler: any CompletionHandler, _ prepare: (UnsafeMutablePointer<io_uring_sqe>, _ slot: UInt64) -> Void
    ) {
        checkOnCore()
        prepare(kernel.submission(), operations.begin(.handler(handler)))
    }

    /// Asks for the end of an operation, which still ends with its own completion. Nothing when it has ended.
    package func cancel(_ slot: UInt64) {
        checkOnCore()
        mu_prepare(
            kernel.submission(), UInt8(IORING_OP_ASYNC_CANCEL.rawValue), -1,
            UnsafeRawPointer(bitPattern: UInt(slot)), 0, 0, 0, operations.begin(.none))
    }

    /// The kernel's disk, for `files` and theirs.
    var disk: any Disk {
        checkOnCore()
        return kernel.disk
    }

    // MARK: Turns

    /// One turn. Returns false when the core has been stopped and has nothing left to do.
    package func turn(mayWait: Bool = true) -> Bool {
        mailbox.take { jobs.append($0) }
        runReadyJobs()
        fireTimers()
        kernel.enter(nextWait(mayWait))
        wallClock = nil
        mailbox.awake()
        while let completion = kernel.nextCompletion() { deliver(completion) }
        return !(stopping && !hasReadyJobs && operations.inFlight == 0)
    }

    /// Jobs are ready or posted.
    package var hasReadyJobs: Bool { !jobs.isEmpty || !dirty.isEmpty || mailbox.hasPost }

    /// Operations that have been submitted and not been completed.
    package var operationsInFlight: Int { operations.inFlight }

    /// When the next timer is due.
    package func nextDeadline() -> Instant? { timers.nextDeadline() }

    /// Makes the calling thread the core's own.
    package func adoptCurrentThread() { thread = pthread_self() }

    /// Ends the core's loop once nothing is in flight. From any thread.
    package func stop() {
        spawn { [self] in
            stopping = true
            halt()
        }
    }

    /// Makes every timer due and tells those who asked. On the core only.
    package func halt() {
        isHalted = true
        let actions = haltActions
        haltActions.removeAll()
        for action in actions { action() }
    }

    /// Those scheduled by an action have to wait for the next turn, even when they are due.
    private func fireTimers() {
        let now = isHalted ? Instant(nanoseconds: .max) : kernel.now()
        let last = timers.lastOrder
        while let action = timers.popDue(now, upTo: last) { action() }
    }

    private func nextWait(_ mayWait: Bool) -> Wait {
        guard mayWait, jobs.isEmpty, dirty.isEmpty, mailbox.goToSleep() else { return .no }
        if isHalted, timers.nextDeadline() != nil || operations.inFlight == 0 { return .no }
        if let deadline = timers.nextDeadline() { return .until(deadline) }
        return .forEvent
    }

    private func runReadyJobs() {
        let serial = asUnownedSerialExecutor()
        let task = asUnownedTaskExecutor()
        var left = Limits.jobsPerRound
        while true {
            while left > 0, let job = jobs.popFirst() {
                if job.isIsolated {
                    job.job.runSynchronously(isolatedTo: serial, taskExecutor: task)
                } else {
                    job.job.runSynchronously(on: task)
                }
                left -= 1
            }
            guard !dirty.isEmpty else { return }
            let ended = dirty
            dirty.removeAll(keepingCapacity: true)
            for item in ended { item.turnEnded() }
            guard left > 0, !jobs.isEmpty || !dirty.isEmpty else { return }
        }
    }

    private func deliver(_ completion: Completion) {
        switch operations.end(completion.slot) {
        case .none: break
        case .continuation(let continuation): continuation.resume(returning: completion)
        case .handler(let handler): handler.completed(completion)
        }
    }

    @inline(__always)
    func checkOnCore() { precondition(isCurrent && !kernel.isOthersTurn, "used off core \(index)") }
}

/// A job and what it was enqueued for: an actor's isolation, or a task's preference alone.
struct Job {
    let job: UnownedJob
    let isIsolated: Bool
}

/// A core as the executor of its actors.
private final class CoreIsolation: SerialExecutor, @unchecked Sendable {  // set once, before anyone sees it
    unowned(unsafe) var core: Core!  // owned by it

    func enqueue(_ job: consuming ExecutorJob) { core.enqueue(Job(job: UnownedJob(job), isIsolated: true)) }

    func checkIsolated() { core.checkIsolated() }
}
