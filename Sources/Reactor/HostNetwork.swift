import CUring
import Glibc

/// Linux's sockets: TCP, not delayed.
final class HostNetwork: Network {
    func listen(_ address: SocketAddress, backlog: Int32, reusePort: Bool) -> Int32 {
        let descriptor = open(address)
        guard descriptor >= 0 else { return descriptor }
        enable(SO_REUSEADDR, SOL_SOCKET, descriptor)
        if reusePort { enable(SO_REUSEPORT, SOL_SOCKET, descriptor) }
        let bound = address.withSockaddr { bind(descriptor, $0, $1) }
        guard bound == 0, Glibc.listen(descriptor, backlog) == 0 else {
            let failure = -errno
            Glibc.close(descriptor)
            return failure
        }
        return descriptor
    }

    func socket(for address: SocketAddress) -> Int32 { open(address) }

    func localAddress(_ descriptor: Int32) -> SocketAddress? { address(descriptor, getsockname) }

    func peerAddress(_ descriptor: Int32) -> SocketAddress? { address(descriptor, getpeername) }

    func send(_ descriptor: Int32, _ message: UnsafePointer<msghdr>) -> Int {
        let sent: Int
        // One piece is the rule, and cheaper without its vector.
        if message.pointee.msg_iovlen == 1, let piece = message.pointee.msg_iov?.pointee {
            sent = Glibc.send(descriptor, piece.iov_base, piece.iov_len, MU_SEND_NOW_FLAGS)
        } else {
            sent = sendmsg(descriptor, message, MU_SEND_NOW_FLAGS)
        }
        return sent < 0 ? -Int(errno) : sent
    }

    func shutdown(_ descriptor: Int32) { _ = Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

    func close(_ descriptor: Int32) { Glibc.close(descriptor) }

    private func open(_ address: SocketAddress) -> Int32 {
        let type = MU_STREAM | MU_CLOSE_ON_EXEC
        let descriptor = Glibc.socket(address.family, type, 0)
        guard descriptor >= 0 else { return -errno }
        enable(TCP_NODELAY, Int32(IPPROTO_TCP), descriptor)
        return descriptor
    }

    private func enable(_ option: Int32, _ level: Int32, _ descriptor: Int32) {
        var on: Int32 = 1
        setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    private func address(
        _ descriptor: Int32, _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                ask(descriptor, raw, &length) == 0 ? SocketAddress(raw) : nil
            }
        }
    }
}
