import CUring
import Glibc

/// A listening TCP socket of one core.
public final class Listener {
    public let address: SocketAddress
    private let descriptor: Int32
    private unowned let core: Core
    private var isOpen = true

    /// Listens at `address`; port 0 takes a free one. With `reusePort` several cores listen at one port and the kernel
    /// spreads connections among them.
    public init(_ core: Core, _ address: SocketAddress, backlog: Int32 = 1024, reusePort: Bool = false) throws(Errno) {
        descriptor = core.kernel.network.listen(address, backlog: backlog, reusePort: reusePort)
        guard descriptor >= 0 else { throw Errno(rawValue: -descriptor) }
        self.address = core.kernel.network.localAddress(descriptor) ?? address
        self.core = core
    }

    deinit { if isOpen { core.kernel.network.close(descriptor) } }

    /// The next connection. `EINVAL` once the listener is shut down.
    public func accept() async throws(Errno) -> Socket {
        while true {
            let completion = await core.perform { entry, slot in
                mu_prepare(
                    entry, UInt8(IORING_OP_ACCEPT.rawValue), descriptor, nil, 0, 0,
                    UInt32(MU_CLOSE_ON_EXEC), slot)
            }
            if completion.result == -EINTR || completion.result == -ECONNABORTED { continue }
            guard completion.result >= 0 else { throw Errno(rawValue: -completion.result) }
            let peer = core.kernel.network.peerAddress(completion.result) ?? .any(port: 0)
            return Socket(descriptor: completion.result, peer: peer, core: core)
        }
    }

    /// Stops listening; a pending `accept` ends with an error.
    public func shutdown() {
        if isOpen { core.kernel.network.shutdown(descriptor) }
    }

    /// Gives the descriptor back, once no `accept` is pending.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        core.kernel.network.close(descriptor)
    }
}
