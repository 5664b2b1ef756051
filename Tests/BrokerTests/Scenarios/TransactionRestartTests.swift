import Bytes
import KafkaProtocol
import Reactor
import Simulation
import Testing

/// A broker that ends in the middle of transactions.
@Suite struct TransactionRestartTests {
    @Test(arguments: [true, false], [1, 3]) func openTransactionsGoOnAfterARestart(isOrderly: Bool, cores: Int) throws {
        let stage = try Stage(cores: cores)
        let writer = try stage.ask { client in
            try await client.create("t", partitions: 3)
            var writer = try await TransactionClient(client, "x")
            for partition in Int32(0)..<3 { #expect(try await writer.produce("t", partition, ["a"]) == .noError) }
            return (writer.producer, writer.sequences)
        }
        if isOrderly { try stage.stop() } else { stage.crash(.kill) }
        try stage.start()
        try stage.ask { client in
            var again = TransactionClient(client: client, id: "x", producer: writer.0, sequences: writer.1)
            #expect(try await client.committed("t", 0) == [])
            while try await again.state().isEmpty { await client.core.sleep(milliseconds: 10) }
            #expect(try await again.state() == "Ongoing")
            #expect(try await again.produce("t", 0, ["b"]) == .noError)
            #expect(try await again.end(commit: true) == .noError)
            try await again.settled()
            #expect(try await client.committed("t", 0) == ["a", "b"])
            #expect(try await client.committed("t", 2) == ["a"])
        }
    }

    @Test(arguments: UInt64(1)...40) func aKillAmidTheEndLeavesAllOrNothing(seed: UInt64) throws {
        try end(amid: .kill, Stage(cores: Int(seed % 3) + 1, seed: seed), seed)
    }

    @Test(arguments: UInt64(101)...120) func aPowerCutAmidTheEndLeavesAllOrNothing(seed: UInt64) throws {
        let settings = [("log.flush.interval.messages", "1")]
        try end(amid: .powerCut, Stage(cores: Int(seed % 3) + 1, seed: seed, settings: settings), seed)
    }

    /// Ended at any moment around the end of a transaction: it ends on all partitions alike, and if the end was
    /// answered, as it was answered.
    private func end(amid crash: Crash, _ stage: Stage, _ seed: UInt64) throws {
        let commits = seed % 2 == 0
        let answered = Shared<KafkaError?>(nil)
        let ending = Shared(false)
        let producer = try stage.ask { client in
            try await client.create("t", partitions: 6)
            try await client.findCoordinator("g")
            var writer = try await TransactionClient(client, "x")
            for partition in Int32(0)..<6 { #expect(try await writer.produce("t", partition, ["a"]) == .noError) }
            #expect(try await writer.commitOffset("g", "t", 0, 42) == .noError)
            return writer.producer
        }
        // The client isn't waited for: the kill comes when it comes.
        stage.inBackground { client in
            var writer = TransactionClient(client: client, id: "x", producer: producer)
            ending.value = true
            answered.value = try await writer.end(commit: commits)
        }
        var steps: UInt64 = 0
        stage.world.run(milliseconds: 60_000) {
            if ending.value { steps += 1 }
            return steps > seed * 3 % 20
        }
        stage.crash(crash)
        try stage.start()
        try stage.ask { client in
            // Whoever comes next ends what is open.
            let next = try await TransactionClient(client, "x")
            try await next.settled()
            var shown: Set<[String]> = []
            for partition in Int32(0)..<6 {
                shown.insert(try await client.committed("t", partition))
                let fetched = try await client.fetch("t", partition)
                #expect(fetched.lastStableOffset == fetched.highWatermark, "seed \(seed): partition \(partition) hangs")
            }
            try await client.findCoordinator("g")
            let offset = try await client.committed("g", "t", 0)
            #expect(shown.count == 1, "seed \(seed): \(shown)")
            #expect((offset == 42) == (shown == [["a"]]), "seed \(seed): \(offset) beside \(shown)")
            if answered.value == .noError { #expect(shown == [commits ? ["a"] : []], "seed \(seed)") }
        }
    }

    @Test func expiredIDsAreGoneAfterARestartToo() throws {
        let settings = [
            ("transactional.id.expiration.ms", "10000"),
            ("transaction.remove.expired.transaction.cleanup.interval.ms", "5000"),
        ]
        let stage = try Stage(cores: 3, settings: settings)
        let listing: @Sendable (Client) async throws -> [String] = { client in
            let listed = try await client.ask(ListTransactionsRequest(), version: 1)
            return KafkaError(listed.errorCode) == .noError ? listed.transactionStates.map(\.transactionalID) : ["?"]
        }
        try stage.ask { client in
            for id in ["a", "b", "c", "d"] { _ = try await TransactionClient(client, id) }
            #expect(try await listing(client) == ["a", "b", "c", "d"])
            await client.core.sleep(milliseconds: 8_000)
            _ = try await TransactionClient(client, "b")
            await client.core.sleep(milliseconds: 8_000)
            #expect(try await listing(client) == ["b"])
        }
        stage.crash(.kill)
        try stage.start()
        try stage.ask { client in
            while try await listing(client) == ["?"] { await client.core.sleep(milliseconds: 10) }
            #expect(try await listing(client) == ["b"])
        }
    }
}
