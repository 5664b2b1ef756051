import Bytes
import KafkaProtocol
import Testing

@Suite struct CoderTests {
    @Test func aRequestFrameCarriesSizeHeaderAndBody() throws {
        let request = HeartbeatRequest { $0.groupID = "g" }
        let frame = try request.frame(version: 4, correlationID: 7, clientID: "c")
        #expect(frame.array == [0, 0, 0, 0x15, 0, 12, 0, 4, 0, 0, 0, 7, 0, 1, 0x63, 0, 2, 0x67, 0, 0, 0, 0, 1, 0, 0])
        var coder = Coder(decoding: frame, from: 4)
        let header = try RequestHeader(from: &coder)
        #expect(header.clientID == "c" && header.version == 4)
        var decoded = HeartbeatRequest()
        try coder.message(&decoded, version: 4)
        #expect(decoded == request && coder.remaining == 0)
    }

    @Test func anApiVersionsResponseHasTheOldHeaderInEveryVersion() throws {
        for version in ApiVersionsResponse.versions { #expect(ApiVersionsResponse.headerVersion(version) == 0) }
        #expect(
            try ApiVersionsResponse().frame(version: 3, correlationID: 1).array.prefix(8) == [0, 0, 0, 12, 0, 0, 0, 1])
    }

    @Test func theHeaderOfAnUnknownKeyIsReadAsAnOldOne() throws {
        var coder = Coder(decoding: ByteSlice([0x7f, 0xff, 0, 9, 0, 0, 0, 5, 0xff, 0xff]))
        let header = try RequestHeader(from: &coder)
        #expect(header.key == .max && header.correlationID == 5 && header.clientID == nil)
    }

    @Test(arguments: [4, 12, 18] as [Int16]) func piecesOfAFetchAreItsFrame(version: Int16) throws {
        let response = Self.fetch(records: [70, 0, 5000, 90])
        let pieces = try response.framePieces(version: version, correlationID: 3)
        let frame = try response.frame(version: version, correlationID: 3)
        #expect(pieces.flatMap(\.array) == frame.array)
        #expect(pieces.map(\.count).filter { [70, 5000, 90].contains($0) } == [70, 5000, 90])
    }

    @Test func piecesOfRecordsAreNotCopied() throws {
        let response = Self.fetch(records: [100])
        var coder = Coder(encodingInto: Block(capacity: 16), gather: true)
        try coder.frame(response, version: 12, correlationID: 3)
        let pieces = coder.takePieces()
        let records = try #require(response.topics[0].partitions[0].records?.pieces.first)
        #expect(pieces.contains { $0.unsafeAddress == records.unsafeAddress && $0.count == 100 })
    }

    @Test(arguments: [0, 16, 4096]) func framesFollowEachOther(capacity: Int) throws {
        var coder = Coder(encodingInto: Block(capacity: capacity), gather: true)
        var expected: [UInt8] = []
        for number in Int32(0)..<4 {
            let response = Self.fetch(records: [70, Int(number) * 100])
            try coder.frame(response, version: 12, correlationID: number)
            expected += try response.frame(version: 12, correlationID: number).array
            #expect(coder.encodedBytes == expected.count)
        }
        #expect(coder.takePieces().flatMap(\.array) == expected)
        #expect(coder.encodedBytes == 0)
        try coder.frame(HeartbeatResponse(), version: 0, correlationID: 9)
        let frame = try HeartbeatResponse().frame(version: 0, correlationID: 9).array
        #expect(coder.takePieces().flatMap(\.array) == frame)
    }

