package import Bytes
package import CUring
import Glibc
import Synchronization

/// Linux under a core: its io_uring, eventfd doorbell, receive buffers, clocks.
///
/// `@unchecked Sendable` for `wake`, which writes to a descriptor that doesn't change while the core runs, and for
/// `finished`, which has its own lock.
package final class KernelRing: Kernel, @unchecked Sendable {
    private static let doorbellSlot = UInt64.max

    /// Unchecked: only the shim changes it, and calls nothing of ours.
    @exclusivity(unchecked) private var ring = mu_ring()
    private let doorbell: Int32
    private let doorbellValue = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    private var buffers: ReceiveBuffers?
    private let hostDisk = HostDisk()
    private let hostNetwork = HostNetwork()
    /// Calls that threads of their own wait in, and what has come of them.
    private var callsElsewhere = 0
    private let finished = Mutex<[Completion]>([])
    private var generator = SystemRandomNumberGenerator()

    package init() {
        doorbell = mu_doorbell()
    }

    deinit {
        Glibc.close(doorbell)
        doorbellValue.deallocate()
    }

    package var disk: any Disk { hostDisk }
    package var network: any Network { hostNetwork }

    package func open() throws(StartFailure) {
        let failed = mu_ring_open(&ring, Limits.ringEntries)
        guard failed == 0 else { throw Self.diagnose(-failed) }
        guard doorbell >= 0 else {
            throw StartFailure(
                reason: "No descriptor is left for a core's doorbell.",
                cure: "Raise the limit of open files (ulimit -n).")
        }
        guard mu_ring_supports_our_operations(&ring) else {
            throw StartFailure(reason: "This kernel's io_uring lacks operations we need.", cure: Self.kernelAdvice)
        }
        let buffers = ReceiveBuffers(count: Limits.receiveBuffers, bytes: Limits.receiveBufferBytes)
        let unregistered = mu_ring_register_buffers(
            &ring, buffers.base, UInt32(Limits.receiveBuffers), UInt32(Limits.receiveBufferBytes))
        guard unregistered == 0 else { throw Self.diagnose(-unregistered) }
        self.buffers = buffers
        _ = mu_ring_limit_workers(&ring, Limits.boundedWorkers, Limits.unboundedWorkers)
        armDoorbell()
    }

    package func close() { mu_ring_close(&ring) }

    package func submission() -> UnsafeMutablePointer<io_uring_sqe> {
        while true {
            if let entry = mu_ring_submission(&ring) { return entry }
        }
    }

    package func enter(_ wait: Wait) {
        refillBuffers()
        let nanoseconds: Int64
        switch wait {
        case .no: nanoseconds = 0
        case .forEvent: nanoseconds = -1
        case .until(let deadline):
            let now = self.now()
            nanoseconds = deadline > now ? Int64(clamping: deadline.nanoseconds - now.nanoseconds) : 0
        }
        let failed = mu_ring_enter(&ring, nanoseconds)
        if failed != 0, failed != -EBUSY, failed != -EAGAIN {
            preconditionFailure("io_uring_enter: \(Errno(rawValue: -failed))")
        }
    }

    package func nextCompletion() -> Completion? {
        var completion = mu_completion()
        while mu_ring_next(&ring, &completion) {
            if completion.slot == Self.doorbellSlot {
                armDoorbell()
                continue
            }
            return Completion(slot: completion.slot, result: completion.result, flags: completion.flags)
        }
        guard callsElsewhere > 0, let completion = finished.withLock({ $0.popLast() }) else { return nil }
        callsElsewhere -= 1
        return completion
    }

    /// The ring has no such operation, so that a thread waits for it.
    package func syncFileSystem(_ descriptor: Int32, slot: UInt64) {
        callsElsewhere += 1
        let call = Unmanaged.passRetained(CallElsewhere(descriptor, slot, self))
        let failed = mu_thread_start_detached(
            "syncfs",
            { context in
                guard let context else { return }
                Unmanaged<CallElsewhere>.fromOpaque(context).takeRetainedValue().run()
            }, call.toOpaque())
        guard failed != 0 else { return }
        call.release()
        finish(Completion(slot: slot, result: -failed))
    }

    /// From any thread.
    fileprivate func finish(_ completion: Completion) {
        finished.withLock { $0.append(completion) }
        wake()
    }

    package var isOthersTurn: Bool { false }

    package func wake() {
        var one: UInt64 = 1
        _ = Glibc.write(doorbell, &one, 8)
    }

    package func received(_ count: Int, flags: UInt32) -> ByteSlice {
        guard let buffers, flags & IORING_CQE_F_BUFFER != 0 else { return ByteSlice() }
        return buffers.block(Int(flags >> 16)).slice(0..<count)
    }

    package func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    package func wallClockMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    package func random() -> UInt64 { generator.next() }

    private func armDoorbell() {
        mu_prepare(
            submission(), UInt8(IORING_OP_READ.rawValue), doorbell, doorbellValue, 8, 0, 0, Self.doorbellSlot)
    }

    private func refillBuffers() {
        guard let buffers else { return }
        var added: Int32 = 0
        buffers.takeReturned { identifier in
            mu_ring_add_buffer(
                &ring, buffers.base + Int(identifier) * Limits.receiveBufferBytes, UInt32(Limits.receiveBufferBytes),
                identifier, added)
            added += 1
        }
        if added > 0 { mu_ring_publish_buffers(&ring, added) }
    }

    private static let kernelAdvice = "Run Linux 6.1 or newer."

    static func diagnose(_ number: Int32) -> StartFailure {
        switch number {
        case ENOSYS, EPERM, EACCES:
            let setting = readSmallFile("/proc/sys/kernel/io_uring_disabled")
            if let setting, setting != "0" {
                return StartFailure(
                    reason: "io_uring is switched off (kernel.io_uring_disabled is \(setting)).",
                    cure: "As root: sysctl kernel.io_uring_disabled=0")
            }
            if number == ENOSYS {
                return StartFailure(reason: "This kernel has no io_uring.", cure: kernelAdvice)
            }
            return StartFailure(
                reason: "io_uring is not permitted here (a container's seccomp profile, most likely).",
                cure: "Allow io_uring_setup, io_uring_enter and io_uring_register in the profile, "
                    + "or run the container with --security-opt seccomp=unconfined")
        case ENOMEM:
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(8), &limit)  // RLIMIT_MEMLOCK
            return StartFailure(
                reason: "The kernel gives no locked memory for io_uring (ulimit -l is \(limit.rlim_cur / 1024) KiB).",
                cure: "Raise it: ulimit -l unlimited, or LimitMEMLOCK=infinity in the systemd unit.")
        case EINVAL: return StartFailure(reason: "This kernel's io_uring is too old.", cure: kernelAdvice)
        case EMFILE, ENFILE:
            return StartFailure(
                reason: "No descriptor is left for io_uring.", cure: "Raise the limit of open files (ulimit -n).")
        default:
            return StartFailure(reason: "io_uring can't start: \(Errno(rawValue: number)).", cure: kernelAdvice)
        }
    }

    private static func readSmallFile(_ path: String) -> String? {
        let descriptor = mu_open(path, O_RDONLY, 0)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count].filter { $0 > 32 }, as: UTF8.self)
    }
}

