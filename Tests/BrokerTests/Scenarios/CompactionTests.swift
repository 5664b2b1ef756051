import Bytes
import KafkaProtocol
import Reactor
import Records
import Simulation
import Testing

@Suite struct CompactionTests {
    private static let compacted = [
        ("cleanup.policy", "compact"), ("segment.ms", "100"), ("min.cleanable.dirty.ratio", "0.01"),
        ("file.delete.delay.ms", "1000"),
    ]

    /// Puts a value to each of four keys, many times, each time into a segment of its own.
    private static func fill(_ client: Client, _ topic: String, from round: Int = 0) async throws {
        for round in round..<round + 12 {
            for key in 0..<4 {
                let timestamp = 1_767_225_600_000 + Int64(round * 4 + key) * 1000
                let produced = try await client.produce(
                    topic, batch(["\(key)-\(round)"], timestamp: timestamp, key: "k\(key)"))
                #expect(produced.errorCode == 0)
            }
        }
    }

    /// The values of all records; an answer holds those of one segment.
    private static func values(_ client: Client, _ topic: String) async throws -> [String] {
        let end = try await client.offset(topic, at: -1).offset
        let decompressor = Decompressor()
        var found: [String] = []
        var next: Int64 = 0
        while next < end {
            let fetched = try await client.fetch(topic, from: next)
            var batches = BatchIterator(fetched.records?.joined ?? ByteSlice())
            let before = next
            while let batch = try batches.nextBatch() {
                next = max(next, batch.header.endOffset)
                found += try batch.records(with: decompressor).map { $0.value?.text ?? "" }
            }
            if next == before { break }
        }
        return found
    }

    /// Returns once the topic holds just these values; or with what it holds after a minute.
    private static func wait(_ client: Client, _ topic: String, for wanted: [String]) async throws -> [String] {
        var found: [String] = []
        for _ in 0..<60 {
            found = try await values(client, topic)
            if found == wanted { break }
            await client.core.sleep(milliseconds: 1000)
        }
        return found
    }

    /// What has to be left: the last record lies in the active segment, which isn't looked into.
    private static func latest(_ round: Int) -> [String] {
        ["3-\(round - 1)"] + (0..<4).map { "\($0)-\(round)" }
    }

    @Test(arguments: [1, 3]) func onlyTheLatestValueOfEachKeyIsLeft(cores: Int) throws {
        let stage = try Stage(cores: cores, settings: [("log.cleaner.backoff.ms", "500")])
        try stage.ask { client async throws in
            try await client.create("t", Self.compacted)
            try await Self.fill(client, "t")
            #expect(try await Self.wait(client, "t", for: Self.latest(11)) == Self.latest(11))
            #expect(try await client.offset("t", at: -1).offset == 48)
            #expect(try await client.offset("t", at: -2).offset == 0)
            try await Self.fill(client, "t", from: 12)
            #expect(try await Self.wait(client, "t", for: Self.latest(23)) == Self.latest(23))
        }
        #expect(stage.lines.value.contains { $0.hasPrefix("INFO t-0: compacted up to offset 47") })
        #expect(!stage.lines.value.contains { $0.hasPrefix("ERROR") || $0.hasPrefix("WARN t-0") })
    }