    @Test func aFrameThatFailsLeavesThoseBeforeIt() throws {
        var coder = Coder(encodingInto: Block(capacity: 16), gather: true)
        let good = Self.fetch(records: [30])
        let whole = try good.frame(version: 12, correlationID: 1).array
        try coder.frame(good, version: 12, correlationID: 1)
        #expect(throws: CodingError.self) {
            try coder.frame(Self.fetch(records: [40], preferredReadReplica: 3), version: 5, correlationID: 2)
        }
        #expect(coder.encodedBytes == whole.count)
        try coder.frame(good, version: 12, correlationID: 1)
        #expect(coder.takePieces().flatMap(\.array) == whole + whole)
    }

    @Test func aRestartedCoderWritesWhereNobodyReads() throws {
        var coder = Coder(encodingInto: Block(capacity: 64), gather: true)
        try coder.frame(HeartbeatResponse(), version: 0, correlationID: 1)
        let held = coder.takePieces()
        let before = held.flatMap(\.array)
        coder.restart(capacity: 64, limit: 64)
        try coder.frame(HeartbeatResponse(), version: 0, correlationID: 2)
        #expect(held.flatMap(\.array) == before)
        #expect(coder.takePieces().flatMap(\.array) != before)
    }

    @Test func decodedRecordsAreARangeOfTheFrame() throws {
        let request = ProduceRequest {
            $0.topics = [.init { $0.partitions = [.init { $0.records = ByteSlice([1, 2, 3]) }] }]
        }
        let bytes = try request.encoded(version: 9)
        let decoded = try ProduceRequest(decoding: bytes, version: 9)
        let records = try #require(decoded.topics.first?.partitions.first?.records)
        let start = try #require(bytes.unsafeAddress)
        let address = try #require(records.unsafeAddress)
        #expect(records.array == [1, 2, 3] && (start..<start + bytes.count).contains(address))
    }

    @Test func aFieldThatTheVersionLacksMustHoldItsDefault() throws {
        let member = HeartbeatRequest { $0.groupInstanceID = "i" }
        #expect(throws: CodingError.self) { try member.encoded(version: 2) }
        let software = ApiVersionsRequest { $0.clientSoftwareName = "n" }  // ignorable
        #expect(try software.encoded(version: 2).isEmpty)
    }

    @Test func nullIsAnErrorWhereTheVersionKnowsNone() throws {
        #expect(throws: CodingError.self) { try MetadataRequest { $0.topics = nil }.encoded(version: 0) }
        #expect(throws: CodingError.self) {
            try MetadataRequest(decoding: ByteSlice([255, 255, 255, 255]), version: 0)
        }
        #expect(try MetadataRequest(decoding: ByteSlice([255, 255, 255, 255]), version: 1).topics == nil)
    }

    @Test func aVersionOutsideTheRangeIsAnError() {
        #expect(throws: CodingError.self) { try HeartbeatRequest().encoded(version: 5) }
        #expect(throws: CodingError.self) { try HeartbeatRequest(decoding: ByteSlice(), version: -1) }
    }

    @Test func unknownTagsAreSteppedOver() throws {
        let bytes = try HeartbeatResponse().encoded(version: 4).array
        let tagged = Array(bytes.dropLast()) + [2, 5, 1, 9, 0x85, 1, 3, 1, 2, 3]
        var position = 0
        let decoded = try HeartbeatResponse(decoding: ByteSlice(tagged + [42]), at: &position, version: 4)
        #expect(decoded == HeartbeatResponse() && position == tagged.count)
    }

    @Test func aTagThatIsLargerThanItsContentIsAnError() throws {
        let response = ApiVersionsResponse { $0.zkMigrationReady = true }
        var bytes = try response.encoded(version: 3).array
        #expect(bytes.suffix(4) == [1, 3, 1, 1])
        bytes.replaceSubrange((bytes.count - 2)..., with: [2, 1, 0])
        #expect(throws: CodingError.self) { try ApiVersionsResponse(decoding: ByteSlice(bytes), version: 3) }
    }

    @Test func aLongTagGetsALongSize() throws {
        let names = (0..<100).map { index in ApiVersionsResponse.SupportedFeature { $0.name = "feature.\(index)" } }
        let response = ApiVersionsResponse {
            $0.supportedFeatures = names
            $0.finalizedFeaturesEpoch = 5
        }
        let bytes = try response.encoded(version: 3)
        #expect(try response.size(version: 3) == bytes.count)
        #expect(try ApiVersionsResponse(decoding: bytes, version: 3) == response)
    }

    @Test(arguments: [[0x7f, 0xff, 0xff, 0xff], [0, 0x0f, 0x42, 0x41], [0, 0, 0, 9]] as [[UInt8]])
    func aCountIsBelievedOnlyAsFarAsBytesAreThere(count: [UInt8]) {
        #expect(throws: CodingError.self) { try MetadataRequest(decoding: ByteSlice(count + [0, 0]), version: 0) }
    }

    @Test func moreElementsThanTheLimitAreRefusedThoughTheBytesAreThere() {
        let bytes = [0, 0x0f, 0x42, 0x41] + [UInt8](repeating: 0, count: 4_000_000)
        #expect(throws: CodingError.self) { try MetadataRequest(decoding: ByteSlice(bytes), version: 0) }
    }

    @Test func moreTagsThanTheLimitAreRefused() {
        let bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0x91, 0x4e] + [UInt8](repeating: 0, count: 40_000)
        #expect(throws: CodingError.self) { try HeartbeatResponse(decoding: ByteSlice(bytes), version: 4) }
    }

    @Test func encodingLeavesASharedArrayAlone() throws {
        let response = Self.fetch(records: [10])
        let shared = response
        _ = try response.encoded(version: 12)
        #expect(shared == Self.fetch(records: [10]))
    }

    private static func fetch(records: [Int], preferredReadReplica: Int32 = -1) -> FetchResponse {
        FetchResponse { response in
            response.topics = [
                .init { topic in
                    topic.partitions = records.enumerated().map { index, count in
                        .init {
                            $0.index = Int32(index)
                            $0.preferredReadReplica = preferredReadReplica
                            $0.records = RecordPieces([ByteSlice([UInt8](repeating: UInt8(index), count: count))])
                        }
                    }
                }
            ]
        }
    }
}
