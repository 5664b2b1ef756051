public import Bytes
import CUring
import Glibc

/// A connected TCP socket of one core. One receive and one send may be in flight at a time, each by its own task; an
/// await ends only with its operation's completion. To end them from outside, `shutdown`.
public final class Socket {
    public let peer: SocketAddress
    private let descriptor: Int32
    private unowned let core: Core
    private var isOpen = true
    /// Bytes may have come that weren't received yet: the kernel looks before it waits.
    private var mayHaveMore = true
    private var receiver: (any SocketReceiver)?
    /// What is received into where the kernel had no buffer to pick.
    private var ownBlock: Block?
    private var message = UnsafeMutablePointer<msghdr>.allocate(capacity: 1)
    private var vectors: UnsafeMutablePointer<iovec>
    private var vectorRoom = 8

    init(descriptor: Int32, peer: SocketAddress, core: Core) {
        self.descriptor = descriptor
        self.peer = peer
        self.core = core
        message.initialize(to: msghdr())
        vectors = .allocate(capacity: vectorRoom)
    }

    deinit {
        close()
        message.deallocate()
        vectors.deallocate()
    }

    /// Connects to `address`; `ETIMEDOUT` when that takes longer than until `deadline`, at the latest when the system
    /// gives up (minutes).
    public static func connect(
        _ core: Core, to address: SocketAddress, deadline: Instant? = nil
    ) async throws(Errno) -> Socket {
        let descriptor = core.kernel.network.socket(for: address)
        guard descriptor >= 0 else { throw Errno(rawValue: -descriptor) }
        let storage = UnsafeMutablePointer<sockaddr_storage>.allocate(capacity: 1)
        defer { storage.deallocate() }
        let length = address.withSockaddr { raw, length in
            UnsafeMutableRawPointer(storage).copyMemory(from: raw, byteCount: Int(length))
            return length
        }
        var timer: Timer?
        let completion = await core.perform { entry, slot in
            mu_prepare(entry, UInt8(IORING_OP_CONNECT.rawValue), descriptor, storage, 0, UInt64(length), 0, slot)
            if let deadline { timer = core.schedule(at: deadline) { core.cancel(slot) } }
        }
        timer?.cancel()
        guard completion.result >= 0 else {
            core.kernel.network.close(descriptor)
            throw completion.result == -ECANCELED && deadline != nil ? .timedOut : Errno(rawValue: -completion.result)
        }
        return Socket(descriptor: descriptor, peer: address, core: core)
    }

    public var localAddress: SocketAddress? { core.kernel.network.localAddress(descriptor) }

    /// What has come, waiting for the first of it; no bytes at the end of the stream. An idle socket holds no buffer.
    public func receive() async throws(Errno) -> ByteSlice {
        let completion = await core.perform(prepareReceive)
        if let result = picked(completion) { return try result.get() }
        let block = core.pool.take(Limits.receiveBufferBytes)
        let count = try await receive(into: block, 0..<block.capacity, all: false)
        return block.slice(0..<count)
    }

    /// The same, without a task: `receiver` is told.
    public func receive(for receiver: any SocketReceiver) {
        self.receiver = receiver
        core.submit(for: self, prepareReceive)
    }

    private func prepareReceive(_ entry: UnsafeMutablePointer<io_uring_sqe>, _ slot: UInt64) {
        mu_prepare_receive_picked(entry, descriptor, mayHaveMore, slot)
    }

    /// What came in the buffer that the kernel picked; nil where it had none to pick.
    private func picked(_ completion: Completion) -> Result<ByteSlice, Errno>? {
        mayHaveMore = completion.flags & IORING_CQE_F_SOCK_NONEMPTY != 0
        // Asked for whatever the result: a buffer may have been picked even for the end or a failure.
        let bytes = core.kernel.received(Int(max(completion.result, 0)), flags: completion.flags)
        if completion.result >= 0 { return .success(bytes) }
        return completion.result == -ENOBUFS ? nil : .failure(Errno(rawValue: -completion.result))
    }

    /// Fills `range` of `block` (with `all`, wholly unless the stream ends) and returns the bytes received; 0 at the
    /// end of the stream.
    public func receive(into block: Block, _ range: Range<Int>, all: Bool = true) async throws(Errno) -> Int {
        precondition(range.lowerBound >= 0 && range.upperBound <= block.capacity)
        var filled = 0
        repeat {
            let completion = await core.perform { entry, slot in
                mu_prepare(
                    entry, UInt8(IORING_OP_RECV.rawValue), descriptor, block.base + range.lowerBound + filled,
                    UInt32(clamping: range.count - filled), 0, all ? MU_RECEIVE_ALL : 0, slot)
            }
            if completion.result == -EINTR { continue }
            guard completion.result >= 0 else { throw Errno(rawValue: -completion.result) }
            if completion.result == 0 { break }
            filled += Int(completion.result)
        } while all && filled < range.count
        return filled
    }

