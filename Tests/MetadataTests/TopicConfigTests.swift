import Testing

@testable import Metadata

@Suite struct TopicConfigTests {
    private func layers(
        _ file: [(name: String, value: String)] = [], broker: [String: String] = [:], allBrokers: [String: String] = [:]
    ) throws -> BrokerConfigLayers {
        let server = try ServerConfiguration(ServerConfiguration.embedded(dataDirectory: "data"), overrides: file)
        return BrokerConfigLayers(server: server, broker: broker, allBrokers: allBrokers)
    }

    private func refusal(_ overrides: [String: String]) throws -> String? {
        let layers = try layers()
        do {
            try TopicConfigCheck.check(overrides, layers: layers)
            return nil
        } catch { return error.message }
    }

    @Test func withoutSettingsKafkasDefaultsHold() throws {
        let config = TopicConfig(overrides: [:], layers: try layers())
        #expect(config.retentionMilliseconds == 604_800_000 && config.segmentMilliseconds == 604_800_000)
        #expect(config.flushMilliseconds == .max && config.segmentJitterMilliseconds == 0)
        #expect(config.isDeleted && !config.isCompacted && config.maxMessageBytes == 1_048_588)
    }

    @Test func theTopicsOwnSettingWins() throws {
        let config = TopicConfig(
            overrides: ["retention.ms": " 77 ", "cleanup.policy": "compact", "internal.segment.bytes": "16384"],
            layers: try layers([("log.retention.ms", "5")], broker: ["log.retention.ms": "6"]))
        #expect(config.retentionMilliseconds == 77 && config.isCompacted && !config.isDeleted)
        #expect(config.segmentBytes == 16384)
    }

    @Test func brokerSettingsComeInOrder() throws {
        let file = [(name: "message.max.bytes", value: "1")]
        #expect(TopicConfig(overrides: [:], layers: try layers(file)).maxMessageBytes == 1)
        let all = try layers(file, allBrokers: ["message.max.bytes": "2"])
        #expect(TopicConfig(overrides: [:], layers: all).maxMessageBytes == 2)
        let one = try layers(file, broker: ["message.max.bytes": "3"], allBrokers: ["message.max.bytes": "2"])
        #expect(TopicConfig(overrides: [:], layers: one).maxMessageBytes == 3)
    }

    @Test func hoursAndMinutesBecomeMilliseconds() throws {
        #expect(try layers([("log.retention.hours", "2")]).topicValue("retention.ms") == .integer(7_200_000))
        let finer = try layers([("log.retention.hours", "2"), ("log.retention.minutes", "3")])
        #expect(finer.topicValue("retention.ms") == .integer(180_000))
        #expect(try layers([("log.retention.hours", "-1")]).topicValue("retention.ms") == .integer(-1))
        #expect(try layers([("log.roll.jitter.hours", "1")]).topicValue("segment.jitter.ms") == .integer(3_600_000))
        #expect(
            try layers([("log.flush.scheduler.interval.ms", "9")]).topicValue("flush.ms") == .integer(9))
    }

    @Test func aStoredValueThatMakesNoSenseIsPassedOver() throws {
        let config = TopicConfig(
            overrides: ["retention.ms": "x"], layers: try layers(broker: ["message.max.bytes": "-7"]))
        #expect(config.retentionMilliseconds == 604_800_000 && config.maxMessageBytes == 1_048_588)
    }

    @Test func synonymsNameEachLayerThatSpeaks() throws {
        let layers = try layers(
            [("log.retention.hours", "5")], broker: ["message.max.bytes": "2"],
            allBrokers: ["message.max.bytes": "3", "log.retention.ms": "4"])
        #expect(
            layers.synonyms("message.max.bytes") == [
                ConfigSynonym(name: "message.max.bytes", value: "2", source: .dynamicBroker),
                ConfigSynonym(name: "message.max.bytes", value: "3", source: .dynamicDefaultBroker),
                ConfigSynonym(name: "message.max.bytes", value: "1048588", source: .defaultValue),
            ])
        #expect(layers.synonyms("log.retention.ms").map(\.value) == ["4", "5", "168"])
        #expect(layers.synonyms("log.roll.ms").isEmpty)
    }

    @Test func unknownNamesAreRefusedFirst() throws {
        #expect(try refusal(["nosuch": "1", "retention.ms": "x"]) == "Unknown topic config name: nosuch")
        #expect(try refusal(["message.format.version": "2.0"]) == "Unknown topic config name: message.format.version")
    }

    @Test func compactionLagsAreOrdered() throws {
        #expect(
            try refusal(["min.compaction.lag.ms": "100", "max.compaction.lag.ms": "50"])
                == "conflict topic config setting min.compaction.lag.ms (100) > max.compaction.lag.ms (50)")
    }

    @Test func tieredStorageIsRefused() throws {
        #expect(
            try refusal(["remote.storage.enable": "true"])
                == "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log "
                + "storage.")
    }
}
