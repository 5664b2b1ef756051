import Testing

@testable import Metadata

@Suite struct ServerConfigurationTests {
    private func configuration(_ changes: (name: String, value: String?)...) throws -> ServerConfiguration {
        var properties = ServerConfiguration.embedded(dataDirectory: "data")
        for (name, value) in changes { properties[name] = value }
        return try ServerConfiguration(properties)
    }

    private func refusal(_ changes: (name: String, value: String?)...) -> String? {
        var properties = ServerConfiguration.embedded(dataDirectory: "data")
        for (name, value) in changes { properties[name] = value }
        do {
            _ = try ServerConfiguration(properties)
            return nil
        } catch { return error.message }
    }

    @Test func theEmbeddedSettingsStart() throws {
        let server = try configuration()
        #expect(server.nodeID == 1 && server.isBroker && server.isController)
        #expect(server.logDirectories == ["data"] && server.metadataLogDirectory == "data")
        #expect(server.listeners.map(\.text) == ["PLAINTEXT://:9092", "CONTROLLER://:9093"])
        #expect(server.advertisedListeners.map(\.text) == ["PLAINTEXT://localhost:9092"])
        #expect(server.controllerListeners.map(\.port) == [9093])
        #expect(server.interBrokerListenerName == "PLAINTEXT")
        #expect(server.given["broker.id"] == "1")
        #expect(server.offsetsTopicPartitionCount == 50 && server.socketRequestMaxBytes == 104_857_600)
        #expect(server.cores == nil && server.cpus.isEmpty && server.warnings.isEmpty)
    }

    @Test func overridesWinOverTheFile() throws {
        let file = ServerConfiguration.embedded(dataDirectory: "data")
        let server = try ServerConfiguration(file, overrides: [("num.partitions", "7"), ("node.id", "3")])
        #expect(server.partitionCount == 7 && server.nodeID == 3)
    }

    @Test func unknownNamesAreReportedOnly() throws {
        let server = try configuration(("zookeeper.connect", "x"), ("super.users", "User:a"), ("rsm.config.x", "1"))
        #expect(server.unknownNames == ["zookeeper.connect"])
    }

