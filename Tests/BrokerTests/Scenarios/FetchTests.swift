import Bytes
import KafkaProtocol
import Reactor
import Simulation
import Testing

@Suite struct FetchTests {
    @Test(arguments: [1, 3]) func aLongPollEndsWithTheNextRecord(cores: Int) throws {
        try Stage(cores: cores).ask { client in
            try await client.create("t", partitions: 3)
            let writer = try await client.another()
            let begin = client.core.now()
            var request = FetchRequest.of("t", [(0, 0), (1, 0), (2, 0)])
            request.maximumWaitMilliseconds = 60_000
            request.minimumBytes = 1
            for partition in Int32(0)..<3 {
                try await client.send(request, version: 12)
                await client.core.sleep(milliseconds: 500)
                try await writer.produce("t", partition, batch(["news"]))
                let response = try await client.receive(FetchResponse.self, version: 12)
                let told = (response.topics.first?.partitions ?? []).filter { $0.records?.count ?? 0 > 0 }
                #expect(told.map(\.index).contains(partition))
                request.topics[0].partitions[Int(partition)].fetchOffset = 1
            }
            #expect(client.core.now().milliseconds(since: begin) < 5_000)
            writer.close()
        }
    }

    @Test func withoutNewsItComesBackEmptyAfterItsTime() throws {
        try Stage().ask { client in
            try await client.create("t")
            let begin = client.core.now()
            let fetched = try await client.fetch("t") {
                $0.maximumWaitMilliseconds = 700
                $0.minimumBytes = 1
            }
            #expect(fetched.errorCode == 0)
            #expect(fetched.records?.count ?? 0 == 0)
            #expect(client.core.now().milliseconds(since: begin) >= 700)
        }
    }

    @Test func itWaitsForAsManyBytesAsAskedFor() throws {
        try Stage().ask { client in
            try await client.create("t")
            let writer = try await client.another()
            let one = batch(["0123456789"])
            var request = FetchRequest.of("t", [(0, 0)])
            request.maximumWaitMilliseconds = 60_000
            request.minimumBytes = Int32(3 * one.count)
            try await client.send(request, version: 12)
            for _ in 0..<3 {
                await client.core.sleep(milliseconds: 100)
                try await writer.produce("t", batch(["0123456789"]))
            }
            let response = try await client.receive(FetchResponse.self, version: 12)
            #expect(response.topics.first?.partitions.first?.records?.count == 3 * one.count)
            writer.close()
        }
    }

    @Test func theFirstBatchComesWholeHoweverSmallTheLimits() throws {
        try Stage().ask { client in
            try await client.create("t", partitions: 2)
            let large = String(repeating: "x", count: 5000)
            for partition in Int32(0)..<2 { try await client.produce("t", partition, batch([large])) }
            for limit in [Int32(1), 0, -1, .min] {
                var request = FetchRequest.of("t", [(0, 0), (1, 0)])
                request.maximumBytes = limit
                for index in 0..<2 { request.topics[0].partitions[index].maximumBytes = limit }
                let partitions = try await client.ask(request, version: 12).topics.first?.partitions ?? []
                #expect(try records(partitions.first?.records?.joined).map(\.value) == [large])
                #expect(partitions.last?.records?.count ?? 0 == 0)
            }
        }
    }

    @Test func offsetsOutsideTheLogAreOutOfRange() throws {
        try Stage().ask { client in
            try await client.create("t")
            try await client.produce("t", batch(["a", "b"]))
            #expect(try await client.fetch("t", from: 2).errorCode == 0)
            for offset in [Int64(3), -1, .max, .min] {
                #expect(try await KafkaError(client.fetch("t", from: offset).errorCode) == .offsetOutOfRange)
            }
            #expect(try await KafkaError(client.fetch("t", 5).errorCode) == .unknownTopicOrPartition)
            #expect(try await KafkaError(client.fetch("t", -3).errorCode) == .unknownTopicOrPartition)
            #expect(try await KafkaError(client.fetch("absent").errorCode) == .unknownTopicOrPartition)
        }
    }

    @Test func anErrorIsToldAtOnce() throws {
        try Stage().ask { client in
            try await client.create("t")
            let begin = client.core.now()
            let fetched = try await client.fetch("t", from: 99) {
                $0.maximumWaitMilliseconds = 60_000
                $0.minimumBytes = 1
            }
            #expect(KafkaError(fetched.errorCode) == .offsetOutOfRange)
            #expect(client.core.now().milliseconds(since: begin) < 1000)
        }
    }

