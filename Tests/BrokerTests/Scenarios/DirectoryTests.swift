@testable import Broker
import Bytes
import KafkaProtocol
import LogEngine
import Reactor
import Simulation
import Testing

/// Several data directories: what is shown of them, replicas that move between them, and one that dies.
@Suite struct DirectoryTests {
    private func stage(cores: Int = 1, seed: UInt64 = 1, faults: FaultPlan = .none) throws -> Stage {
        try Stage(cores: cores, seed: seed, faults: faults, settings: [("log.dirs", "/data,/more")])
    }

    // MARK: Shown

    @Test(arguments: 1...5) func directoriesAreDescribed(version: Int) throws {
        try stage(cores: 2).ask { client async throws in
            try await client.create("t", partitions: 4)
            for partition in Int32(0)..<4 { try await client.produce("t", partition, batch(["a"])) }
            let told = try await client.directories(version: Int16(version))
            #expect(told.map(\.logDir) == ["/data", "/more"])
            #expect(told.allSatisfy { $0.errorCode == 0 })
            let places = told.flatMap(\.topics).flatMap(\.partitions)
            #expect(places.map(\.partitionIndex).sorted() == [0, 1, 2, 3])
            #expect(places.allSatisfy { $0.partitionSize == Int64(batch(["a"]).count) && $0.offsetLag == 0 })
            #expect(places.allSatisfy { !$0.isFutureKey })
            #expect(told.allSatisfy { $0.topics.flatMap(\.partitions).count == 2 }, "new ones go where fewest are")
            #expect(told.allSatisfy { version < 4 ? $0.usableBytes == -1 : $0.usableBytes > 0 })
        }
    }

    @Test func onlyWhatIsAskedForIsDescribed() throws {
        try stage().ask { client async throws in
            for name in ["a", "b"] { try await client.create(name, partitions: 2) }
            let told = try await client.directories(of: [("a", [1, 9]), ("absent", [0])])
            #expect(told.count == 2)
            #expect(told.flatMap(\.topics).map(\.name) == ["a"])
            #expect(told.flatMap(\.topics).flatMap(\.partitions).map(\.partitionIndex) == [1])
        }
    }

    // MARK: Moved

    @Test(arguments: [1, 3]) func aReplicaMovesWhileItIsWrittenAndRead(cores: Int) throws {
        let stage = try stage(cores: cores)
        let home = try stage.ask { client async throws in
            try await client.create("t", [("segment.bytes", "1048576")])
            let large = String(repeating: "x", count: 200_000)
            for number in 0..<20 { try await client.produce("t", batch(["\(number)", large])) }
            let home = try await client.home(of: "t")
            #expect(try await client.move("t", to: other(home)) == .noError)
            var number = 20
            while try await client.home(of: "t") == home {
                try await client.produce(
                    "t", batch(["\(number)", "y"], producer: (7, 0), sequence: Int32(number - 20) * 2))
                number += 1
                #expect(try await client.values("t", from: Int64(number - 1) * 2) == ["\(number - 1)", "y"])
            }
            for _ in 0..<3 {
                try await client.produce(
                    "t", batch(["\(number)", "y"], producer: (7, 0), sequence: Int32(number - 20) * 2))
                number += 1
            }
            for offset in 0..<number {
                #expect(try await client.values("t", from: Int64(offset) * 2).first == "\(offset)")
            }
            return home
        }
        #expect(stage.names(in: home).filter { $0.hasPrefix("t-0") && !$0.hasSuffix("-delete") }.isEmpty)
        #expect(stage.names(in: other(home)).contains("t-0"))
        try stage.restart()
        try stage.ask { client async throws in
            #expect(try await client.home(of: "t") == other(home))
            #expect(try await client.values("t").first == "0")
            #expect(try await client.produce("t", batch(["last"])).errorCode == 0)
        }
    }

