import Bytes
import KafkaProtocol
import Reactor
import Records
import Simulation
import Testing

/// `__consumer_offsets` is compacted while groups live in it.
@Suite struct OffsetsCompactionTests {
    private static let topic = "__consumer_offsets"
    private static let rounds: Int64 = 60

    private static func stage() throws -> Stage {
        try Stage(settings: [
            ("offsets.topic.num.partitions", "1"), ("log.cleaner.backoff.ms", "60000"),
        ])
    }

    /// A member that stays, a group that commits all the time, one that did once, and one that is deleted.
    private static func live(_ client: Client) async throws -> JoinGroupResponse {
        try await client.create("t", partitions: 2)
        try await client.findCoordinator("stable")
        for (name, value) in [("segment.ms", "100"), ("file.delete.delay.ms", "100")] {
            #expect(try await client.set(name, value, topic: topic) == .noError)
        }
        #expect(try await client.commit("once", nil, "t", 1, offset: 7) == .noError)
        #expect(try await client.commit("gone", nil, "t", 0, offset: 8) == .noError)
        let member = try await client.join("stable")
        #expect(try await client.sync("stable", member).errorCode == 0)
        for round in 0..<rounds {
            #expect(try await client.commit("busy", nil, "t", 0, offset: round) == .noError)
            #expect(try await client.commit("stable", member, "t", 1, offset: round * 2) == .noError)
            if round == 20 {
                let deleted = try await client.ask(DeleteGroupsRequest { $0.groupsNames = ["gone"] })
                #expect(deleted.results.map(\.errorCode) == [0])
            }
            await client.core.sleep(milliseconds: 110)
            if round % 10 == 0 { #expect(try await client.heartbeat("stable", member) == .noError) }
        }
        return member
    }

    private static func check(_ client: Client, _ member: JoinGroupResponse) async throws {
        #expect(try await client.committed("busy", "t", 0) == rounds - 1)
        #expect(try await client.committed("stable", "t", 1) == (rounds - 1) * 2)
        #expect(try await client.committed("once", "t", 1) == 7)
        #expect(try await client.committed("gone", "t", 0) == -1)
        let groups = try await client.ask(ListGroupsRequest()).groups.map { "\($0.groupID) \($0.groupState)" }
        #expect(groups.sorted() == ["busy Empty", "once Empty", "stable Stable"])
        #expect(try await client.heartbeat("stable", member) == .noError)
        let stable = try await client.ask(DescribeGroupsRequest { $0.groups = ["stable"] }).groups.first
        #expect(stable?.members.map(\.memberID) == [member.memberID])
        #expect(stable?.members.first?.memberAssignment.text == "yours")
    }

    private static func logNames(_ stage: Stage) -> [String] {
        stage.names(in: "/data/\(topic)-0").filter { $0.hasSuffix(".log") }
    }

    @Test(arguments: [nil, Crash.kill])
    func everyGroupIsThereAfterwardsAndDeletedOnesStayDeleted(crash: Crash?) throws {
        let stage = try Self.stage()
        let member = try stage.ask { client in try await Self.live(client) }
        let segments = Self.logNames(stage).count
        #expect(segments > 8)
        try stage.ask { client async throws in
            for _ in 0..<12 {
                await client.core.sleep(milliseconds: 5000)
                #expect(try await client.heartbeat("stable", member) == .noError)
            }
        }
        #expect(stage.lines.value.contains { $0.hasPrefix("INFO \(Self.topic)-0: compacted up to offset") })
        #expect(Self.logNames(stage).count < segments / 2)
        for _ in 0..<2 {
            if let crash { stage.crash(crash) } else { try stage.stop() }
            try stage.start()
            try stage.ask { client in try await Self.check(client, member) }
        }
    }

    @Test func aGroupStaysDeletedWhenItsTombstonesAreGoneToo() throws {
        let stage = try Self.stage()
        try stage.ask { client async throws in
            try await client.findCoordinator("any")
            #expect(try await client.set("delete.retention.ms", "1000", topic: Self.topic) == .noError)
            #expect(try await client.set("min.cleanable.dirty.ratio", "0", topic: Self.topic) == .noError)
        }
        let member = try stage.ask { client in try await Self.live(client) }
        try stage.ask { client async throws in
            for round in 0..<Self.rounds {
                #expect(try await client.commit("busy", nil, "t", 0, offset: round) == .noError)
                #expect(try await client.heartbeat("stable", member) == .noError)
                await client.core.sleep(milliseconds: 5000)
            }
            // Of the offset that was committed once it is all there is; of the deleted group nothing is left.
            var named: [String] = []
            var next: Int64 = 0
            let end = try await client.offset(Self.topic, at: -1).offset
            while next < end {
                var batches = BatchIterator(
                    try await client.fetch(Self.topic, from: next).records?.joined ?? ByteSlice())
                let before = next
                while let batch = try batches.nextBatch() {
                    next = max(next, batch.header.endOffset)
                    for record in try batch.records(with: Decompressor()) {
                        let key = record.key?.text ?? ""
                        named += ["once", "gone"].filter { key.contains($0) }
                    }
                }
                if next == before { break }
            }
            #expect(named == ["once"])
        }
        try stage.restart()
        try stage.ask { client in try await Self.check(client, member) }
    }
}