/// A call that its own thread waits in.
private final class CallElsewhere: Sendable {
    private let descriptor: Int32
    private let slot: UInt64
    private let kernel: KernelRing

    init(_ descriptor: Int32, _ slot: UInt64, _ kernel: KernelRing) {
        self.descriptor = descriptor
        self.slot = slot
        self.kernel = kernel
    }

    func run() { kernel.finish(Completion(slot: slot, result: mu_sync_file_system(descriptor))) }
}

/// The receive buffers registered with a ring. Each is one block at a time; whoever drops its last slice, on whichever
/// thread, puts it on the list of those to be given to the kernel again.
private final class ReceiveBuffers: Sendable {
    nonisolated(unsafe) let base: UnsafeMutableRawPointer  // never reassigned; freed when nobody holds a block
    private let bytes: Int
    private let returned = Mutex<[UInt16]>([])

    init(count: Int, bytes: Int) {
        self.bytes = bytes
        base = .allocate(byteCount: count * bytes, alignment: 4096)
    }

    deinit { base.deallocate() }

    func block(_ identifier: Int) -> Block {
        Block(adopting: base + identifier * bytes, capacity: bytes) { [self] _, _ in
            returned.withLock { $0.append(UInt16(identifier)) }
        }
    }

    func takeReturned(_ body: (UInt16) -> Void) {
        returned.withLock { list in
            for identifier in list { body(identifier) }
            list.removeAll(keepingCapacity: true)
        }
    }
}
