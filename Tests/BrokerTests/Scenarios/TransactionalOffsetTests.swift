import KafkaProtocol
import Simulation
import Testing

@Suite struct TransactionalOffsetTests {
    @Test(arguments: [1, 3], [true, false]) func offsetsAreThoseOfTheTransaction(cores: Int, commits: Bool) throws {
        let stage = try Stage(cores: cores)
        try stage.ask { client in
            try await client.create("t")
            try await client.findCoordinator("g")
            #expect(try await client.commit("g", nil, "t", 0, offset: 5) == .noError)
            var writer = try await TransactionClient(client, "x")
            #expect(try await writer.commitOffset("g", "t", 0, 42) == .noError)
            #expect(try await client.committed("g", "t", 0) == 5)
            #expect(try await client.stable("g", "t") == .unstableOffsetCommit)
            #expect(try await writer.end(commit: commits) == .noError)
            try await writer.settled()
            #expect(try await client.stable("g", "t") == .noError)
            #expect(try await client.committed("g", "t", 0) == (commits ? 42 : 5))
        }
        try stage.restart()
        try stage.ask { client in
            try await client.findCoordinator("g")
            #expect(try await client.committed("g", "t", 0) == (commits ? 42 : 5))
        }
    }

    @Test func oldClientsAddTheGroupFirst() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t")
            try await client.findCoordinator("g")
            var writer = try await TransactionClient(client, "x")
            #expect(try await writer.commitOffset("g", "t", 0, 42, version: 3) == .invalidTxnState)
            #expect(try await writer.commitOffset("g", "t", 0, 42, version: 4) == .transactionAbortable)
            #expect(try await writer.addOffsets("g") == .noError)
            #expect(try await writer.commitOffset("g", "t", 0, 42, version: 3) == .noError)
            #expect(try await writer.commitOffset("g", "none", 0, 42, version: 3) == .unknownTopicOrPartition)
            #expect(try await writer.end(commit: true, version: 3) == .noError)
            try await writer.settled()
            #expect(try await client.committed("g", "t", 0) == 42)
            #expect(try await writer.commitOffset("g", "t", 0, 50, version: 3) == .invalidTxnState)
        }
    }

    @Test func strangersCommitNothing() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t")
            try await client.findCoordinator("g")
            var writer = try await TransactionClient(client, "x")
            writer.producer.id += 1
            #expect(try await writer.commitOffset("g", "t", 0, 42) == .invalidProducerIDMapping)
            writer.producer.id -= 1
            writer.producer.epoch += 1
            #expect(try await writer.commitOffset("g", "t", 0, 42) == .invalidProducerEpoch)
            #expect(try await writer.addOffsets("g") == .producerFenced)
            #expect(try await client.stable("g", "t") == .noError)
        }
    }

    @Test(arguments: [true, false]) func openTransactionsOutliveARestart(isOrderly: Bool) throws {
        let stage = try Stage(cores: 3)
        let producer = try stage.ask { client in
            try await client.create("t")
            try await client.findCoordinator("g")
            let writer = try await TransactionClient(client, "x")
            #expect(try await writer.commitOffset("g", "t", 0, 42) == .noError)
            return writer.producer
        }
        if isOrderly { try stage.stop() } else { stage.crash(.kill) }
        try stage.start()
        try stage.ask { client in
            try await client.findCoordinator("g")
            #expect(try await client.stable("g", "t") == .unstableOffsetCommit)
            var writer = TransactionClient(client: client, id: "x", producer: producer)
            #expect(try await writer.end(commit: true) == .noError)
            try await writer.settled()
            #expect(try await client.committed("g", "t", 0) == 42)
        }
    }
}

extension Client {
    /// The error of a fetch of stable offsets.
    fileprivate func stable(_ group: String, _ topic: String) async throws -> KafkaError {
        let response = try await ask(
            OffsetFetchRequest {
                $0.requireStable = true
                $0.groups = [
                    OffsetFetchRequest.Group {
                        $0.groupID = group
                        $0.topics = [
                            OffsetFetchRequest.GroupTopic {
                                $0.name = topic
                                $0.partitionIndexes = [0]
                            }
                        ]
                    }
                ]
            }, version: 9)
        return KafkaError(response.groups.first?.topics.first?.partitions.first?.errorCode ?? -1)
    }
}
