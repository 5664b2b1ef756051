import KafkaProtocol
import Reactor
import Simulation
import Testing

/// What readers see, and when, where answers wait for a sync.
@Suite struct DurabilityTests {
    private static let slow: FaultPlan = {
        var faults = FaultPlan.none
        faults.syncMicroseconds = 50_000...50_000
        return faults
    }()

    @Test(arguments: [1, 3]) func aReaderSeesNothingThatIsNotSyncedYet(cores: Int) throws {
        try Stage(cores: cores, faults: Self.slow).ask { client in
            try await client.create("t", [("flush.messages", "1")])
            try await client.produce("t", batch(["a"]))
            let writer = try await client.another()
            try await writer.send(ProduceRequest.of("t", [(0, batch(["b"]))]), version: 12)
            await client.core.sleep(milliseconds: 10)
            #expect(try await client.values("t") == ["a"])
            #expect(try await client.offset("t", at: -1).offset == 1)
            _ = try await writer.receive(ProduceResponse.self, version: 12)
            #expect(try await client.values("t") == ["a", "b"])
            writer.close()
        }
    }

    @Test func aLongPollEndsWithTheSync() throws {
        try Stage(faults: Self.slow).ask { client in
            try await client.create("t", [("flush.messages", "1")])
            var poll = FetchRequest.of("t", [(0, 0)])
            poll.maximumWaitMilliseconds = 60_000
            poll.minimumBytes = 1
            let writer = try await client.another()
            try await client.send(poll, version: 12)
            try await writer.send(ProduceRequest.of("t", [(0, batch(["a"]))]), version: 12)
            let fetched = try await client.receive(FetchResponse.self, version: 12)
            #expect(try records(fetched.topics.first?.partitions.first?.records?.joined).map(\.value) == ["a"])
            writer.close()
        }
    }

    @Test(arguments: UInt64(1)...8) func whatWasReadSurvivesAPowerCut(seed: UInt64) throws {
        let stage = try Stage(seed: seed, faults: Self.slow)
        try stage.ask { client async throws in try await client.create("t", [("flush.messages", "1")]) }
        var known: [String] = []
        for round in 0..<4 {
            let seen = try stage.ask { client in
                let writer = try await client.another()
                for number in 0..<3 {
                    try await writer.send(ProduceRequest.of("t", [(0, batch(["\(round).\(number)"]))]), version: 12)
                    await client.core.sleep(milliseconds: Int64(client.core.random() % 60))
                }
                return try await client.values("t")
            }
            #expect(seen.starts(with: known), "seed \(seed)")
            known = seen
            // Killed first: what is only in the page cache is found, shown, and must last.
            stage.crash(round % 2 == 0 ? .kill : .powerCut)
            try stage.start()
            let found = try stage.ask { client async throws in try await client.values("t") }
            #expect(found.starts(with: known), "seed \(seed)")
            known = found
            stage.crash(.powerCut)
            try stage.start()
        }
    }

    @Test func aSlowDiskHoldsUpOnlyThoseWhoWaitForIt() throws {
        let stage = try Stage(cores: 2)
        try stage.ask { client async throws in
            try await client.create("synced", partitions: 2, [("flush.messages", "1")])
            try await client.create("plain", partitions: 2)
            try await client.findCoordinator("g")
        }
        stage.node.disk.faults.syncMicroseconds = 5_000_000...5_000_000
        try stage.ask { client async throws in
            let member = try await client.join("g")
            _ = try await client.sync("g", member)
            let writer = try await client.another()
            let begin = client.core.now()
            for partition in Int32(0)..<2 {
                try await writer.send(ProduceRequest.of("synced", [(partition, batch(["a"]))]), version: 12)
            }
            while client.core.now().milliseconds(since: begin) < 4000 {
                let asked = client.core.now()
                for partition in Int32(0)..<2 {
                    #expect(try await client.produce("plain", partition, batch(["b"])).errorCode == 0)
                    #expect(try await client.values("plain", partition).last == "b")
                    #expect(try await client.values("synced", partition) == [])
                }
                #expect(try await client.heartbeat("g", member) == .noError)
                #expect(client.core.now().milliseconds(since: asked) < 1000)
                await client.core.sleep(milliseconds: 500)
            }
            for _ in 0..<2 {
                let produced = try await writer.receive(ProduceResponse.self, version: 12)
                #expect(produced.topics.first?.partitions.first?.errorCode == 0)
            }
            #expect(client.core.now().milliseconds(since: begin) >= 5000)
            writer.close()
        }
    }

    @Test func withoutFlushARecordIsSeenWhenItIsWritten() throws {
        try Stage(faults: Self.slow).ask { client in
            try await client.create("t")
            let begin = client.core.now()
            try await client.produce("t", batch(["a"]))
            #expect(try await client.values("t") == ["a"])
            #expect(client.core.now().milliseconds(since: begin) < 40)
        }
    }
}
