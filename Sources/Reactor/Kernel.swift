package import Bytes
package import CUring

/// How an operation ended: a count or descriptor, or a negated errno, and the kernel's flags.
package struct Completion {
    package var slot: UInt64
    package var result: Int32
    package var flags: UInt32

    package init(slot: UInt64, result: Int32, flags: UInt32 = 0) {
        self.slot = slot
        self.result = result
        self.flags = flags
    }
}

/// How long a core may stay in its kernel.
package enum Wait {
    /// Not at all: jobs are ready.
    case no
    /// Until something completes or another core rings.
    case forEvent
    /// The same, or until a point of the monotonic clock.
    case until(Instant)
}

/// The seam under a core: all of the outside world that the house can see. `KernelRing` is Linux; the simulator brings
/// its own, which reads the very same submissions.
///
/// One object a core, used on that core's thread only, but for `wake`.
package protocol Kernel: AnyObject {
    /// Called once, on the core's own thread, before anything else.
    func open() throws(StartFailure)
    /// Called once, last.
    func close()

    /// Room for one submission, zeroed or not; it is taken by the next `enter`.
    func submission() -> UnsafeMutablePointer<io_uring_sqe>
    /// Hands over what was prepared, then waits.
    func enter(_ wait: Wait)
    /// The next completion that has arrived.
    func nextCompletion() -> Completion?
    /// Ends a wait of `enter`, from any thread.
    func wake()
    /// Whether it is another core's turn: only where several share a thread.
    var isOthersTurn: Bool { get }

    /// Begins to make all durable that the open file's file system holds in memory. Ends in a completion of `slot`.
    func syncFileSystem(_ descriptor: Int32, slot: UInt64)

    /// The receive buffer named by a completion's flags, as bytes `0..<count` of it.
    func received(_ count: Int, flags: UInt32) -> ByteSlice

    func now() -> Instant
    func wallClockMilliseconds() -> Int64
    func random() -> UInt64

    var disk: any Disk { get }
    var network: any Network { get }
}

/// Calls on files that are short, or made only at start and at a segment's roll: plain functions, negated errno on
/// failure, as the system calls they stand for.
package protocol Disk: AnyObject {
    func open(_ path: String, flags: Int32) -> Int32
    func close(_ descriptor: Int32)
    func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, at position: Int) -> Int
    func write(_ descriptor: Int32, _ vectors: UnsafeBufferPointer<iovec>, at position: Int) -> Int
    func size(_ descriptor: Int32) -> Int
    func truncate(_ descriptor: Int32, to size: Int) -> Int32
    func allocate(_ descriptor: Int32, from position: Int, count: Int) -> Int32
    func setModified(_ descriptor: Int32, milliseconds: Int64) -> Int32
    func lock(_ descriptor: Int32) -> Int32
    func setAttribute(_ descriptor: Int32, _ name: String, _ bytes: UnsafeRawBufferPointer) -> Int32
    /// How many bytes it has; they are in `buffer`.
    func attribute(_ descriptor: Int32, _ name: String, _ buffer: UnsafeMutableRawBufferPointer) -> Int
    func removeAttribute(_ descriptor: Int32, _ name: String) -> Int32
    /// The bytes `range` of the file known as `file` as they lie in the page cache, for the kernel to send; nil where
    /// they can't be mapped.
    func map(_ descriptor: Int32, file: UInt64, _ range: Range<Int>) -> [ByteSlice]?
    /// Whether reading `range` waits for no device.
    func isResident(_ descriptor: Int32, _ range: Range<Int>) -> Bool

    /// What relative paths begin at.
    var workingDirectory: String { get }
    func list(_ directory: String) -> Result<[String], Errno>
    func status(_ path: String) -> Result<FileStatus, Errno>
    func makeDirectory(_ path: String) -> Int32
    func rename(_ from: String, _ to: String) -> Int32
    func remove(_ path: String) -> Int32
    func removeDirectory(_ path: String) -> Int32
    func fileSystem(of path: String) -> Result<FileSystemStatus, Errno>
}

/// Calls on sockets that don't wait; negated errno on failure.
package protocol Network: AnyObject {
    func listen(_ address: SocketAddress, backlog: Int32, reusePort: Bool) -> Int32
    func socket(for address: SocketAddress) -> Int32
    func localAddress(_ descriptor: Int32) -> SocketAddress?
    func peerAddress(_ descriptor: Int32) -> SocketAddress?
    /// Sends what fits now; the bytes sent.
    func send(_ descriptor: Int32, _ message: UnsafePointer<msghdr>) -> Int
    func shutdown(_ descriptor: Int32)
    func close(_ descriptor: Int32)
}
