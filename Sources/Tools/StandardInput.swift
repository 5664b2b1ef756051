import Bytes
import Glibc
import Synchronization

/// Standard input, whatever it is: a thread reads it, since a terminal may keep us waiting and a core must not wait.
final class StandardInput: Sendable {
    private let wanted = Mutex<UnsafeContinuation<ByteSlice, Never>?>(nil)
    // A semaphore is made for threads.
    nonisolated(unsafe) private let asked = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(asked, 0, 0)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let input = Unmanaged<StandardInput>.fromOpaque(context).takeRetainedValue()
                while true { input.serve() }
            }, context)
    }

    /// What has come, waiting for the first of it; no bytes at the end. One caller at a time.
    func read() async -> ByteSlice {
        await withUnsafeContinuation { continuation in
            wanted.withLock { $0 = continuation }
            sem_post(asked)
        }
    }

    private func serve() {
        while sem_wait(asked) != 0 {}
        let block = Block(capacity: 1 << 16)
        var count = 0
        repeat { count = Glibc.read(0, block.base, block.capacity) } while count < 0 && errno == EINTR
        let continuation = wanted.withLock { wanted in
            defer { wanted = nil }
            return wanted
        }
        continuation?.resume(returning: block.slice(0..<max(count, 0)))
    }
}
