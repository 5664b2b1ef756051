import Synchronization

/// Jobs that other threads hand to a core. The sender rings the core's doorbell only when the core sleeps, so a busy
/// core takes a whole batch for one lock.
final class Mailbox: Sendable {
    private let jobs = Mutex<[Job]>([])
    private let filled = Atomic(false)
    private let sleeping = Atomic(false)

    /// Returns true when the core sleeps and has to be woken (by this sender and no other).
    func post(_ job: Job) -> Bool {
        jobs.withLock { $0.append(job) }
        filled.store(true, ordering: .sequentiallyConsistent)
        return sleeping.exchange(false, ordering: .sequentiallyConsistent)
    }

    var hasPost: Bool { filled.load(ordering: .sequentiallyConsistent) }

    func take(_ body: (Job) -> Void) {
        guard filled.exchange(false, ordering: .sequentiallyConsistent) else { return }
        let batch = jobs.withLock { jobs in
            defer { jobs.removeAll(keepingCapacity: true) }
            return jobs
        }
        for job in batch { body(job) }
    }

    /// Declares that the core is about to sleep; false when a job came in between.
    func goToSleep() -> Bool {
        sleeping.store(true, ordering: .sequentiallyConsistent)
        if filled.load(ordering: .sequentiallyConsistent) {
            sleeping.store(false, ordering: .sequentiallyConsistent)
            return false
        }
        return true
    }

    func awake() { sleeping.store(false, ordering: .sequentiallyConsistent) }
}
