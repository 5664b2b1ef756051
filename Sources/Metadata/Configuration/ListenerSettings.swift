/// The listeners of a configuration, with the security protocol of each.
struct ListenerSettings {
    let listeners: [Endpoint]
    let advertised: [Endpoint]
    let securityProtocols: [String: SecurityProtocol]

    init(values: [String: ConfigValue]) throws(ConfigError) {
        let controllerNames = Self.list("controller.listener.names", values).map { $0.uppercased() }
        let listenerTexts = Self.list("listeners", values)
        securityProtocols = try Self.protocols(values, controllerNames: controllerNames, listenerTexts: listenerTexts)
        listeners = try Self.endpoints(listenerTexts, securityProtocols)
        if case .list(let texts) = values["advertised.listeners"] {
            advertised = try Self.endpoints(texts, securityProtocols).filter {
                !controllerNames.contains($0.listenerName)
            }
        } else {
            advertised = listeners.filter { !controllerNames.contains($0.listenerName) }
        }
        try Self.checkDistinct(listeners, listenerTexts)
    }

    private static func list(_ name: String, _ values: [String: ConfigValue]) -> [String] {
        let value = values[name] ?? ConfigDefinitions.broker[name]?.defaultValue
        if case .list(let elements) = value { return elements } else { return [] }
    }

    /// The map as given. Where it isn't, and nothing else hints at TLS or SASL, controller listeners are PLAINTEXT.
    private static func protocols(
        _ values: [String: ConfigValue], controllerNames: [String], listenerTexts: [String]
    ) throws(ConfigError) -> [String: SecurityProtocol] {
        let name = "listener.security.protocol.map"
        let text = (values[name] ?? ConfigDefinitions.broker[name]?.defaultValue)?.text ?? ""
        var map: [String: SecurityProtocol] = [:]
        for entry in text.split(separator: ",") {
            let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map { String($0).trimmedBlanks }
            guard parts.count == 2 else {
                throw ConfigError("Error parsing configuration property '\(name)': \(text)")
            }
            guard let securityProtocol = SecurityProtocol(name: parts[1]) else {
                throw ConfigError("Invalid security protocol `\(parts[1])` defined in \(name)")
            }
            map[parts[0].uppercased()] = securityProtocol
        }
        guard values[name] == nil else { return map }
        let names = controllerNames + listenerTexts.map { String($0.prefix { $0 != ":" }).uppercased() }
        if names.contains(where: { SecurityProtocol(name: $0).map { $0 != .plaintext } ?? false }) { return map }
        for controller in controllerNames where map[controller] == nil { map[controller] = .plaintext }
        return map
    }

    private static func endpoints(
        _ texts: [String], _ protocols: [String: SecurityProtocol]
    ) throws(ConfigError) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for text in texts {
            guard let (name, host, port) = Endpoint.parts(text) else {
                throw ConfigError(
                    "Error creating broker listeners from '\(texts.joined(separator: ","))': Unable to parse \(text) to "
                        + "a broker endpoint")
            }
            guard let securityProtocol = protocols[name] else {
                throw ConfigError(
                    "Error creating broker listeners from '\(texts.joined(separator: ","))': No security protocol "
                        + "defined for listener \(name)")
            }
            endpoints.append(
                Endpoint(listenerName: name, host: host, port: port, securityProtocol: securityProtocol))
        }
        return endpoints
    }

    /// Names are unique; ports are too, except that one IPv4 and one IPv6 address may share one.
    private static func checkDistinct(_ endpoints: [Endpoint], _ texts: [String]) throws(ConfigError) {
        let all = texts.joined(separator: ",")
        guard Set(endpoints.map(\.listenerName)).count == endpoints.count else {
            throw ConfigError("Each listener must have a different name, listeners: \(all)")
        }
        for (index, endpoint) in endpoints.enumerated() where endpoint.port != 0 {
            let sharing = endpoints[..<index].filter { $0.port == endpoint.port }
            guard !sharing.isEmpty else { continue }
            guard sharing.count == 1, isIPv6(sharing[0].host) != isIPv6(endpoint.host),
                isAddress(sharing[0].host), isAddress(endpoint.host)
            else {
                throw ConfigError(
                    "Each listener must have a different port unless exactly one listener has an IPv4 address and the "
                        + "other IPv6 address, listeners: \(all), port: \(endpoint.port)")
            }
        }
    }

    private static func isIPv6(_ host: String) -> Bool { host.contains(":") }

    private static func isAddress(_ host: String) -> Bool {
        isIPv6(host) || host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") } && !host.isEmpty
    }
}
