import Testing

@testable import Metadata

@Suite struct ConfigDefinitionTests {
    private func refusal(_ name: String, _ text: String) -> String? {
        do {
            _ = try #require(ConfigDefinitions.topic[name] ?? ConfigDefinitions.ofBroker(name)).parse(text)
            return nil
        } catch { return (error as? ConfigError)?.message ?? "\(error)" }
    }

    @Test func allOfKafkasSettingsAreKnown() {
        #expect(ConfigDefinitions.broker.ordered.count == 360)
        #expect(ConfigDefinitions.topic.ordered.count == 34)
        #expect(ConfigDefinitions.broker.ordered.filter { $0.updateMode == .clusterWide }.count == 62)
        #expect(ConfigDefinitions.broker.ordered.filter { $0.updateMode == .perBroker }.count == 37)
        #expect(ConfigDefinitions.broker.ordered.filter(\.isInternal).count == 20)
        #expect(ConfigDefinitions.broker.ordered.filter(\.isRequired).count == 3)
    }

    @Test func everyDefaultIsAValidValueAndPrintsAsKafkaPrintsIt() throws {
        for definition in ConfigDefinitions.broker.ordered + ConfigDefinitions.topic.ordered {
            guard let text = definition.defaultText, !text.isEmpty || definition.type != .list else { continue }
            #expect(try definition.parse(text).text == text, "\(definition.name)")
        }
    }

    @Test func numbersAreChecked() {
        #expect(
            refusal("retention.ms", "abc")
                == "Invalid value abc for configuration retention.ms: Not a number of type LONG")
        #expect(
            refusal("retention.ms", "") == "Invalid value  for configuration retention.ms: Not a number of type LONG")
        #expect(
            refusal("segment.bytes", "99999999999")
                == "Invalid value 99999999999 for configuration segment.bytes: Not a number of type INT")
        #expect(
            refusal("offsets.topic.replication.factor", "40000")
                == "Invalid value 40000 for configuration offsets.topic.replication.factor: Not a number of type SHORT")
        #expect(
            refusal("min.cleanable.dirty.ratio", "x")
                == "Invalid value x for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE")
        #expect(refusal("max.message.bytes", " +5 ") == nil)
    }

    @Test func boundsAreChecked() {
        #expect(
            refusal("segment.bytes", "100")
                == "Invalid value 100 for configuration segment.bytes: Value must be at least 1048576")
        #expect(
            refusal("compression.lz4.level", "18")
                == "Invalid value 18 for configuration compression.lz4.level: Value must be no more than 17")
        #expect(
            refusal("min.cleanable.dirty.ratio", "-1")
                == "Invalid value -1.0 for configuration min.cleanable.dirty.ratio: Value must be at least 0")
        #expect(
            refusal("compression.gzip.level", "0")
                == "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1"
        )
        #expect(refusal("compression.gzip.level", "-1") == nil)
    }

    @Test func namesAreChecked() {
        #expect(
            refusal("message.timestamp.type", "foo")
                == "Invalid value foo for configuration message.timestamp.type: String must be one of: CreateTime, "
                + "LogAppendTime")
        #expect(
            refusal("cleanup.policy", "delete,foo")
                == "Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete")
        #expect(
            refusal("group.consumer.migration.policy", "no")
                == "Invalid value no for configuration group.consumer.migration.policy: String must be one of (case "
                + "insensitive): DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL")
        #expect(refusal("group.consumer.migration.policy", "Upgrade") == nil)
    }

    @Test func booleansAreTrueOrFalseInAnyCase() {
        #expect(refusal("preallocate", "TRUE") == nil)
        #expect(
            refusal("preallocate", "yes")
                == "Invalid value yes for configuration preallocate: Expected value to be either true or false")
    }

    @Test func listsAreSplitAtCommasAndLoseDuplicates() throws {
        let definition = try #require(ConfigDefinitions.topic["cleanup.policy"])
        #expect(try definition.parse("delete , compact").text == "delete,compact")
        #expect(try definition.parse("compact,compact") == .list(["compact"]))
        #expect(try definition.parse("") == .list([]))
        #expect(refusal("cleanup.policy", "compact,") == "Configuration 'cleanup.policy' values must not be empty.")
        #expect(
            refusal("process.roles", "")
                == "Configuration 'process.roles' must not be empty. Valid values include: [broker, controller]")
    }

    @Test func throttledReplicasArePairsOrAStar() {
        let name = "leader.replication.throttled.replicas"
        #expect(refusal(name, "*") == nil)
        #expect(refusal(name, "0:1,1:1") == nil)
        #expect(
            refusal(name, "foo")
                == "Invalid value [foo] for configuration \(name): \(name) must be the literal '*' or a list of replicas in "
                + "the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...")
    }

    @Test func doublesPrintAsInJava() {
        let known: [(Double, String)] = [
            (0.5, "0.5"), (1, "1.0"), (-1, "-1.0"), (100, "100.0"), (1e7, "1.0E7"), (1234567.5, "1234567.5"),
            (0.001, "0.001"), (0.00012, "1.2E-4"), (.greatestFiniteMagnitude, "1.7976931348623157E308"), (0, "0.0"),
            (1e21, "1.0E21"), (123456789012, "1.23456789012E11"), (.infinity, "Infinity"),
        ]
        for (value, text) in known { #expect(ConfigValue.javaText(value) == text) }
    }

    @Test func listenerPrefixesLeadToThePlainSetting() {
        #expect(ConfigDefinitions.ofBroker("listener.name.external.max.connections")?.name == "max.connections")
        #expect(
            ConfigDefinitions.ofBroker("listener.name.external.scram-sha-512.sasl.jaas.config")?.name
                == "sasl.jaas.config")
        #expect(ConfigDefinitions.ofBroker("listener.name.external.nosuch") == nil)
        #expect(ConfigDefinitions.ofBroker("listener.name.") == nil)
    }
}
