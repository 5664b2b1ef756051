@testable import Broker
import Bytes
import KafkaProtocol
import Reactor
import Simulation
import Testing

/// Logs that were closed in order: a start leaves them alone, whoever needs one opens it.
@Suite struct ClosedLogTests {
    private let partitions: Int32 = 6

    /// A topic with a record in each partition, and a broker that was stopped in order afterwards.
    private func closed(cores: Int = 1, seed: UInt64 = 1, settings: [(String, String)] = []) throws -> Stage {
        let stage = try Stage(cores: cores, seed: seed, settings: settings)
        let partitions = partitions
        try stage.ask { client async throws in
            try await client.create("t", partitions: partitions)
            for partition in 0..<partitions { try await client.produce("t", partition, batch(["\(partition)"])) }
        }
        try stage.stop()
        stage.node.disk.visited = []
        return stage
    }

    /// Partitions whose directories were looked into since the last time.
    private func visited(_ stage: Stage) -> [String] {
        let paths = stage.node.disk.visited ?? []
        stage.node.disk.visited = []
        return Set(paths.filter { $0.hasPrefix("/data/t-") }.map { String($0.dropFirst(6).prefix { $0 != "/" }) })
            .sorted()
    }

    @Test(arguments: [1, 3]) func startsAndStopsLookIntoNone(cores: Int) throws {
        let stage = try closed(cores: cores)
        for _ in 0..<3 {
            try stage.start()
            try stage.ask { client async throws in
                #expect(try await client.metadata("t").partitions.allSatisfy { $0.leaderID == 1 })
            }
            try stage.stop()
            #expect(visited(stage) == [])
        }
        try stage.start()
        let partitions = partitions
        try stage.ask { client async throws in
            for partition in 0..<partitions { #expect(try await client.values("t", partition) == ["\(partition)"]) }
        }
        #expect(visited(stage).count == Int(partitions))
    }

    /// After the orderly stop of another broker, which doesn't write that file.
    @Test func theTopicsIDIsAllThatIsReadWhereItIsNotKnown() throws {
        let stage = try closed()
        try stage.write("nonsense", to: "/data/closed-log-checkpoint")
        _ = visited(stage)
        try stage.start()
        let files = Set(stage.node.disk.visited?.filter { $0.hasPrefix("/data/t-") } ?? [])
        #expect(files == Set((0..<partitions).map { "/data/t-\($0)/partition.metadata" }))
        let partitions = partitions
        try stage.ask { client async throws in
            for partition in 0..<partitions { #expect(try await client.values("t", partition) == ["\(partition)"]) }
        }
    }

    @Test(arguments: ["produce", "fetch", "latest", "time", "epoch", "size"]) func theFirstWhoNeedsALogOpensIt(
        _ what: String
    ) throws {
        let stage = try closed()
        try stage.start()
        try stage.ask { client async throws in
            switch what {
            case "produce": #expect(try await client.produce("t", 2, batch(["x"])).baseOffset == 1)
            case "fetch": #expect(try await client.values("t", 2) == ["2"])
            case "latest": #expect(try await client.offset("t", 2, at: -1).offset == 1)
            case "time": #expect(try await client.offset("t", 2, at: 1000).offset == 0)
            case "epoch":
                let asked = OffsetForLeaderEpochRequest {
                    $0.replicaID = -1
                    $0.topics = [
                        .init {
                            $0.topic = "t"
                            $0.partitions = [
                                .init {
                                    $0.partition = 2
                                    $0.leaderEpoch = 0
                                }
                            ]
                        }
                    ]
                }
                #expect(try await client.ask(asked).topics.first?.partitions.first?.endOffset == 1)
            default:
                let asked = DescribeLogDirsRequest {
                    $0.topics = [
                        .init {
                            $0.topic = "t"
                            $0.partitions = [2]
                        }
                    ]
                }
                let told = try await client.ask(asked).results.flatMap(\.topics).flatMap(\.partitions)
                #expect(told.map(\.partitionSize) == [Int64(batch(["2"]).count)])
            }
        }
        #expect(visited(stage) == ["t-2"])
    }

    @Test func aFetchWaitsForNewsOfALogThatWasClosed() throws {
        let stage = try closed()
        try stage.start()
        try stage.ask { client async throws in
            let other = try await Client(client.core, stage.node.address(port: 9092))
            let tasks = Tasks(client.core)
            let fetched = Shared<[String]>([])
            tasks.start {
                let answer = try await other.fetch("t", 1, from: 1) {
                    $0.maximumWaitMilliseconds = 5000
                    $0.minimumBytes = 1
                }
                fetched.value = try records(answer.records?.joined).map(\.value)
            }
            await client.core.sleep(milliseconds: 100)
            try await client.produce("t", 1, batch(["news"]))
            await tasks.finish()
            #expect(fetched.value == ["news"])
            other.close()
        }
    }

    @Test(arguments: [Crash.kill, .powerCut], UInt64(1)...4) func onlyWhatWasWrittenToIsRecovered(
        crash: Crash, seed: UInt64
    ) throws {
        let stage = try closed(seed: seed)
        try stage.start()
        try stage.ask { client async throws in
            #expect(try await client.produce("t", 3, batch(["x"])).errorCode == 0)
            #expect(try await client.values("t", 4) == ["4"])
        }
        stage.crash(crash)
        stage.lines.value = []
        try stage.start()
        if crash == .kill {
            #expect(stage.lines.value.contains { $0.contains("recovered 1 logs") }, "seed \(seed)")
        }
        let partitions = partitions
        try stage.ask { client async throws in
            for partition in 0..<partitions {
                let values = try await client.values("t", partition)
                #expect(values.first == "\(partition)", "seed \(seed)")
                #expect(values.count == 1 || partition == 3, "seed \(seed)")
            }
            if crash == .kill { #expect(try await client.values("t", 3) == ["3", "x"]) }
        }
    }

    @Test func checkpointsAreRepeatedWhileNobodyNeedsTheLog() throws {
        let stage = try closed()
        let names = ["recovery-point-offset-checkpoint", "replication-offset-checkpoint", "closed-log-checkpoint"]
        func lines() -> [Substring] {
            names.flatMap { name in
                String(decoding: stage.node.disk.contents(of: "/data/\(name)") ?? [], as: UTF8.self).split(
                    separator: "\n"
                )
                .filter { $0.hasPrefix("t ") }
            }
        }
        let before = lines()
        #expect(before.count == 3 * Int(partitions))
        try stage.start()
        try stage.ask { client async throws in await client.core.sleep(milliseconds: 70_000) }
        #expect(lines() == before)
        stage.crash(.kill)
        try stage.start()
        #expect(lines() == before)
        try stage.stop()
        #expect(lines() == before)
        #expect(visited(stage).count == Int(partitions), "after a kill each is listed")
    }

    @Test func aTopicGoesWithoutItsLogsBeingOpened() throws {
        let stage = try closed()
        try stage.start()
        try stage.ask { client async throws in
            #expect(try await client.delete("t") == .noError)
            #expect(stage.names(in: "/data").filter { $0.hasPrefix("t-") }.allSatisfy { $0.hasSuffix("-delete") })
            #expect(visited(stage) == [])
            try await client.create("t", partitions: 2)
            #expect(try await client.values("t", 1) == [])
            #expect(try await client.produce("t", 1, batch(["new"])).baseOffset == 0)
            await client.core.sleep(milliseconds: 70_000)
            #expect(stage.names(in: "/data").filter { $0.hasPrefix("t-") } == ["t-0", "t-1"])
        }
        try stage.restart()
        try stage.ask { client async throws in #expect(try await client.values("t", 1) == ["new"]) }
    }

    @Test func retentionReachesLogsThatNobodyUses() throws {
        let stage = try closed(settings: [("log.retention.check.interval.ms", "20000")])
        try stage.start()
        try stage.ask { client async throws in
            #expect(try await client.set("retention.ms", "1", topic: "t") == .noError)
            await client.core.sleep(milliseconds: 30_000)
            #expect(try await client.offset("t", 5, at: -2).offset == 1)
        }
        #expect(visited(stage).count == Int(partitions))
    }

    @Test func aReplacementThatAStopInterruptedIsFinishedByTheFirstUse() throws {
        let stage = try closed()
        try stage.write("", to: "/data/t-1/00000000000000000000.log.cleaned")
        try stage.write("", to: "/data/t-1/00000000000000000000.log.swap")
        try stage.start()
        try stage.ask { client async throws in
            #expect(try await KafkaError(client.produce("t", 1, batch(["x"])).errorCode) == .notLeaderOrFollower)
            await client.core.sleep(milliseconds: 1000)
            #expect(try await client.produce("t", 1, batch(["x"])).errorCode == 0)
            #expect(try await client.values("t", 1) == ["1", "x"])
        }
        #expect(stage.names(in: "/data/t-1").allSatisfy { !$0.hasSuffix(".swap") && !$0.hasSuffix(".cleaned") })
    }

    @Test func aLogThatCannotBeOpenedIsOfflineAloneAndLookedAtByTheNextStart() throws {
        let stage = try closed()
        // Another topic's, but for a few bits.
        let path = "/data/t-1/partition.metadata"
        let text = String(decoding: try #require(stage.node.disk.contents(of: path)), as: UTF8.self)
        let character = try #require(text.dropLast(10).last)
        try stage.write(text.dropLast(11) + (character == "A" ? "B" : "A") + text.suffix(10), to: path)
        try stage.start()
        try stage.ask { client async throws in
            #expect(try await KafkaError(client.fetch("t", 1).errorCode) == .kafkaStorageError)
            #expect(try await KafkaError(client.produce("t", 1, batch(["x"])).errorCode) == .kafkaStorageError)
            #expect(try await client.values("t", 2) == ["2"])
        }
        try stage.stop()
        _ = visited(stage)
        try stage.start()
        #expect(visited(stage).contains("t-1"))
        #expect(stage.lines.value.last { $0.contains("t-1 is offline") } != nil)
    }
}
