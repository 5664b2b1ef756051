import Bytes
import KafkaProtocol
import Testing

@Suite struct ProduceTests {
    @Test(arguments: [Int16(-1), 1]) func answersWithTheBaseOffset(acks: Int16) throws {
        try Stage().ask { client in
            try await client.create("t")
            #expect(try await client.produce("t", batch(["a", "b"]), acks: acks).baseOffset == 0)
            let second = try await client.produce("t", batch(["c"]), acks: acks)
            #expect(second.errorCode == 0)
            #expect(second.baseOffset == 2)
            #expect(second.logAppendTimeMilliseconds == -1)
            #expect(second.logStartOffset == 0)
            #expect(try await client.values("t") == ["a", "b", "c"])
        }
    }

    @Test func withoutAcknowledgementNothingIsAnswered() throws {
        try Stage().ask { client in
            try await client.create("t")
            try await client.send(ProduceRequest.of("t", [(0, batch(["a"]))], acks: 0), version: 9)
            client.expectNoAnswer()
            // The next answer is that of the next request.
            let metadata = try await client.metadata("t")
            #expect(metadata.name == "t")
            #expect(try await client.values("t") == ["a"])
        }
    }

    @Test func anErrorWithoutAcknowledgementEndsTheConnection() throws {
        try Stage().ask { client in
            try await client.send(ProduceRequest.of("absent", [(0, batch(["a"]))], acks: 0), version: 9)
            #expect(await client.isClosedByBroker())
        }
    }

    @Test func otherAcknowledgementsAreRefused() throws {
        try Stage().ask { client in
            try await client.create("t")
            #expect(try await KafkaError(client.produce("t", batch(["a"]), acks: 2).errorCode) == .invalidRequiredAcks)
            #expect(try await client.values("t").isEmpty)
        }
    }

    @Test func partitionsThatAreNotThereAreUnknown() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t")
            for partition in [Int32(1), -1, .min, .max] {
                let produced = try await client.produce("t", partition, batch(["a"]))
                #expect(KafkaError(produced.errorCode) == .unknownTopicOrPartition)
                #expect(produced.baseOffset == -1)
            }
            #expect(try await KafkaError(client.produce("", batch(["a"])).errorCode) == .unknownTopicOrPartition)
        }
    }

    @Test func repeatedBatchesAnswerTheirFirstOffset() throws {
        try Stage().ask { client in
            try await client.create("t")
            let producer = (id: Int64(7), epoch: Int16(0))
            for number in Int32(0)..<3 {
                try await client.produce("t", batch(["\(number)"], producer: producer, sequence: number))
            }
            let again = try await client.produce("t", batch(["1"], producer: producer, sequence: 1))
            #expect(again.errorCode == 0)
            #expect(again.baseOffset == 1)
            #expect(try await client.values("t") == ["0", "1", "2"])
        }
    }

    @Test func sequencesWithAGapAreOutOfOrder() throws {
        try Stage().ask { client in
            try await client.create("t")
            let producer = (id: Int64(7), epoch: Int16(1))
            try await client.produce("t", batch(["0"], producer: producer, sequence: 0))
            let late = try await client.produce("t", batch(["2"], producer: producer, sequence: 2))
            #expect(KafkaError(late.errorCode) == .outOfOrderSequenceNumber)
            let fenced = try await client.produce("t", batch(["x"], producer: (7, 0), sequence: 0))
            #expect(KafkaError(fenced.errorCode) == .invalidProducerEpoch)
        }
    }

    @Test func damagedRecordsAreRefusedAndNothingIsKept() throws {
        try Stage().ask { client in
            try await client.create("t")
            var bytes = batch(["abc"]).array
            bytes[bytes.count - 2] ^= 1
            #expect(try await KafkaError(client.produce("t", ByteSlice(bytes)).errorCode) == .corruptMessage)
            #expect(try await KafkaError(client.produce("t", ByteSlice()).errorCode) != .noError)
            #expect(try await client.produce("t", batch(["a"])).baseOffset == 0)
        }
    }

    @Test func aRequestAnswersForEachOfItsPartitionsOnAllCores() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 9)
            let batches = (Int32(0)..<10).map { ($0, batch(["v\($0)"])) }
            let response = try await client.ask(ProduceRequest.of("t", batches), version: 12)
            let partitions = response.topics.first?.partitions ?? []
            #expect(partitions.map(\.index) == (0..<10).map { Int32($0) })
            #expect(
                partitions.map { KafkaError($0.errorCode) } == [KafkaError](repeating: .noError, count: 9) + [
                    .unknownTopicOrPartition
                ])
            for partition in Int32(0)..<9 {
                #expect(try await client.values("t", partition) == ["v\(partition)"])
            }
        }
    }

    @Test func requestsInFlightKeepTheirOrderOnEveryCore() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 3)
            for number in 0..<20 {
                let batches = (Int32(0)..<3).map { ($0, batch(["\(number)"])) }
                try await client.send(ProduceRequest.of("t", batches), version: 12)
            }
            for number in 0..<20 {
                let response = try await client.receive(ProduceResponse.self, version: 12)
                #expect(
                    response.topics.first?.partitions.map(\.baseOffset) == [Int64](repeating: Int64(number), count: 3))
            }
            for partition in Int32(0)..<3 {
                #expect(try await client.values("t", partition) == (0..<20).map { "\($0)" })
            }
        }
    }

    @Test func internalTopicsAreForKafkasOwnTools() throws {
        try Stage().ask { client in
            _ = try await client.ask(FindCoordinatorRequest { $0.coordinatorKeys = ["g"] })
            let topic = "__consumer_offsets"
            #expect(try await KafkaError(client.produce(topic, batch(["a"])).errorCode) == .invalidTopicException)
        }
    }
}
