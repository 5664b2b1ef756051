import Bytes
import KafkaProtocol
import Reactor
import Simulation
import Testing

/// Transaction after transaction on several partitions and a group's offsets, with the broker dying at any moment: of
/// each all is shown or nothing, what was answered holds, and offsets are those of the last that was committed.
@Suite struct TransactionStormTests {
    @Test(arguments: UInt64(1)...8) func killsTearNothing(seed: UInt64) throws {
        try storm(Stage(cores: Int(seed % 3) + 1, seed: seed), .kill, seed)
    }

    @Test(arguments: UInt64(101)...105) func powerCutsTearNothing(seed: UInt64) throws {
        let settings = [("log.flush.interval.messages", "1")]
        try storm(Stage(cores: Int(seed % 3) + 1, seed: seed, settings: settings), .powerCut, seed)
    }

    /// What a round of the storm has come to.
    private struct Round {
        var isCommit: Bool
        var answer: KafkaError?
    }

    private func storm(_ stage: Stage, _ crash: Crash, _ seed: UInt64) throws {
        let rounds = Shared<[Round]>([])
        var bits = seed &* 0x9e37_79b9_7f4a_7c15
        func random(_ below: UInt64) -> UInt64 {
            bits ^= bits << 13
            bits ^= bits >> 7
            bits ^= bits << 17
            return bits % below
        }
        try stage.ask { client in
            try await client.create("t", partitions: 4)
            try await client.findCoordinator("g")
        }
        // The clients of odd seeds speak the older protocol.
        let isOld = seed % 2 == 1
        for _ in 0..<8 {
            let (outcomes, limit) = (Shared(random(2)), 50 + random(900))
            stage.inBackground { client in
                var writer = try await TransactionClient(client, "x")
                while true {
                    outcomes.value = outcomes.value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    let isCommit = outcomes.value >> 40 % 3 != 0
                    let number = rounds.value.count
                    rounds.value.append(Round(isCommit: isCommit))
                    try await Self.write(number, &writer, isOld: isOld)
                    rounds.value[number].answer = try await writer.end(commit: isCommit, version: isOld ? 3 : 5)
                }
            }
            var steps: UInt64 = 0
            stage.world.run(milliseconds: 600_000) {
                steps += 1
                return steps > limit
            }
            stage.crash(crash)
            try stage.start()
        }
        let (shown, offset) = try stage.ask { client in
            try await TransactionClient(client, "x").settled()
            try await client.findCoordinator("g")
            var shown: [[String]] = []
            for partition in Int32(0)..<4 { shown.append(try await client.committed("t", partition)) }
            return (shown, try await client.committed("g", "t", 0))
        }
        for other in shown { #expect(other == shown[0], "seed \(seed)") }
        #expect(shown[0] == shown[0].sorted { Int($0) ?? 0 < Int($1) ?? 0 }, "seed \(seed)")
        #expect(Set(shown[0]).count == shown[0].count, "seed \(seed)")
        for (number, round) in rounds.value.enumerated() {
            let isShown = shown[0].contains("\(number)")
            if !round.isCommit { #expect(!isShown, "seed \(seed): round \(number) was never to be committed") }
            if round.answer == .noError { #expect(isShown == round.isCommit, "seed \(seed): round \(number)") }
        }
        #expect(offset == shown[0].last.flatMap { Int64($0) } ?? -1, "seed \(seed)")
        #expect(rounds.value.contains { $0.answer == .noError && $0.isCommit }, "seed \(seed): nothing happened")
    }

    /// One record in each partition, and the round's number as the group's offset.
    private static func write(_ number: Int, _ writer: inout TransactionClient, isOld: Bool) async throws {
        if isOld {
            let errors = try await writer.addPatiently("t", [0, 1, 2, 3])
            guard errors.allSatisfy({ $0 == .noError }), try await writer.addOffsets("g") == .noError else {
                throw ClientFailure.closed
            }
        }
        for partition in Int32(0)..<4 {
            let error = try await writer.produce("t", partition, ["\(number)"], version: isOld ? 9 : 12)
            guard error == .noError else { throw ClientFailure.closed }
        }
        let error = try await writer.commitOffset("g", "t", 0, Int64(number), version: isOld ? 3 : 5)
        guard error == .noError else { throw ClientFailure.closed }
    }
}