    /// Sends all of `pieces`, one behind the other, by gather sends.
    public func send(_ pieces: [ByteSlice]) async throws(Errno) {
        var next = 0
        while next < pieces.count {
            let (count, bytes) = load(pieces, from: &next)
            if bytes > 0 { try await send(vectors: count, bytes: bytes) }
        }
        withExtendedLifetime(pieces) {}  // the vectors point into them
    }

    /// Sends what the system takes of `pieces` without waiting, and returns the rest, for `send`. Not while a send is
    /// in flight.
    public func sendAtOnce(_ pieces: [ByteSlice]) throws(Errno) -> [ByteSlice] {
        // The descriptor's number may be another's by now.
        guard isOpen else { throw .badDescriptor }
        var next = 0
        while next < pieces.count {
            let first = next
            let (count, bytes) = load(pieces, from: &next)
            if bytes == 0 { continue }
            message.pointee.msg_iov = vectors
            message.pointee.msg_iovlen = count
            let sent = core.kernel.network.send(descriptor, message)
            if sent == bytes { continue }
            guard sent >= 0 || sent == -Int(EAGAIN) || sent == -Int(EINTR) else {
                throw Errno(rawValue: Int32(truncatingIfNeeded: -sent))
            }
            return rest(of: pieces[first...], behind: max(sent, 0))
        }
        return []
    }

    private func rest(of pieces: ArraySlice<ByteSlice>, behind sent: Int) -> [ByteSlice] {
        var left = sent
        var rest: [ByteSlice] = []
        for piece in pieces {
            if left >= piece.count {
                left -= piece.count
            } else {
                rest.append(piece[left..<piece.count])
                left = 0
            }
        }
        return rest
    }

    private func load(_ pieces: [ByteSlice], from next: inout Int) -> (count: Int, bytes: Int) {
        let wanted = min(pieces.count - next, Limits.vectors)
        if wanted > vectorRoom {
            vectors.deallocate()
            vectorRoom = wanted
            vectors = .allocate(capacity: vectorRoom)
        }
        var count = 0
        var bytes = 0
        while next < pieces.count, count < wanted {
            let piece = pieces[next]
            next += 1
            guard piece.count > 0, let address = piece.unsafeAddress else { continue }
            vectors[count] = iovec(iov_base: UnsafeMutableRawPointer(mutating: address), iov_len: piece.count)
            count += 1
            bytes += piece.count
        }
        return (count, bytes)
    }

    private func send(vectors count: Int, bytes: Int) async throws(Errno) {
        var first = 0
        var left = bytes
        while left > 0 {
            message.pointee.msg_iov = vectors + first
            message.pointee.msg_iovlen = count - first
            let completion = await core.perform { entry, slot in
                mu_prepare(entry, UInt8(IORING_OP_SENDMSG.rawValue), descriptor, message, 1, 0, MU_SEND_FLAGS, slot)
            }
            if completion.result == -EINTR { continue }
            guard completion.result > 0 else {
                throw completion.result == 0 ? .brokenPipe : Errno(rawValue: -completion.result)
            }
            left -= Int(completion.result)
            var rest = Int(completion.result)
            while first < count, rest >= vectors[first].iov_len {
                rest -= vectors[first].iov_len
                first += 1
            }
            if rest > 0 {
                vectors[first].iov_base += rest
                vectors[first].iov_len -= rest
            }
        }
    }

    /// Ends both directions; operations in flight complete.
    public func shutdown() {
        if isOpen { core.kernel.network.shutdown(descriptor) }
    }

    /// Gives the descriptor back. Nothing may be in flight: `shutdown` first, then wait for it to end.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        core.kernel.network.close(descriptor)
    }
}

/// Told of what a socket receives, on its core, outside of any task.
public protocol SocketReceiver: AnyObject {
    /// No bytes at the end of the stream.
    func received(_ result: Result<ByteSlice, Errno>)
}

extension Socket: CompletionHandler {
    package func completed(_ completion: Completion) {
        if completion.result == -EINTR {
            ownBlock = nil
            return core.submit(for: self, prepareReceive)
        }
        let result: Result<ByteSlice, Errno>
        if let block = ownBlock {
            ownBlock = nil
            let count = Int(completion.result)
            result = count >= 0 ? .success(block.slice(0..<count)) : .failure(Errno(rawValue: -completion.result))
        } else if let picked = picked(completion) {
            result = picked
        } else {
            let block = core.pool.take(Limits.receiveBufferBytes)
            ownBlock = block
            return core.submit(for: self) { entry, slot in
                mu_prepare(
                    entry, UInt8(IORING_OP_RECV.rawValue), descriptor, block.base, UInt32(block.capacity), 0, 0, slot)
            }
        }
        let receiver = receiver
        self.receiver = nil
        receiver?.received(result)
    }
}
