import KafkaClient
import Records
import Testing

@Suite struct ClientConfigurationTests {
    @Test func laterPropertiesWin() throws {
        let configuration = try ClientConfiguration([
            ("linger.ms", "1"), ("linger.ms", "7"), ("compression.type", "zstd"),
        ])
        #expect(configuration.lingerMilliseconds == 7)
        #expect(configuration.compression == .zstd)
    }

    @Test func anUnknownNameIsWarnedOf() throws {
        let configuration = try ClientConfiguration([("no.such.setting", "1"), ("ssl.truststore.location", "x")])
        #expect(configuration.warnings.count == 1)
        #expect(configuration.warnings.first?.contains("no.such.setting") == true)
    }

    @Test(arguments: [
        ("linger.ms", "x", "Invalid value x for configuration linger.ms: Not a number of type LONG"),
        ("retries", "-1", "Invalid value -1 for configuration retries: Value must be at least 0"),
        ("acks", "2", "Invalid value 2 for configuration acks: String must be one of: all, -1, 0, 1"),
        (
            "enable.auto.commit", "yes",
            "Invalid value yes for configuration enable.auto.commit: Expected value to be either true or false"
        ),
    ])
    func badValuesAreRefused(name: String, value: String, sentence: String) {
        #expect(throws: ClientError.configuration(sentence)) { try ClientConfiguration([(name, value)]) }
    }

    @Test func idempotenceGivesWayToOtherAcksUnlessItWasAskedFor() throws {
        #expect(try ClientConfiguration([]).isIdempotent)
        #expect(try !ClientConfiguration([("acks", "1")]).isIdempotent)
        #expect(throws: ClientError.self) { try ClientConfiguration([("acks", "1"), ("enable.idempotence", "true")]) }
    }

    @Test func durationsOfOffsetResetsAreRead() throws {
        #expect(
            try ClientConfiguration([("auto.offset.reset", "by_duration:P1DT2H")]).offsetReset
                == .before(milliseconds: 93_600_000))
        #expect(throws: ClientError.self) { try ClientConfiguration([("auto.offset.reset", "by_duration:1D")]) }
    }

    @Test func serversAreHostsAndPorts() {
        #expect(HostAndPort("localhost:9092") == HostAndPort(host: "localhost", port: 9092))
        #expect(HostAndPort("[::1]:9092") == HostAndPort(host: "::1", port: 9092))
        #expect(HostAndPort("PLAINTEXT://h:1") == HostAndPort(host: "h", port: 1))
        for text in ["", "localhost", "localhost:", "localhost:x", "localhost:70000", ":9092", "::1:9092"] {
            #expect(HostAndPort(text) == nil, "\(text)")
        }
    }
}
