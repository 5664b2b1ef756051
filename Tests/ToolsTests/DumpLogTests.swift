import Bytes
import KafkaProtocol
import Records
import Testing

@testable import Tools

@Suite struct DumpLogTests {
    /// A command line and what Kafka's tool printed for it.
    private struct Told {
        let arguments: [String]
        let output: String
    }

    private static func told(_ name: String) throws -> [Told] {
        let text = try GoldenDirectory.packed("Golden/\(name).txt.gz").text
        return text.split(separator: "\n$ ").map { part in
            let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            let command = lines[0].hasPrefix("$ ") ? lines[0].dropFirst(2) : lines[0]
            let output = lines[1].hasSuffix("\n") ? lines[1] : lines[1] + "\n"
            return Told(arguments: command.split(separator: " ").map(String.init), output: String(output))
        }
    }

    /// Standard error of a failure is not compared, absolute paths are.
    private static func comparable(_ output: String) -> String {
        guard output.hasSuffix("[exit 1]\n") else { return output.replacing("DIR/", with: DumpPath.absolute("")) }
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.filter { !$0.hasPrefix("[err]") }.joined(separator: "\n")
    }

    /// As the tool of Apache Kafka 4.3.1 on Java 17 prints them; `?` stands for a replacement character.
    @Test(arguments: [
        ("46 ED B8 34", "F?4"), ("ED A0 80 41", "?A"), ("E0 80 41", "??A"), ("E1 80 41", "?A"), ("E1 80", "?"),
        ("F0 9F 98", "?"), ("F0 80 80 80", "????"), ("F1 80 41 42", "?AB"), ("F5 80 80 80", "????"), ("C0 80", "??"),
        ("C3 41", "?A"), ("C3", "?"), ("FF 41", "?A"), ("80 80", "??"), ("C3 A4 E2 82 AC F0 9F 98 80", "ä€😀"),
    ])
    func illFormedTextIsPrintedAsJavaPrintsIt(_ hex: String, _ text: String) throws {
        let bytes = hex.split(separator: " ").compactMap { UInt8($0, radix: 16) }
        #expect(ByteSlice(bytes).javaText == text.replacing("?", with: "\u{FFFD}"))
    }

    @Test(arguments: [("dump-log", ["clean", "torn"], 305), ("dump-legacy", ["legacy"], 24)])
    func everyFileIsPrintedAsKafkaPrintsIt(_ name: String, _ directories: [String], _ count: Int) throws {
        try withGolden(directories) { golden in
            let all = try Self.told(name)
            #expect(all.count == count)
            for told in all {
                let ours = golden.dump(told.arguments)
                let differs = ours != Self.comparable(told.output)
                #expect(!differs, "\(told.arguments): \(Self.difference(ours, Self.comparable(told.output)))")
            }
        }
    }

    private static func difference(_ ours: String, _ theirs: String) -> String {
        let pairs = zip(ours.split(separator: "\n"), theirs.split(separator: "\n"))
        guard let (our, their) = pairs.first(where: { $0 != $1 }) else { return "\(ours.count) and \(theirs.count)" }
        return "\(our)\nKafka: \(their)"
    }

    @Test func aMissingFileIsASentenceAndExitCode1() throws {
        try withGolden([]) { golden in
            #expect(golden.dump(["--files", "00000000000000000000.log"]).hasSuffix("[exit 1]\n"))
            #expect(golden.dump(["--files", "nosuch.log"]) == "Dumping nosuch.log\n[exit 1]\n")
        }
    }

    @Test func nothingIsPrintedOfATransactionIndexWithAnEntryOfALaterVersion() throws {
        try withGolden(["clean"]) { golden in
            var bytes = try golden.read("clean/txn-0/\(DamagedDumpTests.first).txnindex").array
            bytes[bytes.count - 34] = 3
            try golden.write(bytes, to: "damaged/\(DamagedDumpTests.first).txnindex")
            let output = golden.dump(["--files", "damaged/\(DamagedDumpTests.first).txnindex"])
            #expect(!output.contains("producerId") && output.hasSuffix("[exit 1]\n"))
        }
    }

    @Test func aProducerSnapshotOfNoLengthIsToldAndNoFailure() throws {
        try withGolden(["clean"]) { golden in
            try golden.write([0], to: "damaged/\(DamagedDumpTests.first).snapshot")
            let output = golden.dump(["--files", "damaged/\(DamagedDumpTests.first).snapshot"])
            #expect(output.contains("Snapshot failed schema validation") && output.hasSuffix("[exit 0]\n"))
        }
    }

