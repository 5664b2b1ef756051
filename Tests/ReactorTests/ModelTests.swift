import CUring
import Glibc
@testable import Reactor
import Simulation
import Synchronization
import Testing

@Suite struct ModelTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func timersBehaveLikeASortedList(seed: UInt64) {
        var random = RandomStream(seed: seed, .workload)
        var timers = Timers()
        var model: [(deadline: UInt64, number: Int)] = []
        var handles: [Int: Timer] = [:]
        let fired = Shared<[Int]>([])
        var now: UInt64 = 0
        for number in 0..<3000 {
            switch random.below(10) {
            case 0..<5:
                let deadline = now + UInt64(random.below(50))
                handles[number] = timers.schedule(at: Instant(nanoseconds: deadline)) { fired.value.append(number) }
                model.append((deadline, number))
            case 5..<8:
                guard !model.isEmpty else { break }
                let victim = model.remove(at: random.below(model.count))
                handles[victim.number]?.cancel()
            default:
                now += UInt64(random.below(20))
                let due = model.filter { $0.deadline <= now }.sorted {
                    ($0.deadline, $0.number) < ($1.deadline, $1.number)
                }
                model.removeAll { $0.deadline <= now }
                fired.value = []
                while let action = timers.popDue(Instant(nanoseconds: now)) { action() }
                #expect(fired.value == due.map(\.number), "seed \(seed)")
            }
            #expect(timers.nextDeadline()?.nanoseconds == model.map(\.deadline).min(), "seed \(seed)")
        }
    }

    @Test func cancelledTimersDontPileUp() {
        var timers = Timers()
        for number in 0..<100_000 as Range<UInt64> {
            timers.schedule(at: Instant(nanoseconds: 1_000_000 + number)) {}.cancel()
            #expect(timers.count < 200)
        }
        #expect(timers.nextDeadline() == nil)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func runQueueBehavesLikeAnArray(seed: UInt64) {
        var random = RandomStream(seed: seed, .workload)
        var queue = RunQueue<Int>(capacity: 4)
        var model: [Int] = []
        for number in 0..<5000 {
            if random.below(100) < (number / 500 % 2 == 0 ? 60 : 40) {
                queue.append(number)
                model.append(number)
            } else {
                #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()), "seed \(seed)")
            }
            #expect(queue.count == model.count && queue.first == model.first && queue.isEmpty == model.isEmpty)
        }
        queue.deallocate()
    }

    @Test func aSlotNamesOneOperationOnly() {
        var operations = Operations()
        let first = operations.begin(.none)
        let second = operations.begin(.none)
        #expect(first != second && operations.inFlight == 2)
        _ = operations.end(first)
        let third = operations.begin(.none)
        #expect(third != first && third != second)
        for slot in [first, 99, .max] {
            _ = operations.end(slot)
            #expect(operations.inFlight == 2)
        }
        _ = operations.end(third)
        _ = operations.end(second)
        #expect(operations.inFlight == 0)
    }

    @Test func ringFailuresNameCauseAndCure() {
        #expect(KernelRing.diagnose(ENOMEM).cure.contains("LimitMEMLOCK"))
        #expect(KernelRing.diagnose(EMFILE).cure.contains("ulimit -n"))
        #expect(KernelRing.diagnose(EINVAL).cure.contains("Linux 6.1"))
        #expect(
            KernelRing.diagnose(EPERM).cure.contains("seccomp") || KernelRing.diagnose(EPERM).cure.contains("sysctl"))
        #expect(KernelRing.diagnose(EIO).description.contains("errno 5"))
    }

    @Test func noDescriptorsLeftIsSaid() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 3, rlim_max: 3)
            precondition(setrlimit(__rlimit_resource_t(7), &limit) == 0)  // RLIMIT_NOFILE
            do {
                _ = try CoreSet(CoreOptions(count: 1))
                exit(1)
            } catch {
                exit((error as? StartFailure)?.cure.contains("ulimit -n") == true ? 0 : 2)
            }
        }
    }

    @Test func everySubmissionIsReadAsItWasWritten() {
        var entry = io_uring_sqe()
        mu_prepare(&entry, UInt8(IORING_OP_FSYNC.rawValue), 7, nil, 8, 9, 10, 11)
        let request = mu_decode(&entry)
        #expect(request.opcode == UInt8(IORING_OP_FSYNC.rawValue) && request.fd == 7 && request.address == 0)
        #expect(request.length == 8 && request.offset == 9 && request.operation_flags == 10 && request.slot == 11)
        mu_prepare_receive_picked(&entry, 12, true, 13)
        let receive = mu_decode(&entry)
        #expect(receive.flags == 1 << 5 && receive.fd == 12 && receive.slot == 13)
    }
}
