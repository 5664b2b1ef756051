/// What must fit together before a broker may start.
extension ServerConfiguration {
    func check() throws(ConfigError) {
        try checkIdentity()
        try checkRoles()
        try checkListeners()
        try checkLog()
        try checkReplication()
        try checkGroups()
        try checkConnections()
    }

    private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(ConfigError) {
        if !condition { throw ConfigError(message()) }
    }

    private func checkIdentity() throws(ConfigError) {
        let brokerID = integer("broker.id")
        try require(
            brokerID < 0 || brokerID == Int64(nodeID), "You must set `node.id` to the same value as `broker.id`.")
    }

    private func checkRoles() throws(ConfigError) {
        let listenerNames = Set(listeners.map(\.listenerName))
        let voterText = list("controller.quorum.voters").joined(separator: ",")
        let isVoter = quorumVoters.contains { $0.id == nodeID }
        try require(
            !quorumVoters.isEmpty || !list("controller.quorum.bootstrap.servers").isEmpty,
            "If using process.roles, either controller.quorum.bootstrap.servers must contain the set of bootstrap "
                + "controllers or controller.quorum.voters must contain a parseable set of controllers.")
        if isController {
            try require(
                quorumVoters.isEmpty || isVoter,
                "If process.roles contains the 'controller' role, the node id \(nodeID) must be included in the set of "
                    + "voters controller.quorum.voters=\(voterText)")
            try require(
                !controllerListenerNames.isEmpty,
                "controller.listener.names must contain at least one value appearing in the 'listeners' configuration "
                    + "when running the KRaft controller role")
            try require(
                controllerListenerNames.allSatisfy(listenerNames.contains),
                "controller.listener.names must only contain values appearing in the 'listeners' configuration when "
                    + "running the KRaft controller role")
            if !isBroker {
                try require(
                    listenerNames.isSubset(of: controllerListenerNames),
                    "The listeners config must only contain KRaft controller listeners from controller.listener.names "
                        + "when process.roles=controller")
            }
        } else {
            try require(
                !isVoter,
                "If process.roles contains just the 'broker' role, the node id \(nodeID) must not be included in the "
                    + "set of voters controller.quorum.voters=\(voterText)")
            try require(
                !controllerListenerNames.isEmpty,
                "controller.listener.names must contain at least one value when running KRaft with just the broker role"
            )
            try require(
                listenerNames.isDisjoint(with: controllerListenerNames),
                "controller.listener.names must not contain a value appearing in the 'listeners' configuration when "
                    + "running KRaft with just the broker role")
        }
    }

    private func checkListeners() throws(ConfigError) {
        try require(
            !(isGiven("inter.broker.listener.name") && isGiven("security.inter.broker.protocol")),
            "Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.")
        for name in list("early.start.listeners").map({ $0.uppercased() }) {
            try require(
                listeners.contains { $0.listenerName == name } || controllerListenerNames.contains(name),
                "early.start.listeners contains listener \(name), but this is not contained in listeners or "
                    + "controller.listener.names")
        }
        guard isBroker else { return }
        try require(
            !advertisedListeners.isEmpty,
            "There must be at least one broker advertised listener."
                + (listeners.isEmpty ? "" : " Perhaps all listeners appear in controller.listener.names?"))
        let advertised = advertisedListeners.map(\.listenerName)
        let names = Set(listeners.map(\.listenerName))
        try require(
            securityProtocols[interBrokerListenerName] != nil,
            "Listener with name \(interBrokerListenerName) defined in inter.broker.listener.name not found in "
                + "listener.security.protocol.map.")
        try require(
            advertised.contains(interBrokerListenerName),
            "inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based "
                + "on currently configured listeners are \(advertised.joined(separator: ","))")
        try require(
            advertised.allSatisfy(names.contains),
            "advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. Found "
                + "\(advertised.joined(separator: ",")). The valid options based on the current configuration are "
                + "\(names.sorted().joined(separator: ","))")
        try require(
            !advertisedListeners.contains { $0.host == "0.0.0.0" },
            "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.")
        let isSASL = securityProtocols[interBrokerListenerName].map { $0 == .saslPlaintext || $0 == .saslSSL } ?? false
        let mechanism = text("sasl.mechanism.inter.broker.protocol") ?? ""
        try require(
            !isSASL || list("sasl.enabled.mechanisms").contains(mechanism),
            "sasl.mechanism.inter.broker.protocol must be included in sasl.enabled.mechanisms when SASL is used for "
                + "inter-broker communication")
    }

