import Bytes
import Glibc
import Reactor
import Simulation
import Testing

/// Where a behaviour test runs: cores, the body on the first of them, and an empty directory.
struct Stage: Sendable {
    let cores: [Core]
    let directory: String

    var core: Core { cores[0] }

    func path(_ name: String) -> String { directory + "/" + name }
}

/// Runs `body` in worlds, calm and rough, and on Linux: what holds in one has to hold in all.
func onBothKernels(
    cores: Int = 1, seeds: Range<UInt64> = 0..<4, _ body: @escaping @Sendable (Stage) async throws -> Void
) throws {
    for faults in [FaultPlan.none, .rough] {
        try World.run(seeds: seeds, faults: faults) { world in
            let node = world.addNode(cores: cores)
            try world.run(on: node) { cores in
                try cores[0].files.makeDirectories("/test")
                try await body(Stage(cores: cores, directory: "/test"))
            }
        }
    }
    try onLinux(cores: cores, body)
}

/// Runs `body` on pinned threads over io_uring.
func onLinux(cores: Int = 1, _ body: @escaping @Sendable (Stage) async throws -> Void) throws {
    let set = try CoreSet(CoreOptions(count: cores))
    let ended = Semaphore()
    let failure = Shared<(any Error)?>(nil)
    var name = Array("/var/tmp/reactor-XXXXXX".utf8CString)
    let directory = name.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/nowhere"
    }
    set.cores[0].spawn {
        let core = set.cores[0]
        do { try await body(Stage(cores: set.cores, directory: directory)) } catch { failure.value = error }
        try? removeTree(directory, core.files)
        ended.signal()
    }
    try #require(ended.wait(seconds: 60), "the body doesn't end")
    set.stop()
    if let error = failure.value { throw error }
}

private func removeTree(_ path: String, _ files: FileSystem) throws {
    for name in try files.list(path) {
        let entry = path + "/" + name
        if try files.status(entry).isDirectory { try removeTree(entry, files) } else { try files.remove(entry) }
    }
    try files.removeDirectory(path)
}

final class Semaphore: Sendable {
    nonisolated(unsafe) private let raw = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)  // made for threads

    init() { sem_init(raw, 0, 0) }

    deinit {
        sem_destroy(raw)
        raw.deallocate()
    }

    func signal() { sem_post(raw) }

    /// False when nobody signalled in time.
    func wait(seconds: Int) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += seconds
        while sem_timedwait(raw, &deadline) != 0 {
            if errno == ETIMEDOUT { return false }
        }
        return true
    }
}

/// Tasks beside the body, on one core; `finish` waits for them.
final class Tasks: @unchecked Sendable {  // used on one core only
    private let core: Core
    private let gate = Gate()

    init(_ core: Core) { self.core = core }

    func start(_ body: @escaping @Sendable () async throws -> Void) {
        _ = gate.enter()
        core.spawn { [self] in
            do { try await body() } catch { Issue.record(error) }
            gate.leave()
        }
    }

    func finish() async { await gate.close() }
}

/// Bytes that a reader can check: each differs from its neighbours in a way that shows a gap or a swap.
func pattern(_ count: Int, from start: Int = 0) -> [UInt8] {
    (start..<start + count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8 ^ $0 >> 16) }
}

func slice(_ bytes: [UInt8]) -> ByteSlice { ByteSlice(bytes) }

extension Socket {
    /// All that comes until `count` bytes are there or the stream ends.
    func receiveAll(_ count: Int) async throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try await receive()
            if more.isEmpty { break }
            bytes += more.array
        }
        return bytes
    }
}