    @Test func namesWithoutEffectAreWarnedAbout() throws {
        #expect(
            try configuration(("num.io.threads", "8")).warnings
                == ["num.io.threads is accepted and has no effect on this broker."])
    }

    @Test func aBadValueOfAKnownNameStops() {
        #expect(
            refusal(("num.partitions", "0"))
                == "Invalid value 0 for configuration num.partitions: Value must be at least 1")
    }

    @Test func requiredNamesMustBeGiven() {
        #expect(
            refusal(("node.id", nil))
                == "Missing required configuration \"node.id\" which has no default value.")
        #expect(
            refusal(("process.roles", nil), ("zookeeper.connect", "x"))?.hasPrefix("zookeeper.connect is set") == true)
    }

    @Test func nodeAndBrokerIDAgree() throws {
        #expect(refusal(("broker.id", "2")) == "You must set `node.id` to the same value as `broker.id`.")
        #expect(try configuration(("node.id", nil), ("broker.id", "4")).nodeID == 4)
    }

    @Test func aControllerIsOneOfTheStaticVoters() throws {
        #expect(
            refusal(("controller.quorum.voters", "2@h:1"))
                == "If process.roles contains the 'controller' role, the node id 1 must be included in the set of voters "
                + "controller.quorum.voters=2@h:1")
        #expect(
            try configuration(("controller.quorum.voters", "1@h:9,2@[::1]:10")).quorumVoters
                == [QuorumVoter(id: 1, host: "h", port: 9), QuorumVoter(id: 2, host: "::1", port: 10)])
        #expect(refusal(("controller.quorum.voters", "x@h:1"))?.contains("Failed to parse voter ID") == true)
    }

    @Test func someControllerMustBeNamed() {
        #expect(
            refusal(("controller.quorum.bootstrap.servers", nil))?.hasPrefix("If using process.roles, either") == true)
    }

    @Test func controllerListenersAreListeners() {
        #expect(
            refusal(("listeners", "PLAINTEXT://:9092"))
                == "controller.listener.names must only contain values appearing in the 'listeners' configuration when "
                + "running the KRaft controller role")
    }

    @Test func controllerListenersAreAssumedPlain() throws {
        #expect(
            try configuration(("listener.security.protocol.map", nil)).securityProtocols["CONTROLLER"] == .plaintext)
        #expect(
            refusal(
                ("listener.security.protocol.map", nil), ("listeners", "SSL://:9092,CONTROLLER://:9093"),
                ("advertised.listeners", nil))
                == "Error creating broker listeners from 'SSL://:9092,CONTROLLER://:9093': No security protocol defined for "
                + "listener CONTROLLER")
    }

    @Test func listenersDifferInNameAndPort() {
        #expect(
            refusal(("listeners", "PLAINTEXT://:1,plaintext://:2,CONTROLLER://:3"))
                == "Each listener must have a different name, listeners: PLAINTEXT://:1,plaintext://:2,CONTROLLER://:3")
        #expect(refusal(("listeners", "PLAINTEXT://:1,CONTROLLER://:1"))?.contains("different port") == true)
        #expect(refusal(("listeners", "PLAINTEXT://127.0.0.1:1,CONTROLLER://[::1]:1")) == nil)
    }

    @Test func aListenerIsNameHostAndPort() {
        #expect(
            refusal(("listeners", "PLAINTEXT:9092"))
                == "Error creating broker listeners from 'PLAINTEXT:9092': Unable to parse PLAINTEXT:9092 to a broker "
                + "endpoint")
        for text in ["", "://", "A://", "A://x", "A://x:70000", "A://x y:1", "://:1"] {
            #expect(Endpoint.parts(text) == nil, "\(text)")
        }
    }

    @Test func zeroAddressesAreNotAdvertised() {
        #expect(
            refusal(("advertised.listeners", "PLAINTEXT://0.0.0.0:9092"))
                == "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.")
    }

    @Test func advertisedNamesAreListeners() {
        #expect(
            refusal(("advertised.listeners", "PLAINTEXT://a:1,SSL://a:2"))?.hasPrefix("advertised.listeners") == true)
        #expect(refusal(("advertised.listeners", "SSL://a:2"))?.hasPrefix("inter.broker.listener.name") == true)
    }

    @Test func onlyOneInterBrokerSettingIsGiven() {
        #expect(
            refusal(("security.inter.broker.protocol", "PLAINTEXT"))
                == "Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.")
    }

    @Test func logSettingsFit() {
        #expect(
            refusal(("log.retention.ms", "0"))
                == "log.retention.ms must be unlimited (-1) or, greater than or equal to 1")
        #expect(refusal(("log.roll.ms", "0")) == "log.roll.ms must be greater than or equal to 1")
        #expect(refusal(("log.cleaner.threads", "200"))?.hasPrefix("log.cleaner.dedupe.buffer.size") == true)
        #expect(refusal(("log.retention.hours", "-1")) == nil)
    }

    @Test func groupLimitsAreOrdered() {
        #expect(
            refusal(("group.consumer.session.timeout.ms", "1"))
                == "group.consumer.session.timeout.ms must be greater than or equal to "
                + "group.consumer.min.session.timeout.ms")
    }

    @Test func classicGroupsStayOn() {
        #expect(
            refusal(("group.coordinator.rebalance.protocols", "consumer"))
                == "Disabling the 'classic' protocol is not supported.")
    }

    @Test func ownSettingsAreUnderstood() throws {
        #expect(try configuration(("moldau.cores", "3")).cores == 3)
        #expect(try configuration(("moldau.cpus", "0-2,5")).cpus == [0, 1, 2, 5])
        #expect(refusal(("moldau.cpus", "0-99999"))?.hasPrefix("Invalid value 0-99999 for") == true)
    }

    @Test func aListenersOwnSettingWins() throws {
        let server = try configuration(("listener.name.plaintext.max.connections", "5"))
        #expect(server.value("max.connections", listener: "PLAINTEXT") == .integer(5))
        #expect(server.value("max.connections", listener: "CONTROLLER") == .integer(2_147_483_647))
    }
}