    @Test func anUnknownDecoderIsNamed() {
        #expect {
            try ValueDecoder(named: "com.example.Mine")
        } throws: { ($0 as? DumpFailure)?.message.contains("com.example.Mine") == true }
    }

    @Test func decodersReadNumbers() throws {
        let number = ByteSlice([0, 0, 0, 0, 0, 0, 1, 2])
        #expect(try ValueDecoder(named: "kafka.serializer.LongDecoder").text(number) == "258")
        #expect(try ValueDecoder(named: "org.apache.kafka.tools.api.IntegerDecoder").text(number) == "0")
        #expect(throws: DumpFailure.self) { try ValueDecoder.long.text(ByteSlice([1])) }
    }
}

/// No bytes may end the tool otherwise than with an exit code.
@Suite struct DamagedDumpTests {
    static let first = "00000000000000000000"

    /// Each byte of a file is changed in turn, and the file printed in all ways.
    private static func damage(_ path: String, bytes limit: Int, beside: [String] = [], _ options: [[String]]) throws {
        try withGolden([path.hasPrefix("legacy") ? "legacy" : "clean"]) { golden in
            var random = SystemRandomNumberGenerator()
            let seed = UInt8.random(in: 1...255, using: &random)
            let original = Array(try golden.read(path.hasPrefix("legacy") ? path : "clean/" + path).array.prefix(limit))
            let name = path.split(separator: "/").last.map(String.init) ?? path
            for other in beside {
                let file = other.split(separator: "/").last.map(String.init) ?? other
                try golden.write(try golden.read("clean/" + other).array, to: "damaged/" + file)
            }
            for index in original.indices {
                var bytes = original
                bytes[index] ^= index % 2 == 0 ? seed : 1 << UInt8(index / 2 % 8)
                try golden.write(bytes, to: "damaged/" + name)
                for option in options {
                    let output = golden.dump(["--files", "damaged/" + name] + option)
                    let ended = output.hasSuffix("[exit 0]\n") || output.hasSuffix("[exit 1]\n")
                    #expect(ended, "\(path), byte \(index), seed \(seed): \(output)")
                }
            }
        }
    }

    @Test(arguments: ["idempotent-0", "txn-0", "codec-gzip-0", "codec-snappy-0", "codec-lz4-0", "codec-zstd-0"])
    func noChangedByteOfALogStopsTheTool(_ partition: String) throws {
        try Self.damage("\(partition)/\(Self.first).log", bytes: 700, [["--print-data-log"], []])
    }

    @Test(arguments: [
        ("__consumer_offsets-0", "--offsets-decoder"), ("__transaction_state-1", "--transaction-log-decoder"),
        ("__cluster_metadata-0", "--cluster-metadata-decoder"),
        ("__transaction_state-1", "--share-group-state-decoder"),
        ("__cluster_metadata-0", "--remote-log-metadata-decoder"),
    ])
    func noChangedByteOfACoordinatorsLogStopsTheTool(_ partition: String, _ decoder: String) throws {
        try Self.damage("\(partition)/\(Self.first).log", bytes: 900, [[decoder]])
    }

    @Test(arguments: ["m0c0", "m0c1", "m1c0", "m1c1", "m1c2", "m1c3"])
    func noChangedByteOfAnOldFormatStopsTheTool(_ format: String) throws {
        try Self.damage("legacy/\(format)/\(Self.first).log", bytes: 200, [["--print-data-log"]])
    }

    @Test(arguments: ["index", "timeindex"])
    func noChangedByteOfAnIndexStopsTheTool(_ kind: String) throws {
        let beside = ["log", "index"].map { "codec-none-0/\(Self.first).\($0)" }
        try Self.damage(
            "codec-none-0/\(Self.first).\(kind)", bytes: 60, beside: beside,
            [[], ["--index-sanity-check"], ["--verify-index-only"]])
    }

    @Test(arguments: ["00000000000000000117.snapshot", "00000000000000000000.txnindex"])
    func noChangedByteOfTheProducersStopsTheTool(_ file: String) throws {
        try Self.damage("txn-0/" + file, bytes: 1000, [[]])
    }
}

