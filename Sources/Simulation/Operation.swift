import CUring
import Glibc
import Reactor

/// A submission on its way through a simulated kernel.
///
/// It is *settled* once its effect has happened and its result stands, *delivered* once the core can see it. A crash in
/// between makes it one of those that happened and are reported as cancelled.
final class Operation {
    let request: mu_request
    unowned let kernel: SimulatedKernel
    private(set) var isSettled = false
    private(set) var isDelivered = false
    /// Bytes received or taken for sending so far.
    var progress = 0
    /// What a send has still to take, and how much that was in the beginning.
    private var pieces: [UnsafeRawBufferPointer] = []
    private(set) var total = 0
    /// The effect that a crash may still let happen, by a coin.
    var perhaps: (() -> Void)?

    init(_ request: mu_request, _ kernel: SimulatedKernel) {
        self.request = request
        self.kernel = kernel
    }

    var address: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: UInt(request.address)) }

    /// IOSQE_BUFFER_SELECT, a macro that Swift can't read.
    private static let picksBuffer: UInt8 = 1 << 5

    var receivesIntoPickedBuffer: Bool { request.flags & Self.picksBuffer != 0 }

    /// Reads the list of pieces, which the submitter may change once it has been taken; the bytes it may not.
    func loadPieces() {
        guard let message = address?.assumingMemoryBound(to: msghdr.self).pointee else { return }
        for vector in UnsafeBufferPointer(start: message.msg_iov, count: message.msg_iovlen) where vector.iov_len > 0 {
            pieces.append(UnsafeRawBufferPointer(start: vector.iov_base, count: vector.iov_len))
            total += vector.iov_len
        }
        pieces.reverse()
    }

    /// The next bytes to send, at most `limit`; nil when none are left.
    func nextPiece(_ limit: Int) -> UnsafeRawBufferPointer? {
        guard let piece = pieces.popLast() else { return nil }
        guard piece.count > limit else { return piece }
        pieces.append(UnsafeRawBufferPointer(rebasing: piece[limit...]))
        return UnsafeRawBufferPointer(rebasing: piece[..<limit])
    }

    /// The result stands; the core sees it after `nanoseconds`.
    func settle(_ result: Int32, flags: UInt32 = 0, after nanoseconds: UInt64 = 0) {
        guard !isSettled else { return }
        isSettled = true
        perhaps = nil
        guard nanoseconds > 0 else { return deliver(result, flags) }
        kernel.world.after(nanoseconds: nanoseconds) { self.deliver(result, flags) }
    }

    /// Settles it a short random while later, as completions come in any order.
    func settleSoon(_ result: Int32, flags: UInt32 = 0) {
        guard !isSettled else { return }
        settle(result, flags: flags, after: kernel.world.scheduling.chance(0.5) ? 0 : kernel.world.shortWhile())
    }

    /// The process is gone: it may or may not have happened, and is reported as cancelled.
    func crash() {
        if !isSettled, let perhaps, kernel.world.scheduling.chance(0.5) { perhaps() }
        isSettled = true
        perhaps = nil
        deliver(-ECANCELED, 0)
    }

    private func deliver(_ result: Int32, _ flags: UInt32) {
        guard !isDelivered else { return }
        isDelivered = true
        kernel.deliver(Completion(slot: request.slot, result: result, flags: flags))
    }
}
