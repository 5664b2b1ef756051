import KafkaProtocol
import Testing

@testable import KafkaClient
@testable import Tools

@Suite struct LogDirsTests {
    private func directory(_ path: String, _ error: ClientError? = nil, _ topics: String...) -> LogDirDescription {
        LogDirDescription(
            path: path, error: error, totalBytes: nil, usableBytes: nil, isCordoned: false,
            replicas: topics.map {
                .init(partition: TopicPartition($0, 0), size: 1_048_576, offsetLag: 0, isFuture: false)
            })
    }

    @Test func theLineIsKafkas() {
        let text = JacksonText.of(LogDirs.json([(1, [directory("/d", nil, "user-events")])], []))
        #expect(
            text
                == #"{"brokers":[{"broker":1,"logDirs":[{"partitions":[{"partition":"user-events-0","size":1048576,"#
                + #""offsetLag":0,"isFuture":false}],"error":null,"logDir":"/d"}]}],"version":1}"#)
    }

    @Test func otherTopicsAreLeftOut() {
        let text = JacksonText.of(LogDirs.json([(1, [directory("/d", nil, "a", "b")])], ["b", "c"]))
        #expect(text.contains("\"b-0\"") && !text.contains("\"a-0\""))
    }

    @Test func aDirectorysErrorIsAJavaClass() {
        let text = JacksonText.of(LogDirs.json([(1, [directory("/d", ClientError(.kafkaStorageError))])], []))
        #expect(text.contains(#""error":"org.apache.kafka.common.errors.KafkaStorageException""#))
    }

    @Test func describeHasToBeSaid() throws {
        let options = try LogDirs.table.parse(["--bootstrap-server", "b"])
        #expect(throws: UsageFailure("Missing required argument \"[describe]\"")) { try options.require(["describe"]) }
        #expect(throws: UsageFailure("Missing required argument \"[bootstrap-server]\"")) {
            try LogDirs.table.parse(["--describe"])
        }
    }
}