@Suite struct DumpDecoderTests {
    private func record(_ hex: String) -> Record {
        let digits = Array(hex.utf8).map { UInt8($0 < 58 ? $0 - 48 : $0 - 87) }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        return Record(offset: 7, value: ByteSlice(bytes))
    }

    private let segment =
        "010000076f72646572730000000000000005000000000000000600000003000000000000000007000000000000000800000000000000"
        + "000000000000000000c7000000020000018bcfe568000000018bcfe56801030000000000000000000000000000000001000000000000"
        + "00640000000400040102030001000101"

    @Test func aRemoteSegmentIsNamedAsKafkaNamesIt() {
        #expect(
            RemoteLogDecoder.decode(record(segment))
                == "RemoteLogSegmentMetadata{remoteLogSegmentId=RemoteLogSegmentId{topicIdPartition="
                + "AAAAAAAAAAUAAAAAAAAABg:orders-3, id=AAAAAAAAAAcAAAAAAAAACA}, startOffset=0, endOffset=199, "
                + "brokerId=2, maxTimestampMs=1700000000000, eventTimestampMs=1700000000001, "
                + "segmentLeaderEpochs={0=0, 1=100}, segmentSizeInBytes=1024, "
                + "customMetadata=Optional[CustomMetadata{3 bytes}], state=COPY_SEGMENT_STARTED, txnIdxEmpty=true}")
    }

    @Test func changesOfRemoteSegmentsAreNamedAsKafkaNamesThem() {
        let update =
            "010100076f726465727300000000000000050000000000000006000000030000000000000000070000000000000008000000000200"
            + "00018bcfe56802000100"
        #expect(
            RemoteLogDecoder.decode(record(update))
                == "RemoteLogSegmentMetadataUpdate{remoteLogSegmentId=RemoteLogSegmentId{topicIdPartition="
                + "AAAAAAAAAAUAAAAAAAAABg:orders-3, id=AAAAAAAAAAcAAAAAAAAACA}, customMetadata=Optional.empty, "
                + "state=COPY_SEGMENT_FINISHED, eventTimestampMs=1700000000002, brokerId=2}")
        let deletion =
            "010200076f7264657273000000000000000500000000000000060000000300000000020000018bcfe568030100"
        #expect(
            RemoteLogDecoder.decode(record(deletion))
                == "RemotePartitionDeleteMetadata{topicPartition=AAAAAAAAAAUAAAAAAAAABg:orders-3, "
                + "state=DELETE_PARTITION_STARTED, eventTimestampMs=1700000000003, brokerId=2}")
    }

    @Test func anUnreadableRecordIsTold() {
        #expect(
            RemoteLogDecoder.decode(record("01000003"))
                == "Error at offset 7, skipping. Failed to deserialize record with type 0")
        #expect(
            MetadataDecoder.decode(record("016300"))
                == "Error at 7, skipping. org.apache.kafka.common.errors.UnsupportedVersionException: "
                + "Unknown metadata id 99")
    }

    @Test func taggedFieldsStandWhereTheSchemaHasThem() throws {
        var value = TransactionLogValue()
        value.producerID = 7
        value.previousProducerID = 6
        value.nextProducerEpoch = 3
        let text = JacksonText.of(
            try MessageJSON(MessageDescriptor(TransactionLogValue.self)).read(try value.encoded(version: 1), version: 1)
        )
        #expect(
            text.hasPrefix(
                #"{"producerId":7,"previousProducerId":6,"producerEpoch":0,"nextProducerEpoch":3,"#
                    + #""transactionTimeoutMs":0,"#))
    }

    @Test func numbersAreWrittenAsJavaWritesThem() {
        let expected: [(Double, String)] = [
            (0, "0.0"), (1.5, "1.5"), (1_234_567.25, "1234567.25"), (1e7, "1.0E7"), (12_345_678.5, "1.23456785E7"),
            (0.001, "0.001"), (0.00012, "1.2E-4"), (1e-10, "1.0E-10"), (1e22, "1.0E22"), (-2.5e9, "-2.5E9"),
            (1e6, "1000000.0"), (.nan, "\"NaN\""),
        ]
        for (number, text) in expected { #expect(JacksonText.number(number) == text) }
    }

    @Test func controlCharactersAreEscapedAsJacksonEscapesThem() {
        let text = JacksonText.of(.string("a\u{0}\u{8}\u{c}\u{1f}\"/\u{7f}é"))
        #expect(text == #""a\u0000\b\f\u001F\"/"# + "\u{7f}é\"")
    }
}