    @Test(arguments: [Crash.kill, .powerCut]) func aCrashBringsNothingBack(kind: Crash) throws {
        let stage = try Stage(settings: [("log.cleaner.backoff.ms", "500"), ("log.flush.interval.messages", "1")])
        try stage.ask { client async throws in
            try await client.create("t", Self.compacted)
            try await Self.fill(client, "t")
            _ = try await Self.wait(client, "t", for: Self.latest(11))
        }
        stage.crash(kind)
        try stage.start()
        try stage.ask { client async throws in
            #expect(try await Self.values(client, "t") == Self.latest(11))
            try await Self.fill(client, "t", from: 12)
        }
        for _ in 0..<3 {
            stage.crash(kind)
            try stage.start()
            try stage.ask { client async throws in
                #expect(try await Self.values(client, "t").suffix(4) == Self.latest(23).suffix(4))
                await client.core.sleep(milliseconds: 300)
            }
        }
        try stage.ask { client async throws in
            #expect(try await Self.wait(client, "t", for: Self.latest(23)) == Self.latest(23))
        }
        try stage.restart()
        try stage.ask { client async throws in #expect(try await Self.values(client, "t") == Self.latest(23)) }
    }

    @Test func aTopicBecomesCompactedWhileItRuns() throws {
        let stage = try Stage(settings: [("log.cleaner.backoff.ms", "500")])
        try stage.ask { client async throws in
            try await client.create("t", [("segment.ms", "100"), ("min.cleanable.dirty.ratio", "0.01")])
            try await Self.fill(client, "t")
            await client.core.sleep(milliseconds: 5000)
            #expect(try await Self.values(client, "t").count == 48)
            #expect(try await client.set("cleanup.policy", "compact", topic: "t") == .noError)
            #expect(try await Self.wait(client, "t", for: Self.latest(11)) == Self.latest(11))
        }
    }

    @Test func aStopCutsACompactionShort() throws {
        let stage = try Stage(
            settings: [("log.cleaner.backoff.ms", "100"), ("log.cleaner.io.max.bytes.per.second", "10")])
        try stage.ask { client async throws in
            try await client.create("t", Self.compacted)
            try await Self.fill(client, "t")
            await client.core.sleep(milliseconds: 2000)
        }
        #expect(stage.lines.value.contains { $0.hasPrefix("INFO t-0: compaction begins") })
        try stage.restart()
        try stage.ask { client async throws in
            #expect(try await Self.values(client, "t").suffix(4) == Self.latest(11).suffix(4))
        }
    }

    @Test func aLongCompactionSaysNowAndThenHowFarItIs() throws {
        let stage = try Stage(
            settings: [("log.cleaner.backoff.ms", "100"), ("log.cleaner.io.max.bytes.per.second", "200")])
        try stage.ask { client async throws in
            try await client.create("t", Self.compacted)
            try await Self.fill(client, "t")
            #expect(try await Self.wait(client, "t", for: Self.latest(11)) == Self.latest(11))
        }
        let lines = stage.lines.value.filter { $0.hasPrefix("INFO t-0: compaction is ") }
        let shares = lines.compactMap { $0.split(separator: " ").lazy.compactMap { Int($0) }.first }
        #expect(shares.count == lines.count && shares.count > 5 && shares.count < 30, "\(lines)")
        #expect(shares == shares.sorted() && (shares.last ?? 101) <= 100)
        #expect(lines.contains { $0.contains("finding") } && lines.last?.contains("writing") == true)
    }

    @Test func aDamagedLogIsLeftAloneAndAllElseGoesOn() throws {
        let stage = try Stage(settings: [("log.cleaner.backoff.ms", "500")])
        try stage.ask { client async throws in
            for topic in ["broken", "sound"] {
                try await client.create(topic, [("segment.ms", "100")])
                try await Self.fill(client, topic)
            }
        }
        try stage.stop()
        let file = "/data/broken-0/00000000000000000003.log"
        stage.node.disk.flipBit(of: file, at: 66)
        try stage.start()
        try stage.ask { client async throws in
            for topic in ["broken", "sound"] {
                for (name, value) in [("min.cleanable.dirty.ratio", "0.01"), ("cleanup.policy", "compact")] {
                    #expect(try await client.set(name, value, topic: topic) == .noError)
                }
            }
            #expect(try await Self.wait(client, "sound", for: Self.latest(11)) == Self.latest(11))
            // Twenty more looks at what is to be compacted; writers and readers of the rest go on.
            try await Self.fill(client, "broken", from: 12)
            await client.core.sleep(milliseconds: 10_000)
            #expect(try await client.values("broken", from: 95) == ["3-23"])
            #expect(try await client.values("broken", from: 2) == ["2-0"])
            #expect(try await client.offset("broken", at: -1).offset == 96)
        }
        let complaints = stage.lines.value.filter { $0.hasPrefix("ERROR broken-0 can't be compacted") }
        #expect(complaints.count == 1 && complaints[0].contains(file) && complaints[0].contains("position 0"))
        #expect(!stage.names(in: "/data/broken-0").contains { $0.hasSuffix(".cleaned") || $0.hasSuffix(".swap") })
    }
}
