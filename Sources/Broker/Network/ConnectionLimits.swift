import Metadata
import Reactor

/// How many connections a broker takes, as it is set now.
struct ConnectionLimits: Sendable {
    /// `max.connections`, of all listeners together.
    private(set) var total = Int.max
    private var ofListener: [String: Int] = [:]
    private var perHost = Int.max
    private var ofHost: [String: Int] = [:]
    /// The brokers' own listener, where clients have another: `max.connections` doesn't keep brokers out.
    private var protected: String?

    init() {}

    init(_ settings: BrokerConfigLayers) {
        total = Int(clamping: settings.integer("max.connections"))
        perHost = Int(clamping: settings.integer("max.connections.per.ip"))
        let server = settings.server
        let names = server.listeners.map(\.listenerName).filter { !server.controllerListenerNames.contains($0) }
        for name in names {
            let own = settings.integer("listener.name.\(name.lowercased()).max.connections")
            ofListener[name] = own == Int64(Int32.max) ? total : Int(clamping: own)
        }
        if names.count > 1 { protected = server.interBrokerListenerName }
        guard case .text(let overrides) = settings.value("max.connections.per.ip.overrides") else { return }
        for override in overrides.split(separator: ",") {
            guard let colon = override.lastIndex(of: ":"),
                let limit = Int(override[colon...].dropFirst().trimmedBlanks), limit >= 0
            else { continue }
            // Somebody else's name server may be at fault: the others' limits hold all the same.
            let host = String(override[..<colon].trimmedBlanks)
            for address in (try? SocketAddress.resolve(host: host, port: 0)) ?? [] { ofHost[address.host] = limit }
        }
    }

    func ofListener(_ name: String) -> Int { ofListener[name] ?? total }

    func perHost(_ host: String) -> Int { ofHost[host] ?? perHost }

    func isProtected(_ listener: String) -> Bool { listener == protected }
}
