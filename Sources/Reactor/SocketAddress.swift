package import CUring
import Glibc

/// An IPv4 or IPv6 address and port.
public struct SocketAddress: Hashable, Sendable {
    /// Sixteen bytes in network order; an IPv4 address stands in the first four.
    private let words: (UInt64, UInt64)
    public let isIPv6: Bool
    public let port: UInt16

    private init(words: (UInt64, UInt64), isIPv6: Bool, port: UInt16) {
        self.words = words
        self.isIPv6 = isIPv6
        self.port = port
    }

    /// 127.0.0.1.
    public static func loopback(port: UInt16) -> SocketAddress { ipv4(127, 0, 0, 1, port: port) }

    /// Every local address (0.0.0.0).
    public static func any(port: UInt16) -> SocketAddress { ipv4(0, 0, 0, 0, port: port) }

    public static func ipv4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, port: UInt16) -> SocketAddress {
        let word = UInt64(a) | UInt64(b) << 8 | UInt64(c) << 16 | UInt64(d) << 24
        return SocketAddress(words: (word, 0), isIPv6: false, port: port)
    }

    public static func == (left: SocketAddress, right: SocketAddress) -> Bool {
        left.words == right.words && left.isIPv6 == right.isIPv6 && left.port == right.port
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(port)
    }

    /// Looks `host` up (a name, an address, empty for every local address). Blocks for as long as the resolver does.
    public static func resolve(host: String, port: UInt16) throws(ResolveFailure) -> [SocketAddress] {
        if host.isEmpty { return [any(port: port)] }
        var hints = addrinfo()
        hints.ai_socktype = MU_STREAM
        var list: UnsafeMutablePointer<addrinfo>?
        let failed = getaddrinfo(host, nil, &hints, &list)
        guard failed == 0 else { throw ResolveFailure(host: host, reason: String(cString: gai_strerror(failed))) }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let entry = next {
            if let raw = entry.pointee.ai_addr, let address = SocketAddress(raw, port: port), !found.contains(address) {
                found.append(address)
            }
            next = entry.pointee.ai_next
        }
        return found.sorted { !$0.isIPv6 && $1.isIPv6 }
    }

    /// Reads the kernel's form; nil for a family other than IPv4 and IPv6.
    package init?(_ raw: UnsafePointer<sockaddr>, port: UInt16? = nil) {
        switch Int32(raw.pointee.sa_family) {
        case AF_INET:
            let address = UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in.self)
            let word = UInt64(UInt32(littleEndian: address.sin_addr.s_addr))
            self.init(words: (word, 0), isIPv6: false, port: port ?? UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            var address = UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in6.self)
            let words = withUnsafeBytes(of: &address.sin6_addr) { bytes in
                (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            self.init(words: words, isIPv6: true, port: port ?? UInt16(bigEndian: address.sin6_port))
        default: return nil
        }
    }

    package var family: Int32 { isIPv6 ? AF_INET6 : AF_INET }

    /// The kernel's form, valid during `body`.
    package func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
                bytes.storeBytes(of: words.0, as: UInt64.self)
                bytes.storeBytes(of: words.1, toByteOffset: 8, as: UInt64.self)
            }
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(truncatingIfNeeded: words.0).littleEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// The address without the port, like `127.0.0.1` or `::1`.
    public var host: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        withSockaddr { raw, length in
            _ = getnameinfo(raw, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        }
        return text.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A host name that could not be looked up.
public struct ResolveFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let host: String
    public let reason: String

    public init(host: String, reason: String) {
        self.host = host
        self.reason = reason
    }

    public var description: String { "Couldn't resolve server \(host): \(reason)" }
}
