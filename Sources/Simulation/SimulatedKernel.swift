import Bytes
import CUring
import Glibc
import Reactor
import Synchronization

/// A core's kernel in a world: reads the very submissions that `KernelRing` hands to Linux, and has the world's disk
/// and network act on them.
final class SimulatedKernel: Kernel {
    static let entries = 256
    static let lentBytes = 65536

    let process: SimulatedProcess
    let index: Int
    private let queue = UnsafeMutablePointer<io_uring_sqe>.allocate(capacity: entries)
    private var prepared = 0
    private var pending: [UInt64: Operation] = [:]
    private var completions: [Completion] = []
    private var nextCompletionIndex = 0
    private var lent: [UInt32: ByteSlice] = [:]
    private var lastLent: UInt32 = 0
    private let lending = Lending()
    private var generator: RandomStream

    init(process: SimulatedProcess, index: Int) {
        self.process = process
        self.index = index
        let number = UInt64(process.node.index) << 40 | UInt64(process.number) << 8 | UInt64(index)
        generator = RandomStream(seed: process.node.world.seed, .kernel, number: number)
    }

    deinit { queue.deallocate() }

    var world: World { process.node.world }
    var disk: any Disk { process.files }
    var network: any Network { process.sockets }

    func open() throws(StartFailure) {}
    func close() {}
    func wake() {}
    var isOthersTurn: Bool { world.isTurnOfOther(than: self) }

    func now() -> Instant { world.now }
    func wallClockMilliseconds() -> Int64 { process.node.wallClockMilliseconds }
    func random() -> UInt64 { generator.next() }

    /// The core has something to do here.
    var isReady: Bool { nextCompletionIndex < completions.count || prepared > 0 }

    var hasPending: Bool { !pending.isEmpty }

    func submission() -> UnsafeMutablePointer<io_uring_sqe> {
        if prepared == Self.entries { submit() }
        prepared += 1
        return queue + (prepared - 1)
    }

    func enter(_ wait: Wait) { submit() }

    func nextCompletion() -> Completion? {
        guard nextCompletionIndex < completions.count else {
            completions.removeAll(keepingCapacity: true)
            nextCompletionIndex = 0
            return nil
        }
        nextCompletionIndex += 1
        let completion = completions[nextCompletionIndex - 1]
        world.trace.note(
            .completion, UInt64(process.node.index) << 32 | UInt64(index), completion.slot,
            UInt64(UInt32(bitPattern: completion.result)), UInt64(completion.flags & 0xFFFF))
        return completion
    }

    func received(_ count: Int, flags: UInt32) -> ByteSlice {
        guard flags & IORING_CQE_F_BUFFER != 0 else { return ByteSlice() }
        guard let bytes = lent.removeValue(forKey: flags >> 16), bytes.count == count else {
            preconditionFailure("a receive buffer was asked for twice, or with another count")
        }
        return bytes
    }

    func deliver(_ completion: Completion) {
        pending[completion.slot] = nil
        completions.append(completion)
    }

    // MARK: Buffers to lend

    var canLend: Bool { lending.count.load(ordering: .relaxed) < world.network.faults.receiveBuffers }

    /// A buffer with `count` bytes that `fill` writes; returns the flags that name it.
    func lend(_ count: Int, fill: (UnsafeMutableRawPointer) -> Void) -> UInt32 {
        let base = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 16)
        fill(base)
        lending.count.add(1, ordering: .relaxed)
        let lending = self.lending
        let block = Block(adopting: base, capacity: count) { base, _ in
            lending.count.subtract(1, ordering: .relaxed)
            base.deallocate()
        }
        repeat { lastLent = (lastLent + 1) & 0xFFFF } while lent[lastLent] != nil
        lent[lastLent] = block.slice(0..<count)
        return lastLent << 16 | IORING_CQE_F_BUFFER
    }

    // MARK: Submissions

    private func submit() {
        let count = prepared
        prepared = 0
        for position in 0..<count {
            let request = mu_decode(queue + position)
            world.trace.note(
                .submission, UInt64(process.node.index) << 32 | UInt64(index),
                UInt64(request.opcode) << 40 | UInt64(request.flags) << 32 | UInt64(UInt32(bitPattern: request.fd)),
                request.offset, UInt64(request.length) << 32 | UInt64(request.operation_flags), request.slot)
            begin(request, execute)
        }
    }

    private func begin(_ request: mu_request, _ execute: (Operation) -> Void) {
        precondition(pending[request.slot] == nil, "a slot is used twice at once")
        let operation = Operation(request, self)
        pending[request.slot] = operation
        if process.isDead { operation.settle(-ESHUTDOWN) } else { execute(operation) }
    }

    func syncFileSystem(_ descriptor: Int32, slot: UInt64) {
        var request = mu_request()
        request.fd = descriptor
        request.slot = slot
        begin(request, process.files.syncAll)
    }

    private func execute(_ operation: Operation) {
        let request = operation.request
        switch UInt32(request.opcode) {
        case IORING_OP_READ.rawValue: process.files.read(operation)
        case IORING_OP_FSYNC.rawValue: process.files.sync(operation)
        case IORING_OP_ACCEPT.rawValue: process.sockets.accept(operation)
        case IORING_OP_CONNECT.rawValue: process.sockets.connect(operation)
        case IORING_OP_RECV.rawValue: process.sockets.receive(operation)
        case IORING_OP_SENDMSG.rawValue: process.sockets.send(operation)
        case IORING_OP_ASYNC_CANCEL.rawValue: cancel(operation)
        default: operation.settle(-EINVAL)
        }
    }

    private func cancel(_ operation: Operation) {
        guard let target = pending[operation.request.address], target !== operation else {
            return operation.settle(-ENOENT)
        }
        if target.isSettled { return operation.settle(-EALREADY) }
        target.settleSoon(target.progress > 0 ? Int32(clamping: target.progress) : -ECANCELED)
        operation.settleSoon(0)
    }

    /// The process is gone: what is in flight ends.
    func crash() {
        for slot in pending.keys.sorted() { pending[slot]?.crash() }
    }
}

/// Counts the buffers that are out, whose last slices may be dropped anywhere.
private final class Lending: Sendable {
    let count = Atomic(0)
}