    @Test func whatCannotBeMovedIsRefusedAsInKafka() throws {
        try stage().ask { client async throws in
            try await client.create("t")
            let home = try await client.home(of: "t")
            #expect(try await client.move("t", to: "/nowhere") == .logDirNotFound)
            #expect(try await client.move("absent", to: other(home)) == .unknownTopicOrPartition)
            #expect(try await client.move("t", 7, to: other(home)) == .unknownTopicOrPartition)
            #expect(try await client.move("t", to: home) == .noError)
            #expect(try await client.home(of: "t") == home)
            #expect(try await client.move(String(repeating: "n", count: 249), to: home) == .invalidTopicException)
        }
    }

    @Test func aReplicaThatIsMadeLaterGoesWhereItWasSent() throws {
        try stage().ask { client async throws in
            for (name, path) in [("a", "/more"), ("b", "/more"), ("c", "/more")] {
                #expect(try await client.move(name, to: path) == .unknownTopicOrPartition)
                try await client.create(name)
                #expect(try await client.home(of: name) == path)
            }
        }
    }

    /// A crash at any time: the replica is whole, in one place, and the move goes on or is through.
    @Test(arguments: UInt64(1)...12, [Crash.kill, .powerCut]) func aMoveSurvivesACrash(seed: UInt64, crash: Crash)
        throws
    {
        var faults = FaultPlan.none
        faults.syncMicroseconds = 1000...20_000
        let stage = try stage(seed: seed, faults: faults)
        let values = (0..<8).map { "\($0)" + String(repeating: "v", count: 400_000) }
        let home = try stage.ask { client async throws in
            try await client.create("t", [("flush.messages", "1"), ("segment.bytes", "1048576")])
            for value in values { try await client.produce("t", batch([value])) }
            return try await client.home(of: "t")
        }
        var written = values
        for round in 0..<4 {
            written += try stage.ask { client async throws in
                #expect(try await client.move("t", to: other(home)) == .noError, "seed \(seed)")
                var more: [String] = []
                while client.core.random() % 8 > 0 {
                    more.append("\(round).\(more.count)")
                    #expect(try await client.produce("t", batch([more[more.count - 1]])).errorCode == 0, "seed \(seed)")
                }
                await client.core.sleep(milliseconds: Int64(client.core.random() % 30))
                return more
            }
            stage.crash(crash)
            try stage.start()
            let wanted = written
            try stage.ask { client async throws in
                var found: [String] = []
                while found.count < wanted.count {
                    let more = try await client.values("t", from: Int64(found.count))
                    if more.isEmpty { break }
                    found += more
                }
                #expect(found.map { $0.prefix(4) } == wanted.map { $0.prefix(4) }, "seed \(seed)")
            }
        }
        try stage.ask { client async throws in
            for _ in 0..<1000 {
                if try await client.home(of: "t") != home { break }
                await client.core.sleep(milliseconds: 10)
            }
            #expect(try await client.home(of: "t") == other(home), "seed \(seed)")
            #expect(try await client.metadata("t").partitions.first?.leaderID == 1)
        }
    }

    @Test func aCompactedLogMovesWithItsGaps() throws {
        let stage = try stage()
        let settings = [
            ("cleanup.policy", "compact"), ("segment.bytes", "1048576"), ("min.cleanable.dirty.ratio", "0.01"),
        ]
        try stage.ask { client async throws in
            try await client.create("t", settings)
            let large = String(repeating: "x", count: 300_000)
            for number in 0..<12 { try await client.produce("t", batch(["\(number)" + large], key: "k\(number % 3)")) }
            await client.core.sleep(milliseconds: 60_000)
            let home = try await client.home(of: "t")
            #expect(try await client.move("t", to: other(home)) == .noError)
            for _ in 0..<1000 {
                if try await client.home(of: "t") != home { break }
                await client.core.sleep(milliseconds: 10)
            }
            #expect(try await client.home(of: "t") == other(home))
            #expect(try await client.offset("t", at: -1).offset == 12)
        }
        try stage.restart()
        try stage.ask { client async throws in
            var found: [String: Int] = [:]
            var offset: Int64 = 0
            while offset < 12 {
                let more = try await records(client.fetch("t", from: offset).records?.joined)
                guard let last = more.last else { break }
                for record in more {
                    let number = Int(record.value.prefix { $0 != "x" }) ?? -1
                    found["k\(number % 3)"] = number
                }
                offset = last.offset + 1
            }
            #expect(found == ["k0": 9, "k1": 10, "k2": 11])
            #expect(try await client.produce("t", batch(["more"])).baseOffset == 12)
        }
    }

