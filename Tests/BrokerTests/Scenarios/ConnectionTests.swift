@testable import Broker
import Bytes
import KafkaProtocol
import Reactor
import Simulation
import Testing

@Suite struct ConnectionTests {
    @Test func answersComeInTheOrderOfRequests() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 3)
            var poll = FetchRequest.of("t", [(0, 0)])
            poll.maximumWaitMilliseconds = 300
            poll.minimumBytes = 1
            try await client.send(poll, version: 12)
            let versions = ApiVersionsRequest {
                $0.clientSoftwareName = "a"
                $0.clientSoftwareVersion = "1"
            }
            try await client.send(versions, version: 3)
            try await client.send(ProduceRequest.of("t", [(1, batch(["a"]))]), version: 12)
            try await client.send(MetadataRequest { $0.topics = nil }, version: 9)
            #expect(try await client.receive(FetchResponse.self, version: 12).errorCode == 0)
            #expect(try await client.receive(ApiVersionsResponse.self, version: 3).errorCode == 0)
            #expect(try await client.receive(ProduceResponse.self, version: 12).topics.count == 1)
            #expect(try await client.receive(MetadataResponse.self, version: 9).topics.count == 1)
        }
    }

    @Test func unknownAPIsAndVersionsEndTheConnection() throws {
        try Stage().ask { client in
            let frames: [[UInt8]] = [
                frame(key: 1000, version: 0), frame(key: -1, version: 0), frame(key: 26, version: 0),
                frame(key: 3, version: 99), frame(key: 0, version: 2), frame(key: 1, version: 3),
                frame(key: 12, version: -1), [0, 0, 0, 3, 0, 3, 0], [0, 0, 0, 0], [255, 255, 255, 255],
                [127, 255, 255, 255],
            ]
            for bytes in frames {
                let rude = try await client.another()
                try await rude.send(raw: bytes)
                #expect(await rude.isClosedByBroker(), "\(bytes)")
                rude.close()
            }
            #expect(try await client.ask(MetadataRequest()).brokers.count == 1)
        }
    }

    @Test func whatCameBeforeARudeFrameIsAnswered() throws {
        try Stage().ask { client in
            try await client.send(MetadataRequest(), version: 9)
            try await client.send(raw: frame(key: 1000, version: 0))
            #expect(try await client.receive(MetadataResponse.self, version: 9).brokers.count == 1)
            #expect(await client.isClosedByBroker())
        }
    }

    @Test func anUnknownVersionOfApiVersionsIsAnsweredInTheFirst() throws {
        try Stage().ask { client in
            try await client.send(raw: frame(key: 18, version: 77, tail: [0, 0, 0, 0]))
            let bytes = try await client.receiveFrame()
            let response = try ApiVersionsResponse(decoding: bytes[4..<bytes.count], version: 0)
            #expect(KafkaError(response.errorCode) == .unsupportedVersion)
            #expect(response.apiKeys.map(\.apiKey) == [18])
            #expect(response.apiKeys.map(\.maximumVersion) == [4])
        }
    }

    @Test func aClientThatNamesItselfBadlyIsTold() throws {
        try Stage().ask { client in
            let response = try await client.ask(
                ApiVersionsRequest {
                    $0.clientSoftwareName = "-"
                    $0.clientSoftwareVersion = "1"
                }, version: 3)
            #expect(KafkaError(response.errorCode) == .invalidRequest)
        }
    }

    @Test func aRequestCutAtEveryByteIsServedTheSame() throws {
        try Stage().ask { client in
            let whole = try MetadataRequest().frame(version: 9, correlationID: 1, clientID: "c").array
            for cut in 1..<whole.count {
                let slow = try await client.another()
                try await slow.send(raw: Array(whole[..<cut]))
                await client.core.sleep(milliseconds: 1)
                try await slow.send(raw: Array(whole[cut...]))
                #expect(try await slow.receive(MetadataResponse.self, version: 9).brokers.count == 1)
                slow.close()
            }
        }
    }

    @Test func requestsOfAClientThatIsGoneStillTakeEffect() throws {
        let stage = try Stage(cores: 3)
        try stage.ask { client in
            try await client.create("t", partitions: 3)
            let hasty = try await client.another()
            for partition in Int32(0)..<3 {
                try await hasty.send(ProduceRequest.of("t", [(partition, batch(["a"]))], acks: 0), version: 12)
            }
            let topic = CreateTopicsRequest.Topic {
                $0.name = "late"
                $0.partitionCount = 1
                $0.replicationFactor = 1
            }
            try await hasty.send(CreateTopicsRequest { $0.topics = [topic] }, version: 5)
            hasty.close()
            await client.core.sleep(milliseconds: 1000)
            for partition in Int32(0)..<3 { #expect(try await client.values("t", partition) == ["a"]) }
            #expect(try await client.metadata("late").errorCode == 0)
        }
    }

    @Test func idleConnectionsAreEnded() throws {
        try Stage(settings: [("connections.max.idle.ms", "60000")]).ask { client in
            let idle = try await client.another()
            #expect(await idle.isClosedByBroker())
        }
    }

    @Test(arguments: [1, 3]) func aStopEndsLongPollsOnAllCores(cores: Int) throws {
        let stage = try Stage(cores: cores)
        let held = Shared<[Client]>([])
        try stage.ask { client in
            try await client.create("t", partitions: 3)
            for _ in 0..<6 {
                let other = try await client.another()
                held.value.append(other)
                var request = FetchRequest.of("t", [(0, 0), (1, 0), (2, 0)])
                request.maximumWaitMilliseconds = .max
                request.minimumBytes = 1
                try await other.send(request, version: 12)
            }
            await client.core.sleep(milliseconds: 100)
        }
        try stage.stop()
        try stage.start()
        try stage.ask { client async throws in #expect(try await client.metadata("t").errorCode == 0) }
    }

    @Test(arguments: [1, 3]) func aCrashLeavesNothingOfTheNodeBehind(cores: Int) throws {
        for kind in [Crash.kill, .powerCut] {
            let stage = try Stage(cores: cores)
            let held = Shared<[Client]>([])
            try stage.ask { client in
                try await client.create("t", partitions: 3)
                try await client.findCoordinator("g")
                let other = try await client.another()
                let id = try await other.joinOnce("g", memberID: "").memberID
                try await other.send(Client.joining("g", memberID: id), version: 9)
                let poller = try await client.another()
                held.value = [other, poller]
                var request = FetchRequest.of("t", [(0, 0), (1, 0), (2, 0)])
                request.maximumWaitMilliseconds = .max
                request.minimumBytes = 1
                try await poller.send(request, version: 12)
                for partition in Int32(0)..<3 {
                    try await client.send(ProduceRequest.of("t", [(partition, batch(["a"]))]), version: 12)
                }
            }
            stage.crash(kind)
            #expect(stage.world.leakedCores == 0)
            try stage.start()
            try stage.ask { client async throws in #expect(try await client.metadata("t").partitions.count == 3) }
        }
    }

    @Test func aCrashEndsWaitsForRoomForLargeRequests() throws {
        let size = 100 << 20
        let stage = try Stage(settings: [("socket.request.max.bytes", "\(size)")])
        let held = Shared<[Client]>([])
        try stage.ask { client in
            for _ in 0..<4 {
                let large = try await client.another()
                held.value.append(large)
                let bytes = announced(size, sending: Limits.frameBelievedBytes * 2)
                client.core.spawn { try? await large.send(raw: bytes) }
            }
            await client.core.sleep(milliseconds: 1000)
        }
        stage.crash(.kill)
        #expect(stage.world.leakedCores == 0)
    }

    @Test func nobodyWaitsBeforeARudeFrame() throws {
        try Stage().ask { client in
            try await client.create("t")
            for rude in [[0, 0, 0, 0], frame(key: 1000, version: 0)] as [[UInt8]] {
                let poller = try await client.another()
                var poll = FetchRequest.of("t", [(0, 0)])
                poll.maximumWaitMilliseconds = .max
                poll.minimumBytes = 1
                try await poller.send(poll, version: 12)
                await client.core.sleep(milliseconds: 10)
                let began = client.core.now()
                try await poller.send(raw: rude)
                #expect(try await poller.receive(FetchResponse.self, version: 12).errorCode == 0)
                #expect(await poller.isClosedByBroker())
                #expect(client.core.now().milliseconds(since: began) < 1000)
                poller.close()
            }
        }
    }

    @Test(arguments: [1, 3]) func aStopIsNotHeldUpByThoseWhoCome(cores: Int) throws {
        for seed in 0..<20 as Range<UInt64> {
            let stage = try Stage(cores: cores, seed: seed)
            let held = Shared<[Client]>([])
            try stage.ask { client in
                for _ in 0..<20 {
                    client.core.spawn {
                        while !client.core.isHalted, let other = try? await client.another() {
                            held.value.append(other)
                            if held.value.count > 500 { return }
                        }
                    }
                }
                await client.core.sleep(milliseconds: Int64(seed % 4))
            }
            try stage.stop()
            #expect(held.value.count < 500)
            #expect(!stage.lines.value.contains { $0.hasPrefix("WARN") }, "\(stage.lines.value)")
        }
    }

    @Test func aClientThatNeverReadsIsReadNoFurther() throws {
        let stage = try Stage()
        try stage.ask { client in
            try await client.create("t", partitions: 500)
            let deaf = try await client.another()
            deaf.clientID = String(repeating: "x", count: 10_000)
            let ask = MetadataRequest { $0.topics = nil }
            let sent = Shared(0)
            let hasEnded = Shared(false)
            client.core.spawn {
                while sent.value < 5000, (try? await deaf.send(ask, version: 9)) != nil { sent.value += 1 }
                hasEnded.value = true
            }
            await client.core.sleep(milliseconds: 10_000)
            #expect(sent.value < 1000, "\(sent.value) requests are taken")
            // Nobody else has to wait for it, and once it reads, all is there in its order.
            #expect(try await client.metadata("t").partitions.count == 500)
            for _ in 0..<100 {
                #expect(try await deaf.receive(MetadataResponse.self, version: 9).topics.count == 1)
            }
            deaf.shutDown()
            while !hasEnded.value { await client.core.sleep(milliseconds: 1) }
            deaf.close()
        }
    }

    @Test func equalSeedsDoTheSame() throws {
        func run() throws -> UInt64 {
            let stage = try Stage(cores: 3, seed: 7)
            try stage.ask { client in
                for name in ["a", "b", "c"] { try await client.create(name, partitions: 5) }
                try await client.findCoordinator("g")
                for name in ["a", "b", "c"] {
                    let batches = (Int32(0)..<5).map { ($0, batch(["x"])) }
                    _ = try await client.ask(ProduceRequest.of(name, batches), version: 12)
                }
            }
            try stage.restart()
            try stage.ask { client async throws in #expect(try await client.values("b", 3) == ["x"]) }
            return stage.world.traceHash
        }
        #expect(try run() == run())
    }
}

/// A frame of a request header without a body.
private func frame(key: Int16, version: Int16, tail: [UInt8] = []) -> [UInt8] {
    var body: [UInt8] = []
    for value in [key, version] { body += [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)] }
    body += [0, 0, 0, 1, 255, 255] + tail
    return [0, 0, 0, UInt8(body.count)] + body
}

/// The first bytes of a frame of `size` bytes.
private func announced(_ size: Int, sending count: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + [UInt8](repeating: 0, count: count)
}
