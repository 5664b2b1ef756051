import Glibc
import Reactor
import Simulation
import Synchronization
import Testing

@Suite struct CoreTests {
    @Test func actorsOfTwoCoresCountEveryHop() throws {
        try onBothKernels(cores: 2) { stage in
            let counters = stage.cores.map { Counter($0) }
            let tasks = Tasks(stage.core)
            for _ in 0..<16 {
                tasks.start {
                    for _ in 0..<200 { for counter in counters { await counter.increment() } }
                }
            }
            await tasks.finish()
            for counter in counters { #expect(await counter.value == 3200) }
        }
    }

    @Test func aTaskComesBackToItsCoreAfterAHop() throws {
        try onBothKernels(cores: 2) { stage in
            let other = Counter(stage.cores[1])
            for _ in 0..<100 {
                await other.increment()
                stage.cores[0].checkIsolated()
            }
        }
    }

    @Test func aTaskDoesNotLetOthersInBeforeItSuspends() throws {
        try onBothKernels { stage in
            let tasks = Tasks(stage.core)
            let order = Shared<[Int]>([])
            let continuations = Shared<[UnsafeContinuation<Void, Never>]>([])
            for number in 0..<3 {
                tasks.start {
                    order.value.append(number)
                    await withUnsafeContinuation { continuation in
                        order.value.append(number)
                        continuations.value.append(continuation)
                    }
                    order.value.append(number)
                }
            }
            await stage.core.sleep(milliseconds: 1)
            for continuation in continuations.value { continuation.resume() }
            await tasks.finish()
            #expect(order.value == [0, 0, 1, 1, 2, 2, 0, 1, 2])
        }
    }

    @Test func anActorDoesNotLetOthersInBeforeItSuspends() throws {
        try onBothKernels { stage in
            let room = Room(stage.core)
            let tasks = Tasks(stage.core)
            for number in 0..<3 { tasks.start { await room.wait(number) } }
            await stage.core.sleep(milliseconds: 1)
            await room.letGo()
            await tasks.finish()
            #expect(await room.order == [0, 0, 1, 1, 2, 2, 0, 1, 2])
        }
    }

    @Test func childTasksRunOnTheCore() throws {
        try onBothKernels { stage in
            let sum = await withTaskGroup(of: Int.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        stage.core.checkIsolated()
                        await stage.core.sleep(milliseconds: Int64(number % 3))
                        return number
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(sum == 4950)
        }
    }

    @Test func tasksFromForeignThreadsAllRun() throws {
        try onLinux { stage in
            let core = stage.core
            let threads = (0..<4).map { _ in
                TestThread { for _ in 0..<2000 { core.spawn { foreignTasks.add(1, ordering: .relaxed) } } }
            }
            for thread in threads { thread.join() }
            while foreignTasks.load(ordering: .relaxed) < 8000 { await core.sleep(milliseconds: 1) }
        }
    }

    @Test func turnEndIsToldOnceAfterTheTurnsJobs() throws {
        try onBothKernels { stage in
            let end = EndOfTurn(stage.core)
            let tasks = Tasks(stage.core)
            for _ in 0..<10 { tasks.start { end.markDirty() } }
            await tasks.finish()
            await stage.core.sleep(milliseconds: 1)
            #expect(end.marks == 10)
            #expect(end.seenAtEnd == [10])
        }
    }

    @Test func aLongChainOfJobsDoesNotStarveTimersAndSockets() throws {
        try onBothKernels(cores: 1, seeds: 0..<2) { stage in
            let isOver = Shared(false)
            let counter = Counter(stage.core)
            let tasks = Tasks(stage.core)
            tasks.start {
                while !isOver.value {
                    await withUnsafeContinuation { $0.resume() }; await counter.increment(); await hop(stage.core)
                }
            }
            let (left, right) = try await connectedPair(stage.core)
            try await left.send([slice([1, 2, 3])])
            #expect(try await right.receiveAll(3) == [1, 2, 3])
            await stage.core.sleep(milliseconds: 3)
            isOver.value = true
            await tasks.finish()
        }
    }

    @Test func stoppingWakesSleepersAndTellsThoseWhoAsked() throws {
        let set = try CoreSet(CoreOptions(count: 2))
        let told = Semaphore()
        let ready = Semaphore()
        for core in set.cores {
            core.spawn {
                core.whenHalted { told.signal() }
                ready.signal()
                while !core.isHalted { await core.sleep(milliseconds: 1_000_000) }
                told.signal()
            }
        }
        for _ in set.cores { #expect(ready.wait(seconds: 60)) }
        set.stop()
        for _ in 0..<4 { #expect(told.wait(seconds: 60)) }
    }

    @Test func stoppingWaitsForOperationsInFlight() throws {
        let set = try CoreSet(CoreOptions(count: 1))
        let core = set.cores[0]
        let started = Semaphore()
        let ended = Shared(false)
        core.spawn {
            guard let pair = try? await connectedPair(core) else { return }
            started.signal()
            core.whenHalted { pair.0.shutdown() }
            _ = try? await pair.0.receive()
            ended.value = true
        }
        #expect(started.wait(seconds: 60))
        set.stop()
        #expect(ended.value)
    }

    @Test func coresThatCantBeAreRefusedWithACure() {
        #expect(throws: StartFailure(reason: "0 cores can't be run.", cure: "Ask for 1 to \(Topology().cpus.count).")) {
            try CoreSet(CoreOptions(count: 0))
        }
        let failure = #expect(throws: StartFailure.self) { try CoreSet(CoreOptions(cpus: [9999])) }
        #expect(failure?.reason.hasPrefix("CPU 9999 is not among those this process may use") == true)
    }
}

private let foreignTasks = Atomic(0)

/// Suspends and comes back behind the jobs that are ready.
private func hop(_ core: Core) async {
    await withUnsafeContinuation { continuation in core.spawn { continuation.resume() } }
}

private actor Counter {
    private nonisolated let core: Core
    private(set) var value = 0

    init(_ core: Core) { self.core = core }

    nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }

    func increment() {
        core.checkIsolated()
        value += 1
    }
}

private actor Room {
    private nonisolated let core: Core
    private var waiting: [UnsafeContinuation<Void, Never>] = []
    private(set) var order: [Int] = []

    init(_ core: Core) { self.core = core }

    nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }

    func wait(_ number: Int) async {
        order.append(number)
        await withUnsafeContinuation { continuation in
            order.append(number)
            waiting.append(continuation)
        }
        order.append(number)
    }

    func letGo() {
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}

private final class EndOfTurn: TurnEnd, @unchecked Sendable {  // used on one core only
    private let core: Core
    private(set) var marks = 0
    private(set) var seenAtEnd: [Int] = []
    private var isDirty = false

    init(_ core: Core) { self.core = core }

    func markDirty() {
        marks += 1
        if isDirty { return }
        isDirty = true
        core.atTurnEnd(self)
    }

    func turnEnded() {
        isDirty = false
        seenAtEnd.append(marks)
    }
}

/// A thread of the test's own.
final class TestThread: @unchecked Sendable {  // joined by its maker
    private var thread = pthread_t()
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
        let context = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<TestThread>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, context)
    }

    func join() { pthread_join(thread, nil) }
}
