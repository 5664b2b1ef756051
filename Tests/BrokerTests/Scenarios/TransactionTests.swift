import Bytes
import KafkaProtocol
import Reactor
import Simulation
import Testing

@testable import Broker

@Suite struct TransactionTests {
    // MARK: The protocol before KIP-890: partitions are added first

    @Test(arguments: [1, 3], [true, false]) func oldClientsEndOnAllPartitionsAlike(cores: Int, commits: Bool) throws {
        try Stage(cores: cores).ask { client in
            try await client.create("t", partitions: 5)
            var writer = try await TransactionClient(client, "x")
            #expect(writer.producer.epoch == 0)
            let all = Array(Int32(0)..<5)
            for round in 0..<3 {
                #expect(try await writer.addPatiently("t", all) == all.map { _ in .noError })
                for partition in all {
                    #expect(try await writer.produce("t", partition, ["\(round)", "b"], version: 9) == .noError)
                    #expect(try await client.committed("t", partition).count == (commits ? round * 2 : 0))
                }
                #expect(try await writer.state() == "Ongoing")
                #expect(try await writer.end(commit: commits, version: 3) == .noError)
                try await writer.settled()
                #expect(try await writer.state() == (commits ? "CompleteCommit" : "CompleteAbort"))
            }
            for partition in all {
                let expected = commits ? ["0", "b", "1", "b", "2", "b"] : []
                #expect(try await client.committed("t", partition) == expected)
                #expect(try await client.offset("t", partition, at: -1).offset == 9)
            }
        }
    }

