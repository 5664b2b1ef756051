/// How a listener's bytes are protected, numbered as Kafka stores it.
package enum SecurityProtocol: Int16, Sendable {
    case plaintext = 0
    case ssl = 1
    case saslPlaintext = 2
    case saslSSL = 3

    package var name: String {
        switch self {
        case .plaintext: "PLAINTEXT"
        case .ssl: "SSL"
        case .saslPlaintext: "SASL_PLAINTEXT"
        case .saslSSL: "SASL_SSL"
        }
    }

    package init?(name: some StringProtocol) {
        switch name.uppercased() {
        case "PLAINTEXT": self = .plaintext
        case "SSL": self = .ssl
        case "SASL_PLAINTEXT": self = .saslPlaintext
        case "SASL_SSL": self = .saslSSL
        default: return nil
        }
    }
}

/// A listener: `NAME://host:port`.
package struct Endpoint: Hashable, Sendable {
    /// In capitals.
    package var listenerName: String
    /// Empty for all addresses; without the brackets of an IPv6 address.
    package var host: String
    /// 0 for any free one.
    package var port: UInt16
    package var securityProtocol: SecurityProtocol

    package init(listenerName: String, host: String, port: UInt16, securityProtocol: SecurityProtocol) {
        self.listenerName = listenerName
        self.host = host
        self.port = port
        self.securityProtocol = securityProtocol
    }

    package var text: String {
        "\(listenerName)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Splits `text`; `nil` where it isn't of the form.
    static func parts(_ text: String) -> (listenerName: String, host: String, port: UInt16)? {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"), colon != text.startIndex
        else { return nil }
        let address = text[text.index(colon, offsetBy: 3)...]
        guard let (host, port) = hostAndPort(address) else { return nil }
        return (text[..<colon].uppercased(), host, port)
    }

    /// `host:port`, `[v6]:port`, `:port`.
    static func hostAndPort(_ address: some StringProtocol) -> (host: String, port: UInt16)? {
        guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...])
        else { return nil }
        var host = String(address[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let allowed = host.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: ":"), UInt8(ascii: "%"):
                true
            default: false
            }
        }
        return allowed ? (host, port) : nil
    }
}

/// A controller as `controller.quorum.voters` names it: `id@host:port`.
package struct QuorumVoter: Hashable, Sendable {
    package var id: Int32
    package var host: String
    package var port: UInt16
}
