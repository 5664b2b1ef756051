@testable import Broker
import Bytes
import KafkaProtocol
import Simulation
import Testing

@Suite struct RestartTests {
    @Test(arguments: [1, 3], [true, false]) func topicsSettingsAndRecordsAreThereAgain(cores: Int, orderly: Bool) throws
    {
        let stage = try Stage(cores: cores)
        let id = try stage.ask { client in
            let id = try await client.create("t", partitions: 4, [("retention.ms", "98765")]).topicID
            for partition in Int32(0)..<4 {
                try await client.produce("t", partition, batch(["a\(partition)", "b"]))
            }
            #expect(try await client.set("max.message.bytes", "500", topic: "t") == .noError)
            _ = try await client.deleteRecords("t", 3, before: 1)
            return id
        }
        if orderly { try stage.stop() } else { stage.crash(.kill) }
        try stage.start()
        try stage.ask { client in
            let told = try await client.metadata("t")
            #expect(told.topicID == id)
            for partition in Int32(0)..<3 {
                #expect(try await client.values("t", partition) == ["a\(partition)", "b"])
            }
            let epoch = told.partitions.first?.leaderEpoch ?? -1
            let fetched = try await client.fetch("t") { $0.topics[0].partitions[0].currentLeaderEpoch = epoch }
            #expect(fetched.errorCode == 0)
            if orderly { #expect(try await client.offset("t", 3, at: -2).offset == 1) }
            let refused = try await client.produce("t", batch([String(repeating: "x", count: 600)]))
            #expect(KafkaError(refused.errorCode) == .messageTooLarge)
            #expect(try await client.produce("t", batch(["c"])).baseOffset == 2)
        }
    }

    @Test(arguments: UInt64(1)...3) func manyLogsAreClosedInOrderTogether(seed: UInt64) throws {
        let stage = try Stage(seed: seed)
        let partitions = Int32(Limits.logsSyncedTogether) + 1
        try stage.ask { client async throws in
            try await client.create("t", partitions: partitions)
            for partition in 0..<partitions { try await client.produce("t", partition, batch(["\(partition)"])) }
        }
        let before = stage.node.disk.syncsOfAll
        try stage.stop()
        #expect(stage.node.disk.syncsOfAll == before + 1)
        stage.crash(.powerCut)
        stage.node.disk.visited = []
        try stage.start()
        #expect(stage.node.disk.visited?.contains { $0.hasPrefix("/data/t-") } == false)
        try stage.ask { client async throws in
            for partition in 0..<partitions { #expect(try await client.values("t", partition) == ["\(partition)"]) }
        }
    }

    @Test(arguments: UInt64(1)...8) func partitionsThatNobodyWroteToAreServedAfterAPowerCut(seed: UInt64) throws {
        let stage = try Stage(cores: 2, seed: seed)
        let name = "partition.metadata"
        try stage.ask { client async throws in
            try await client.create("t", partitions: 6)
            for partition in 0..<6 { #expect(stage.names(in: "/data/t-\(partition)").contains(name)) }
        }
        if seed % 2 == 0 { try stage.stop() }
        stage.crash(.powerCut)
        try stage.start()
        try stage.ask { client async throws in
            for partition in Int32(0)..<6 {
                #expect(try await client.produce("t", partition, batch(["x"])).baseOffset == 0)
            }
        }
        let ids = (0..<6).map { stage.node.disk.contents(of: "/data/t-\($0)/\(name)") }
        #expect(Set(ids).count == 1 && ids[0]?.count == 43)
        #expect(!stage.lines.value.contains { $0.contains(name) || $0.contains("offline") })
    }

    @Test func producersAreRemembered() throws {
        let stage = try Stage()
        // When worlds begin: producers of long ago are forgotten at a start.
        let now: Int64 = 1_767_225_600_000
        try stage.ask { client in
            try await client.create("t")
            try await client.produce("t", batch(["a"], producer: (5, 0), sequence: 0, timestamp: now))
        }
        try stage.restart()
        try stage.ask { client in
            let again = try await client.produce("t", batch(["a"], producer: (5, 0), sequence: 0, timestamp: now))
            #expect(again.errorCode == 0)
            #expect(again.baseOffset == 0)
            #expect(
                try await client.produce("t", batch(["b"], producer: (5, 0), sequence: 1, timestamp: now)).baseOffset
                    == 1)
            let gap = try await client.produce("t", batch(["d"], producer: (5, 0), sequence: 3, timestamp: now))
            #expect(KafkaError(gap.errorCode) == .outOfOrderSequenceNumber)
        }
    }

    @Test(arguments: UInt64(1)...6) func topicsThatWereAnsweredSurviveAPowerCut(seed: UInt64) throws {
        let stage = try Stage(cores: 2, seed: seed)
        for round in 0..<3 {
            try stage.ask { client async throws in
                #expect(try await client.create("t\(round)", partitions: 3).errorCode == 0)
            }
            stage.crash(.powerCut)
            try stage.start()
            try stage.ask { client async throws in
                for earlier in 0...round {
                    #expect(try await client.metadata("t\(earlier)").partitions.count == 3, "seed \(seed)")
                    #expect(try await client.produce("t\(earlier)", batch(["a"])).errorCode == 0, "seed \(seed)")
                }
            }
        }
    }
}