    @Test func leaderEpochsAreCompared() throws {
        try Stage().ask { client in
            try await client.create("t")
            try await client.produce("t", batch(["a"]))
            let epoch = try await client.metadata("t").partitions.first?.leaderEpoch ?? -1
            func error(_ epoch: Int32) async throws -> KafkaError {
                let fetched = try await client.fetch("t") { $0.topics[0].partitions[0].currentLeaderEpoch = epoch }
                return KafkaError(fetched.errorCode)
            }
            #expect(try await error(epoch) == .noError)
            #expect(try await error(-1) == .noError)
            #expect(try await error(epoch + 1) == .unknownLeaderEpoch)
        }
    }

    @Test func aReaderOfAnotherEpochIsToldWhereTheLogsPart() throws {
        try Stage().ask { client in
            try await client.create("t")
            try await client.produce("t", batch(["a"]))
            let epoch = try await client.metadata("t").partitions.first?.leaderEpoch ?? -1
            let fetched = try await client.fetch("t", from: 1) { $0.topics[0].partitions[0].lastFetchedEpoch = epoch }
            #expect(fetched.divergingEpoch.epoch == -1)
            let parted = try await client.fetch("t", from: 5) { $0.topics[0].partitions[0].lastFetchedEpoch = epoch }
            #expect(parted.errorCode == 0)
            #expect(parted.divergingEpoch.epoch == epoch)
            #expect(parted.divergingEpoch.endOffset == 1)
        }
    }

    @Test func readCommittedAnswersListAbortedTransactionsOthersDoNot() throws {
        try Stage().ask { client in
            try await client.create("t")
            try await client.produce("t", batch(["a"]))
            #expect(try await client.fetch("t").abortedTransactions == nil)
            let committed = try await client.fetch("t") { $0.isolationLevel = 1 }
            #expect(committed.abortedTransactions?.isEmpty == true)
            #expect(committed.records?.count ?? 0 > 0)
            #expect(committed.lastStableOffset == 1)
        }
    }

    @Test func topicsAreFoundByID() throws {
        try Stage().ask { client in
            let id = try await client.create("t").topicID
            try await client.produce("t", batch(["a"]))
            var request = FetchRequest.of("", [(0, 0)])
            request.topics[0].topicID = id
            let found = try await client.ask(request).topics.first
            #expect(found?.topicID == id)
            #expect(try records(found?.partitions.first?.records?.joined).map(\.value) == ["a"])
            request.topics[0].topicID = UUID(high: 9, low: 9)
            let unknown = try await client.ask(request).topics.first?.partitions.first
            #expect(unknown.map { KafkaError($0.errorCode) } == .unknownTopicID)
        }
    }

    @Test func moreThanOneSegmentDoesNotWaitForMore() throws {
        try Stage().ask { client in
            try await client.create("t", [("segment.bytes", "1048576")])
            let large = String(repeating: "x", count: 400_000)
            for _ in 0..<4 { try await client.produce("t", batch([large])) }
            let begin = client.core.now()
            let fetched = try await client.fetch("t") {
                $0.maximumWaitMilliseconds = 60_000
                $0.minimumBytes = 10 << 20
                $0.topics[0].partitions[0].maximumBytes = 20 << 20
            }
            #expect(try records(fetched.records?.joined).count >= 2)
            #expect(client.core.now().milliseconds(since: begin) < 1000)
        }
    }

    @Test func aClientThatLeavesEndsItsLongPoll() throws {
        let stage = try Stage()
        try stage.ask { client in
            try await client.create("t")
            var request = FetchRequest.of("t", [(0, 0)])
            request.maximumWaitMilliseconds = .max
            request.minimumBytes = 1
            try await client.send(request, version: 12)
            await client.core.sleep(milliseconds: 100)
        }
        // Waits for the connection's requests: it would wait for weeks.
        try stage.stop()
    }

    @Test func manyTimesTheSamePartitionIsReadWithinTheLimits() throws {
        try Stage().ask { client in
            try await client.create("t")
            try await client.produce("t", batch(["a"]))
            let request = FetchRequest.of("t", [(Int32, Int64)](repeating: (0, 0), count: 1000))
            let response = try await client.ask(request, version: 12)
            #expect(response.topics.flatMap(\.partitions).allSatisfy { $0.errorCode == 0 })
        }
    }
}