    @Test func allReplicasOfADirectoryMoveAtOnce() throws {
        let stage = try stage(cores: 2)
        try stage.ask { client async throws in
            try await client.create("t", partitions: 40)
            for partition in Int32(0)..<40 { try await client.produce("t", partition, batch(["\(partition)"])) }
            for partition in Int32(0)..<40 { #expect(try await client.move("t", partition, to: "/more") == .noError) }
            for _ in 0..<1000 {
                let told = try await client.directories()
                if told.first?.topics.isEmpty == true { break }
                await client.core.sleep(milliseconds: 10)
            }
            #expect(try await client.directories().map { $0.topics.flatMap(\.partitions).count } == [0, 40])
            for partition in Int32(0)..<40 { #expect(try await client.values("t", partition) == ["\(partition)"]) }
        }
        try stage.restart()
        try stage.ask { client async throws in
            for partition in Int32(0)..<40 { #expect(try await client.values("t", partition) == ["\(partition)"]) }
        }
    }

    @Test func allMovesTogetherKeepToTheRate() throws {
        let stage = try Stage(
            cores: 2,
            settings: [("log.dirs", "/data,/more"), ("replica.alter.log.dirs.io.max.bytes.per.second", "100000")])
        try stage.ask { client async throws in
            try await client.create("t", partitions: 6)
            let homes = try await client.homes(of: "t", partitions: 6)
            let large = String(repeating: "x", count: 100_000)
            for partition in Int32(0)..<6 { try await client.produce("t", partition, batch([large])) }
            let begin = client.core.now()
            for (partition, home) in zip(Int32(0)..<6, homes) {
                #expect(try await client.move("t", partition, to: other(home)) == .noError)
            }
            while try await client.homes(of: "t", partitions: 6) != homes.map(other) {
                await client.core.sleep(milliseconds: 10)
            }
            #expect((6000...9000).contains(client.core.now().milliseconds(since: begin)))
        }
    }

    @Test func aMoveBackEndsTheMove() throws {
        let stage = try stage()
        try stage.ask { client async throws in
            try await client.create("t", [("segment.bytes", "1048576")])
            let large = String(repeating: "x", count: 900_000)
            for _ in 0..<20 { try await client.produce("t", batch([large])) }
            let home = try await client.home(of: "t")
            #expect(try await client.move("t", to: other(home)) == .noError)
            #expect(try await client.move("t", to: home) == .noError)
            let told = try await client.directories().flatMap(\.topics).flatMap(\.partitions)
            #expect(told.count == 1 && told.allSatisfy { !$0.isFutureKey })
            #expect(try await client.home(of: "t") == home)
        }
        #expect((stage.names(in: "/data") + stage.names(in: "/more")).allSatisfy { !$0.hasSuffix("-future") })
    }

    @Test func aTopicThatIsDeletedEndsItsMove() throws {
        let stage = try stage()
        try stage.ask { client async throws in
            try await client.create("t", [("segment.bytes", "1048576")])
            let large = String(repeating: "x", count: 900_000)
            for _ in 0..<20 { try await client.produce("t", batch([large])) }
            #expect(try await client.move("t", to: other(client.home(of: "t"))) == .noError)
            #expect(try await client.delete("t") == .noError)
            try await client.create("t")
            #expect(try await client.values("t") == [])
            #expect(try await client.produce("t", batch(["a"])).errorCode == 0)
        }
        try stage.restart()
        try stage.ask { client async throws in #expect(try await client.values("t") == ["a"]) }
    }

    // MARK: Failed

    @Test(arguments: [1, 3]) func whatLiesElsewhereIsServedWhenADirectoryDies(cores: Int) throws {
        let stage = try stage(cores: cores)
        try stage.ask { client async throws in
            try await client.create("t", partitions: 4)
            for partition in Int32(0)..<4 { try await client.produce("t", partition, batch(["a"])) }
        }
        stage.node.disk.brokenPaths = ["/more"]
        let (dead, alive) = try stage.ask { client async throws in
            var (dead, alive): ([Int32], [Int32]) = ([], [])
            for partition in Int32(0)..<4 {
                let produced = try await client.produce("t", partition, batch(["b"]))
                if produced.errorCode == 0 { alive.append(partition) } else { dead.append(partition) }
                #expect([.noError, .kafkaStorageError].contains(KafkaError(produced.errorCode)))
            }
            await client.core.sleep(milliseconds: 1000)
            for partition in dead {
                #expect(try await KafkaError(client.fetch("t", partition).errorCode) == .kafkaStorageError)
                #expect(try await KafkaError(client.offset("t", partition, at: -1).errorCode) == .kafkaStorageError)
            }
            for partition in alive { #expect(try await client.values("t", partition) == ["a", "b"]) }
            let told = try await client.metadata("t").partitions
            #expect(told.filter { $0.leaderID == -1 }.map(\.index).sorted() == dead)
            #expect(told.filter { $0.offlineReplicas == [1] }.map(\.index).sorted() == dead)
            #expect(told.filter { KafkaError($0.errorCode) == .leaderNotAvailable }.count == dead.count)
            let directories = try await client.directories()
            #expect(directories.map { KafkaError($0.errorCode) } == [.noError, .kafkaStorageError])
            #expect(try await client.move("t", alive[0], to: "/more") == .kafkaStorageError)
            try await client.create("later", partitions: 2)
            #expect(try await client.produce("later", 1, batch(["c"])).errorCode == 0)
            return (dead, alive)
        }
        #expect(dead.count == 2 && alive.count == 2)
        #expect(stage.lines.value.contains { $0.hasPrefix("ERROR data directory /more has failed") })
        // Still dead at the next start, then back.
        try stage.restart()
        try stage.ask { client async throws in
            for partition in alive { #expect(try await client.values("t", partition) == ["a", "b"]) }
            for partition in dead {
                #expect(try await KafkaError(client.fetch("t", partition).errorCode) == .kafkaStorageError)
            }
            #expect(try await client.metadata("t").partitions.filter { $0.leaderID == -1 }.count == 2)
            #expect(try await client.values("later", 1) == ["c"])
        }
        stage.node.disk.brokenPaths = []
        try stage.restart()
        try stage.ask { client async throws in
            #expect(try await client.metadata("t").partitions.allSatisfy { $0.leaderID == 1 })
            for partition in dead {
                #expect(try await client.values("t", partition).first == "a")
                #expect(try await client.produce("t", partition, batch(["d"])).errorCode == 0)
            }
        }
    }

    @Test func aReplicaWhoseDirectoryIsGoneIsNotMadeAnew() throws {
        let stage = try stage()
        try stage.ask { client async throws in
            try await client.create("t", partitions: 2)
            for partition in Int32(0)..<2 { try await client.produce("t", partition, batch(["a"])) }
            await client.core.sleep(milliseconds: 100)
        }
        try stage.stop()
        try stage.rename("/more", to: "/elsewhere")
        try stage.start()
        let gone = try stage.ask { client async throws in
            let told = try await client.metadata("t").partitions
            let gone = told.filter { $0.leaderID == -1 }.map(\.index)
            for index in gone {
                #expect(try await KafkaError(client.fetch("t", index).errorCode) == .kafkaStorageError)
            }
            return gone
        }
        #expect(gone.count == 1)
        try stage.stop()
        try stage.rename("/more", to: "/new")
        try stage.rename("/elsewhere", to: "/more")
        try stage.start()
        try stage.ask { client async throws in
            for partition in Int32(0)..<2 { #expect(try await client.values("t", partition) == ["a"]) }
        }
    }

    @Test func theBrokerGivesUpWithTheMetadataLog() throws {
        let stage = try stage()
        try stage.ask { client async throws in try await client.create("t", partitions: 2) }
        stage.node.disk.brokenPaths = ["/data"]
        try stage.ask { client async throws in
            for partition in Int32(0)..<2 { try await client.produce("t", partition, batch(["b"])) }
            await client.core.sleep(milliseconds: 1000)
        }
        #expect(stage.failure.value?.description.contains("which has the metadata log, has failed") == true)
    }

    @Test func oneBadSectorIsNotTheEndOfItsDirectory() throws {
        let stage = try stage()
        try stage.ask { client async throws in
            try await client.create("t")
            try await client.create("u", partitions: 3)
            try await client.produce("t", batch(["a"]))
            for partition in Int32(0)..<3 { try await client.produce("u", partition, batch(["a"])) }
        }
        let home = try stage.ask { client async throws in try await client.home(of: "t") }
        stage.node.disk.brokenPaths = ["\(home)/t-0/00000000000000000000.log"]
        try stage.ask { client async throws in
            #expect(try await KafkaError(client.fetch("t").errorCode) == .kafkaStorageError)
            await client.core.sleep(milliseconds: 1000)
            for partition in Int32(0)..<3 {
                #expect(try await client.values("u", partition) == ["a"])
                #expect(try await client.produce("u", partition, batch(["b"])).errorCode == 0)
            }
            #expect(try await client.directories().allSatisfy { $0.errorCode == 0 })
        }
        #expect(stage.lines.value.contains { $0.contains("a read failed") && $0.contains("t-0") })
        stage.node.disk.brokenPaths = []
        try stage.ask { client async throws in #expect(try await client.values("t") == ["a"]) }
    }

    @Test func aTopicWhoseLogCouldNotBeOpenedCanBeDeletedAndMadeAgain() throws {
        let stage = try stage()
        let home = try stage.ask { client async throws in
            try await client.create("t")
            for number in 0..<3 { try await client.produce("t", batch(["\(number)"])) }
            return try await client.home(of: "t")
        }
        try stage.stop()
        try stage.start()
        stage.crash(.kill)
        // All was synced at the stop: this is no torn tail.
        stage.node.disk.flipBit(of: "\(home)/t-0/00000000000000000000.log", at: 80)
        try stage.start()
        try stage.ask { client async throws in
            #expect(try await KafkaError(client.fetch("t").errorCode) == .kafkaStorageError)
        }
        // The next start must not take it for sound, or for a torn tail.
        for isOrderly in [true, false] {
            if isOrderly { try stage.stop() } else { stage.crash(.kill) }
            try stage.start()
            try stage.ask { client async throws in
                #expect(try await KafkaError(client.fetch("t").errorCode) == .kafkaStorageError, "\(isOrderly)")
            }
        }
        try stage.ask { client async throws in
            #expect(try await client.delete("t") == .noError)
            try await client.create("t")
            #expect(try await client.produce("t", batch(["new"])).errorCode == 0)
            #expect(try await client.values("t") == ["new"])
        }
    }

    @Test func aFullDiskRefusesWritesAndHeals() throws {
        var faults = FaultPlan.none
        faults.capacityBytes = 4 << 20
        let stage = try stage(faults: faults)
        try stage.ask { client async throws in
            try await client.create("t", [("segment.bytes", "1048576")])
            let large = String(repeating: "x", count: 200_000)
            var count = 0
            while true {
                let produced = try await client.produce("t", batch([large]))
                if produced.errorCode != 0 {
                    #expect(KafkaError(produced.errorCode) == .kafkaStorageError)
                    break
                }
                count += 1
            }
            #expect(try await client.offset("t", at: -1).offset == Int64(count))
            #expect(try await client.values("t").first == large)
            #expect(try await client.directories().allSatisfy { $0.errorCode == 0 })
            let refused = try await client.create("u")
            _ = try await client.produce("t", batch([large]))
            #expect([.noError, .kafkaStorageError].contains(KafkaError(refused.errorCode)))
            #expect(try await client.values("t", from: Int64(count)) == [])
        }
        #expect(stage.failure.value == nil)
        stage.node.disk.faults.capacityBytes = 64 << 20
        try stage.ask { client async throws in
            let end = try await client.offset("t", at: -1).offset
            #expect(try await client.produce("t", batch(["more"])).baseOffset == end)
            #expect(try await client.values("t", from: end) == ["more"])
            #expect(try await client.create("v").errorCode == 0)
            #expect(try await client.produce("v", batch(["a"])).errorCode == 0)
        }
        try stage.restart()
        try stage.ask { client async throws in #expect(try await client.values("v") == ["a"]) }
    }

    @Test(arguments: [true, false]) func aDamagedMetadataLogIsNoReasonToForgetTopics(orderly: Bool) throws {
        let stage = try stage()
        try stage.ask { client async throws in
            for name in ["a", "b", "c"] { try await client.create(name) }
        }
        try stage.restart()
        if orderly { try stage.stop() } else { stage.crash(.kill) }
        stage.node.disk.flipBit(of: "/data/__cluster_metadata-0/00000000000000000000.log", at: 700)
        do {
            try stage.start()
            Issue.record("it started")
        } catch {
            let reason = (error as? BrokerFailure)?.description ?? "\(error)"
            #expect(reason.contains("__cluster_metadata-0/00000000000000000000.log is damaged at position"))
        }
        #expect((stage.names(in: "/data") + stage.names(in: "/more")).allSatisfy { !$0.hasSuffix("-stray") })
    }

    @Test(arguments: ["/data,/data/more", "/data/more,/data"])
    func oneDirectoryWithinAnotherIsRefused(all: String) throws {
        let reason = #expect(throws: BrokerFailure.self) { _ = try Stage(settings: [("log.dirs", all)]) }
        #expect(reason?.description.contains("/data/more lies within /data") == true)
    }

    @Test func anotherClustersDirectoryIsRefused() throws {
        let stage = try stage()
        try stage.stop()
        let foreign = "version=1\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\nnode.id=1\ndirectory.id=5k1Nq9MYR6qQ0000000000\n"
        try stage.write(foreign, to: "/more/meta.properties")
        #expect(throws: (any Error).self) { try stage.start() }
    }
}

private func other(_ directory: String) -> String { directory == "/data" ? "/more" : "/data" }

extension Client {
    fileprivate func directories(
        of topics: [(String, [Int32])]? = nil, version: Int16 = 5
    ) async throws -> [DescribeLogDirsResponse.Result] {
        try await ask(
            DescribeLogDirsRequest {
                $0.topics = topics?.map { name, partitions in
                    DescribeLogDirsRequest.Topic {
                        $0.topic = name
                        $0.partitions = partitions
                    }
                }
            }, version: version
        ).results
    }

    fileprivate func homes(of topic: String, partitions: Int32) async throws -> [String] {
        var homes: [String] = []
        for partition in 0..<partitions { homes.append(try await home(of: topic, partition)) }
        return homes
    }

    /// The directory that a replica lies in; copies don't count.
    fileprivate func home(of topic: String, _ partition: Int32 = 0) async throws -> String {
        let told = try await directories(of: [(topic, [partition])])
        return told.first { $0.topics.contains { $0.partitions.contains { !$0.isFutureKey } } }?.logDir ?? ""
    }

    fileprivate func move(_ topic: String, _ partition: Int32 = 0, to path: String) async throws -> KafkaError {
        let response = try await ask(
            AlterReplicaLogDirsRequest {
                $0.dirs = [
                    AlterReplicaLogDirsRequest.Directory {
                        $0.path = path
                        $0.topics = [
                            AlterReplicaLogDirsRequest.Topic {
                                $0.name = topic
                                $0.partitions = [partition]
                            }
                        ]
                    }
                ]
            })
        return KafkaError(response.results.first?.partitions.first?.errorCode ?? -1)
    }
}