    private func checkLog() throws(ConfigError) {
        try require(
            logDirectories.contains { !$0.isEmpty },
            "At least one log directory must be defined via log.dirs or log.dir.")
        try BrokerConfigLayers(server: self).checkLog()
        for name in ["offsets.topic.compression.codec", "share.coordinator.state.topic.compression.codec"] {
            try require((0...4).contains(integer(name)), "Unknown compression type id: \(integer(name))")
        }
    }

    private func checkReplication() throws(ConfigError) {
        let wait = integer("replica.fetch.wait.max.ms")
        try require(
            wait <= integer("replica.socket.timeout.ms"),
            "replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket "
                + "timeouts")
        try require(
            wait <= integer("replica.lag.time.max.ms"),
            "replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent frequent "
                + "changes in ISR")
        let heartbeat = integer("broker.heartbeat.interval.ms")
        let session = integer("broker.session.timeout.ms")
        try require(
            heartbeat <= session / 2,
            "broker.heartbeat.interval.ms (\(heartbeat) ms) must be less than or equal to half of the "
                + "broker.session.timeout.ms (\(session) ms).")
    }

    private func checkGroups() throws(ConfigError) {
        for kind in ["consumer", "share", "streams"] {
            try checkOrder("group.\(kind).min.heartbeat.interval.ms", "group.\(kind).max.heartbeat.interval.ms")
            try checkOrder("group.\(kind).min.heartbeat.interval.ms", "group.\(kind).heartbeat.interval.ms")
            try checkOrder("group.\(kind).heartbeat.interval.ms", "group.\(kind).max.heartbeat.interval.ms")
            try checkOrder("group.\(kind).min.session.timeout.ms", "group.\(kind).max.session.timeout.ms")
            try checkOrder("group.\(kind).min.session.timeout.ms", "group.\(kind).session.timeout.ms")
            try checkOrder("group.\(kind).session.timeout.ms", "group.\(kind).max.session.timeout.ms")
            try require(
                integer("group.\(kind).heartbeat.interval.ms") < integer("group.\(kind).session.timeout.ms"),
                "group.\(kind).heartbeat.interval.ms must be less than group.\(kind).session.timeout.ms")
        }
        try checkOrder("group.share.min.record.lock.duration.ms", "group.share.record.lock.duration.ms")
        try checkOrder("group.share.record.lock.duration.ms", "group.share.max.record.lock.duration.ms")
        let protocols = list("group.coordinator.rebalance.protocols")
        try require(protocols.contains("classic"), "Disabling the 'classic' protocol is not supported.")
    }

    private func checkOrder(_ smaller: String, _ larger: String) throws(ConfigError) {
        try require(integer(larger) >= integer(smaller), "\(larger) must be greater than or equal to \(smaller)")
    }

    private func checkConnections() throws(ConfigError) {
        let queued = integer("queued.max.request.bytes")
        try require(
            queued <= 0 || queued >= integer("socket.request.max.bytes"),
            "queued.max.request.bytes must be larger or equal to socket.request.max.bytes")
        try require(
            integer("max.connections.per.ip") > 0 || !(text("max.connections.per.ip.overrides") ?? "").isEmpty,
            "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.")
        let delay = integer("connection.failed.authentication.delay.ms")
        let idle = integer("connections.max.idle.ms")
        try require(
            idle < 0 || delay < idle,
            "connection.failed.authentication.delay.ms=\(delay) should always be less than "
                + "connections.max.idle.ms=\(idle) to prevent failed authentication responses from timing out")
        for cpu in list("moldau.cpus") {
            try require(
                Self.cpuRange(cpu) != nil,
                "Invalid value \(cpu) for configuration moldau.cpus: Expected a CPU's number or a range such as 0-3")
        }
    }
}