    @Test(arguments: [(Int16(9), KafkaError.invalidTxnState), (11, .transactionAbortable)])
    func whatWasNotAddedIsNotWritten(version: Int16, error: KafkaError) throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 2)
            var writer = try await TransactionClient(client, "x")
            #expect(try await writer.produce("t", 0, ["a"], version: version) == error)
            #expect(try await writer.add("t", [0]) == [.noError])
            #expect(try await writer.produce("t", 1, ["a"], version: version) == error)
            #expect(try await writer.produce("t", 0, ["a"], version: version) == .noError)
            #expect(try await writer.end(commit: true, version: 3) == .noError)
            try await writer.settled()
            #expect(try await writer.produce("t", 0, ["late"], version: version) == error)
            #expect(try await client.committed("t", 0) == ["a"])
            // Nothing hangs.
            for partition in Int32(0)..<2 {
                let fetched = try await client.fetch("t", partition)
                #expect(fetched.lastStableOffset == fetched.highWatermark)
            }
        }
    }

    @Test func verificationCanBeTurnedOff() throws {
        let settings = [("transaction.partition.verification.enable", "false")]
        try Stage(settings: settings).ask { client in
            try await client.create("t")
            var writer = try await TransactionClient(client, "x")
            #expect(try await writer.produce("t", 0, ["a"], version: 9) == .noError)
            let fetched = try await client.fetch("t")
            #expect(fetched.lastStableOffset == 0 && fetched.highWatermark == 1)
        }
    }

    @Test func partitionsAreAddedAllOrNone() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 2)
            let writer = try await TransactionClient(client, "x")
            #expect(try await writer.add("t", [0, 7]) == [.operationNotAttempted, .unknownTopicOrPartition])
            #expect(try await writer.add("none", [0]) == [.unknownTopicOrPartition])
            #expect(try await writer.add("__transaction_state", [0]) == [.topicAuthorizationFailed])
            #expect(try await writer.state() == "Empty")
        }
    }

    @Test func brokersVerifyAndAddForSeveralProducersAtOnce() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 2)
            let writers = [try await TransactionClient(client, "x"), try await TransactionClient(client, "y")]
            #expect(try await writers[0].add("t", [0]) == [.noError])
            func ask(verify: Bool, version: Int16) async throws -> [[KafkaError]] {
                let response = try await client.ask(
                    AddPartitionsToTxnRequest {
                        $0.transactions = writers.map { writer in
                            AddPartitionsToTxnRequest.Transaction {
                                $0.transactionalID = writer.id
                                $0.producerID = writer.producer.id
                                $0.producerEpoch = writer.producer.epoch
                                $0.verifyOnly = verify
                                $0.topics = [
                                    AddPartitionsToTxnRequest.Topic {
                                        $0.name = "t"
                                        $0.partitions = [0, 1]
                                    }
                                ]
                            }
                        }
                    }, version: version)
                return response.resultsByTransaction.map { transaction in
                    transaction.topicResults.flatMap(\.resultsByPartition).map { KafkaError($0.partitionErrorCode) }
                }
            }
            #expect(
                try await ask(verify: true, version: 5) == [
                    [.noError, .transactionAbortable], [.transactionAbortable, .transactionAbortable],
                ])
            #expect(
                try await ask(verify: true, version: 4) == [
                    [.noError, .invalidTxnState], [.invalidTxnState, .invalidTxnState],
                ])
            #expect(try await ask(verify: false, version: 5) == [[.noError, .noError], [.noError, .noError]])
            #expect(try await ask(verify: true, version: 5) == [[.noError, .noError], [.noError, .noError]])
        }
    }

    // MARK: KIP-890: whoever is written to adds itself

    @Test(arguments: [1, 3], [true, false]) func newClientsAddNothingAndGetAnEpochATransaction(
        cores: Int, commits: Bool
    ) throws {
        try Stage(cores: cores).ask { client in
            try await client.create("t", partitions: 4)
            var writer = try await TransactionClient(client, "x")
            for round in 0..<3 {
                #expect(writer.producer.epoch == Int16(round))
                for partition in Int32(0)..<4 {
                    #expect(try await writer.produce("t", partition, ["\(round)"]) == .noError)
                    #expect(try await writer.produce("t", partition, ["b"]) == .noError)
                }
                #expect(try await writer.end(commit: commits) == .noError)
            }
            try await writer.settled()
            for partition in Int32(0)..<4 {
                #expect(try await client.committed("t", partition) == (commits ? ["0", "b", "1", "b", "2", "b"] : []))
            }
        }
    }

    @Test func whatComesLateFromTheTransactionBeforeIsFenced() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t")
            var writer = try await TransactionClient(client, "x")
            #expect(try await writer.produce("t", 0, ["a"]) == .noError)
            var late = writer
            #expect(try await writer.end(commit: true) == .noError)
            try await writer.settled()
            #expect(try await late.produce("t", 0, ["late"]) == .invalidProducerEpoch)
            #expect(try await late.produce("t", 0, ["late"], version: 9) == .invalidProducerEpoch)
            #expect(try await client.committed("t") == ["a"])
            #expect(try await late.end(commit: true) == .noError)
            #expect(late.producer.epoch == writer.producer.epoch)
        }
    }

    @Test(arguments: [1, 3]) func requestsInFlightKeepTheirOrder(cores: Int) throws {
        try Stage(cores: cores).ask { client in
            try await client.create("t", partitions: 3)
            let writer = try await TransactionClient(client, "x")
            for number in 0..<30 {
                let request = writer.request("t", Int32(number % 3), ["\(number)"], sequence: Int32(number / 3))
                try await client.send(request, version: 12)
            }
            for _ in 0..<30 {
                let response = try await client.receive(ProduceResponse.self, version: 12)
                #expect(response.topics.first?.partitions.first?.errorCode == 0)
            }
            for partition in 0..<3 {
                let values = try await client.values("t", Int32(partition))
                #expect(values == (0..<10).map { "\($0 * 3 + partition)" })
            }
        }
    }

    @Test func unacknowledgedWritesAreOfTheTransactionToo() throws {
        try Stage().ask { client in
            try await client.create("t")
            var writer = try await TransactionClient(client, "x")
            var request = writer.request("t", 0, ["a"], sequence: 0)
            request.acks = 0
            try await client.send(request, version: 12)
            client.expectNoAnswer()
            #expect(try await writer.end(commit: true) == .noError)
            try await writer.settled()
            #expect(try await client.committed("t") == ["a"])
        }
    }

    // MARK: What isn't let in

    @Test func transactionalBatchesNeedATransactionalID() throws {
        try Stage().ask { client in
            try await client.create("t")
            let produced = try await client.produce("t", batch(["a"], producer: (5, 0), isTransactional: true))
            #expect(KafkaError(produced.errorCode) == .transactionalIDAuthorizationFailed)
            #expect(try await client.offset("t", at: -1).offset == 0)
        }
    }

    @Test func oneRequestIsOfOneProducer() throws {
        try Stage().ask { client in
            try await client.create("t", partitions: 2)
            let writer = try await TransactionClient(client, "x")
            var request = ProduceRequest.of(
                "t",
                [
                    (0, batch(["a"], producer: writer.producer, isTransactional: true)),
                    (1, batch(["a"], producer: (99, 0), isTransactional: true)),
                ])
            request.transactionalID = "x"
            let response = try await client.ask(request, version: 12)
            let errors = response.topics.flatMap(\.partitions).map { KafkaError($0.errorCode) }
            #expect(errors == [.invalidProducerIDMapping, .invalidProducerIDMapping])
        }
    }

    @Test func strangersAreNotLetIn() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t")
            var writer = try await TransactionClient(client, "x")
            writer.producer.id += 1
            #expect(try await writer.produce("t", 0, ["a"]) == .invalidProducerIDMapping)
            #expect(try await writer.produce("t", 0, ["a"], version: 9) == .invalidProducerIDMapping)
            #expect(try await writer.produce("none", 0, ["a"]) == .unknownTopicOrPartition)
            #expect(try await writer.produce("t", 7, ["a"]) == .unknownTopicOrPartition)
            #expect(try await writer.produce("__transaction_state", 0, ["a"]) == .invalidTopicException)
            #expect(try await client.offset("t", at: -1).offset == 0)
        }
    }

    @Test func plainBatchesOfATransactionalRequestAreJustAppended() throws {
        try Stage().ask { client in
            try await client.create("t")
            var request = ProduceRequest.of("t", [(0, batch(["a"]))])
            request.transactionalID = "x"
            let response = try await client.ask(request, version: 9)
            #expect(response.topics.first?.partitions.first?.errorCode == 0)
            #expect(try await client.committed("t") == ["a"])
        }
    }

    @Test func theLaterProducerAbortsAndFencesTheEarlier() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t")
            var old = try await TransactionClient(client, "x")
            #expect(try await old.produce("t", 0, ["old"]) == .noError)
            var new = try await TransactionClient(client, "x")
            #expect(try await new.produce("t", 0, ["new"]) == .noError)
            #expect(try await old.produce("t", 0, ["old"]) == .invalidProducerEpoch)
            #expect(try await old.end(commit: true) == .producerFenced)
            #expect(try await old.end(commit: true, version: 1) == .invalidProducerEpoch)
            #expect(try await new.end(commit: true) == .noError)
            try await new.settled()
            #expect(try await client.committed("t") == ["new"])
        }
    }

    @Test func openForTooLongIsAborted() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t")
            var writer = try await TransactionClient(client, "x", timeout: 5_000)
            #expect(try await writer.produce("t", 0, ["a"]) == .noError)
            try await client.produce("t", batch(["plain"]))
            #expect(try await client.committed("t") == [])
            await client.core.sleep(milliseconds: 21_000)
            #expect(try await client.committed("t") == ["plain"])
            #expect(try await writer.end(commit: true) == .producerFenced)
        }
    }

    @Test func aDeletedTopicDoesNotHoldUpTheOthers() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t")
            try await client.create("u")
            var writer = try await TransactionClient(client, "x")
            #expect(try await writer.produce("t", 0, ["a"]) == .noError)
            #expect(try await writer.produce("u", 0, ["a"]) == .noError)
            #expect(try await client.delete("u") == .noError)
            #expect(try await writer.end(commit: true) == .noError)
            try await writer.settled()
            #expect(try await writer.state() == "CompleteCommit")
            #expect(try await client.committed("t") == ["a"])
        }
    }

    @Test func markersFitTopicsOfTinyBatches() throws {
        try Stage().ask { client in
            try await client.create("t", partitions: 1, [("max.message.bytes", "77")])
            try await client.create("u")
            var writer = try await TransactionClient(client, "x")
            #expect(try await writer.add("t", [0]) == [.noError])
            #expect(try await writer.produce("u", 0, ["a"]) == .noError)
            #expect(try await writer.end(commit: true) == .noError)
            try await writer.settled()
            #expect(try await client.offset("t", at: -1).offset == 1)
        }
    }

    @Test func aPassIsRevokedByAMarker() {
        var passes = TransactionPasses()
        let first = passes.begin(7)
        let second = passes.begin(7)
        let other = passes.begin(8)
        passes.end(7, first)
        #expect(!passes.holds(7, first) && passes.holds(7, second))
        passes.revoke(7)
        #expect(!passes.holds(7, second) && passes.holds(8, other))
    }
}
