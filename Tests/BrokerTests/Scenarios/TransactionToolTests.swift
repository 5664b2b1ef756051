import Bytes
import KafkaProtocol
import Simulation
import Testing

/// What administrators see of transactions, and do about them.
@Suite struct TransactionToolTests {
    @Test func openTransactionsAreListedAndDescribed() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 2)
            var writer = try await TransactionClient(client, "x")
            _ = try await TransactionClient(client, "y")
            #expect(try await writer.produce("t", 1, ["a"]) == .noError)
            func list(_ change: (inout ListTransactionsRequest) -> Void) async throws -> [String] {
                var request = ListTransactionsRequest()
                change(&request)
                return try await client.ask(request, version: 1).transactionStates.map {
                    "\($0.transactionalID) \($0.transactionState)"
                }
            }
            #expect(try await list { _ in } == ["x Ongoing", "y Empty"])
            #expect(try await list { $0.stateFilters = ["Empty"] } == ["y Empty"])
            #expect(try await list { $0.producerIDFilters = [writer.producer.id] } == ["x Ongoing"])
            #expect(try await list { $0.durationFilter = 1_000_000 } == ["y Empty"])
            let unknown = try await client.ask(
                ListTransactionsRequest { $0.stateFilters = ["Empty", "Nonsense"] }, version: 1)
            #expect(unknown.unknownStateFilters == ["Nonsense"])
            let described = try await client.ask(DescribeTransactionsRequest { $0.transactionalIDs = ["x", "z", ""] })
                .transactionStates
            #expect(
                described.map { KafkaError($0.errorCode) } == [.noError, .transactionalIDNotFound, .invalidRequest])
            #expect(described[0].transactionState == "Ongoing" && described[0].producerID == writer.producer.id)
            #expect(described[0].topics.map(\.topic) == ["t"] && described[0].topics.map(\.partitions) == [[1]])
        }
    }

    @Test(arguments: [true, false]) func aTransactionCanBeEndedOnOnePartition(commits: Bool) throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 2)
            var writer = try await TransactionClient(client, "x")
            #expect(try await writer.produce("t", 1, ["a"]) == .noError)
            func producers() async throws -> [DescribeProducersResponse.Producer] {
                try await client.ask(
                    DescribeProducersRequest {
                        $0.topics = [
                            DescribeProducersRequest.Topic {
                                $0.name = "t"
                                $0.partitionIndexes = [1, 7]
                            }
                        ]
                    }
                ).topics.flatMap(\.partitions).filter { $0.errorCode == 0 }.flatMap(\.activeProducers)
            }
            #expect(try await producers().map(\.currentTransactionStartOffset) == [0])
            func write(_ epoch: Int32) async throws -> [KafkaError] {
                let response = try await client.ask(
                    WriteTxnMarkersRequest {
                        $0.markers = [
                            WriteTxnMarkersRequest.Marker {
                                $0.producerID = writer.producer.id
                                $0.producerEpoch = writer.producer.epoch
                                $0.coordinatorEpoch = epoch
                                $0.transactionResult = commits
                                $0.topics = [
                                    WriteTxnMarkersRequest.Topic {
                                        $0.name = "t"
                                        $0.partitionIndexes = [1, 7]
                                    }
                                ]
                            }
                        ]
                    }, version: 1)
                return response.markers.flatMap(\.topics).flatMap(\.partitions).map { KafkaError($0.errorCode) }
            }
            #expect(try await write(9) == [.noError, .unknownTopicOrPartition])
            #expect(try await producers().map(\.currentTransactionStartOffset) == [-1])
            #expect(try await producers().map(\.coordinatorEpoch) == [9])
            #expect(try await write(8) == [.transactionCoordinatorFenced, .unknownTopicOrPartition])
            #expect(try await client.committed("t", 1) == (commits ? ["a"] : []))
        }
    }
}
