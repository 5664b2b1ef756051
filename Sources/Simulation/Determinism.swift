import CRuntime
import Glibc
import Synchronization

/// What a process has to do so that a seed means the same in each.
package enum Determinism {
    private static let variable = "SWIFT_DETERMINISTIC_HASHING"

    /// Whether sets and dictionaries hash, and so order, the same in every process.
    package static var hashesAlike: Bool { getenv(variable) != nil }

    /// Starts the program again with deterministic hashing, with the same arguments; returns when it already hashes so.
    /// Nothing that is sent or written may depend on the order of a set or dictionary; this makes a seed that shows
    /// such a bug show it each time.
    package static func reexecIfNeeded() {
        if hashesAlike { return }
        setenv(variable, "1", 1)
        _ = execv("/proc/self/exe", CommandLine.unsafeArgv)
        perror("exec")
        exit(1)
    }

    /// The seed to replay, from `SEED`.
    package static var seedFromEnvironment: UInt64? {
        guard let text = getenv("SEED") else { return nil }
        return UInt64(String(cString: text))
    }
}

/// Traps a job that a thread which runs a world gives to the global pool: it would run at a time that no seed decides.
/// `Task {}` without an executor preference and `Task.yield` do that.
enum Tripwire {
    private typealias Original = @convention(thin) (UnownedJob) -> Void
    private typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

    /// The threads that run worlds, each with how many (they nest) and the seed of the last.
    private static let running = Mutex<[pthread_t: (depth: Int, seed: UInt64)]>([:])

    private static let isSet: Bool = {
        guard let place = mr_enqueue_global_hook() else { return false }
        let hook: Hook = { job, original in
            if let seed = Tripwire.running.withLock({ $0[pthread_self()]?.seed }) {
                preconditionFailure("seed \(seed): a job escapes to the global pool")
            }
            original(job)
        }
        place.assumingMemoryBound(to: Hook?.self).pointee = hook
        return true
    }()

    static func whileRunning<Value>(seed: UInt64, _ body: () -> Value) -> Value {
        precondition(isSet, "this Swift runtime has no hook on its global pool")
        let thread = pthread_self()
        running.withLock { running in
            running[thread] = ((running[thread]?.depth ?? 0) + 1, seed)
        }
        defer {
            running.withLock { running in
                let depth = running[thread]?.depth ?? 1
                running[thread] = depth > 1 ? (depth - 1, seed) : nil
            }
        }
        return body()
    }
}
