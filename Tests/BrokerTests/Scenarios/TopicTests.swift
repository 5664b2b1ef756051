import Bytes
import KafkaProtocol
import Reactor
import Records
import Testing

@Suite struct TopicTests {
    @Test(arguments: [1, 3]) func aCreatedTopicIsServedAtOnce(cores: Int) throws {
        try Stage(cores: cores).ask { client in
            let made = try await client.create("t", partitions: 5)
            #expect(made.errorCode == 0)
            #expect(made.partitionCount == 5)
            #expect(made.replicationFactor == 1)
            let told = try await client.metadata("t")
            #expect(told.topicID == made.topicID)
            #expect(told.partitions.map(\.index) == [0, 1, 2, 3, 4])
            #expect(told.partitions.allSatisfy { $0.leaderID == 1 && $0.errorCode == 0 })
            for partition in Int32(0)..<5 {
                #expect(try await client.produce("t", partition, batch(["a"])).errorCode == 0)
            }
        }
    }

    @Test func impossibleTopicsAreRefused() throws {
        try Stage().ask { client in
            try await client.create("t")
            #expect(try await KafkaError(client.create("t").errorCode) == .topicAlreadyExists)
            #expect(try await KafkaError(client.create("").errorCode) == .invalidTopicException)
            #expect(try await KafkaError(client.create("a/b").errorCode) == .invalidTopicException)
            #expect(try await KafkaError(client.create("u", partitions: 0).errorCode) == .invalidPartitions)
            #expect(try await KafkaError(client.create("u", partitions: .max).errorCode) == .policyViolation)
            #expect(try await KafkaError(client.create("u", [("no.such", "1")]).errorCode) == .invalidConfig)
            #expect(try await KafkaError(client.metadata("u").errorCode) == .unknownTopicOrPartition)
        }
    }

    @Test(arguments: [1, 3]) func aDeletedTopicMakesRoomForItsName(cores: Int) throws {
        let stage = try Stage(cores: cores)
        try stage.ask { client in
            let first = try await client.create("t", partitions: 3).topicID
            for partition in Int32(0)..<3 { try await client.produce("t", partition, batch(["old"])) }
            #expect(try await client.delete("t") == .noError)
            #expect(try await KafkaError(client.produce("t", batch(["x"])).errorCode) == .unknownTopicOrPartition)
            #expect(try await client.delete("t") == .unknownTopicOrPartition)
            let second = try await client.create("t", partitions: 3).topicID
            #expect(first != second)
            for partition in Int32(0)..<3 {
                #expect(try await client.values("t", partition).isEmpty)
                #expect(try await client.produce("t", partition, batch(["new"])).baseOffset == 0)
            }
        }
        try stage.restart()
        try stage.ask { client async throws in
            for partition in Int32(0)..<3 { #expect(try await client.values("t", partition) == ["new"]) }
        }
    }

    @Test func waitingFetchesHearOfADeletion() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 3)
            let other = try await client.another()
            var request = FetchRequest.of("t", [(0, 0), (1, 0), (2, 0)])
            request.maximumWaitMilliseconds = .max
            request.minimumBytes = 1
            try await other.send(request, version: 12)
            await client.core.sleep(milliseconds: 100)
            #expect(try await client.delete("t") == .noError)
            let response = try await other.receive(FetchResponse.self, version: 12)
            #expect(response.topics.flatMap(\.partitions).contains { $0.errorCode != 0 })
            other.close()
        }
    }

    @Test func partitionsAreAdded() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 2)
            func grow(to count: Int32) async throws -> KafkaError {
                let response = try await client.ask(
                    CreatePartitionsRequest {
                        $0.topics = [
                            CreatePartitionsRequest.Topic {
                                $0.name = "t"
                                $0.count = count
                                $0.assignments = nil
                            }
                        ]
                    })
                return KafkaError(response.results.first?.errorCode ?? -1)
            }
            #expect(try await grow(to: 5) == .noError)
            #expect(try await client.produce("t", 4, batch(["a"])).baseOffset == 0)
            for count in [Int32(5), 1, 0, -1, .max] { #expect(try await grow(to: count) != .noError) }
            #expect(try await client.metadata("t").partitions.count == 5)
        }
    }

    @Test func topicsAreMadeWhenClientsAskForThem() throws {
        try Stage().ask { client async throws in
            #expect(try await KafkaError(client.metadata("t").errorCode) == .unknownTopicOrPartition)
            #expect(try await client.metadata("t", create: true).errorCode == 0)
            #expect(try await client.produce("t", batch(["a"])).errorCode == 0)
            #expect(try await KafkaError(client.metadata("a b", create: true).errorCode) == .invalidTopicException)
        }
        try Stage(settings: [("auto.create.topics.enable", "false")]).ask { client async throws in
            #expect(try await KafkaError(client.metadata("t", create: true).errorCode) == .unknownTopicOrPartition)
        }
    }

    @Test func aSmallerMessageLimitCountsFromTheNextBatch() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 3)
            let large = batch([String(repeating: "x", count: 2000)])
            #expect(try await client.produce("t", large).errorCode == 0)
            #expect(try await client.set("max.message.bytes", "1000", topic: "t") == .noError)
            for partition in Int32(0)..<3 {
                let refused = try await client.produce("t", partition, batch([String(repeating: "x", count: 2000)]))
                #expect(KafkaError(refused.errorCode) == .messageTooLarge)
                #expect(try await client.produce("t", partition, batch(["small"])).errorCode == 0)
            }
        }
    }

    @Test func theBrokersClockCountsWhereTheTopicSaysSo() throws {
        try Stage().ask { client in
            try await client.create("t")
            #expect(try await client.set("message.timestamp.type", "LogAppendTime", topic: "t") == .noError)
            let produced = try await client.produce("t", batch(["a"], timestamp: 77))
            #expect(produced.logAppendTimeMilliseconds > 1_700_000_000_000)
            let fetched = try await client.fetch("t")
            var iterator = BatchIterator(fetched.records?.joined ?? ByteSlice())
            let header = try iterator.nextBatch()?.header
            #expect(header?.maxTimestamp == produced.logAppendTimeMilliseconds)
            #expect(header?.attributes.timestampType == .logAppendTime)
        }
    }

    @Test func batchesAreCompressedAsTheTopicSays() throws {
        try Stage().ask { client in
            try await client.create("t", [("compression.type", "lz4")])
            try await client.produce("t", batch(["aaaaaaaaaaaaaaaaaaaaaaaaaa", "b"]))
            let fetched = try await client.fetch("t")
            var iterator = BatchIterator(fetched.records?.joined ?? ByteSlice())
            #expect(try iterator.nextBatch()?.header.attributes.compression == .lz4)
            #expect(try await client.values("t") == ["aaaaaaaaaaaaaaaaaaaaaaaaaa", "b"])
        }
    }

    @Test func settingsAreDescribedAsTheyAre() throws {
        try Stage().ask { client in
            try await client.create("t", [("retention.ms", "1234")])
            #expect(try await client.set("retention.ms", "x", topic: "t") == .invalidConfig)
            let response = try await client.ask(
                DescribeConfigsRequest {
                    $0.resources = [
                        DescribeConfigsRequest.Resource {
                            $0.resourceType = 2
                            $0.resourceName = "t"
                            $0.configurationKeys = ["retention.ms"]
                        }
                    ]
                })
            let configs = response.results.first?.configs
            #expect(configs?.map(\.value) == ["1234"])
            #expect(configs?.map(\.configSource) == [1])
        }
    }
}
