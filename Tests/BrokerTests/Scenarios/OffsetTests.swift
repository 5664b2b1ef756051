import Bytes
import KafkaProtocol
import Testing

@Suite struct OffsetTests {
    @Test func specialTimestampsHaveTheirMeaning() throws {
        try Stage().ask { client in
            try await client.create("t")
            try await client.produce("t", batch(["a", "b"], timestamp: 5000))
            try await client.produce("t", batch(["c"], timestamp: 100))
            let epoch = try await client.metadata("t").partitions.first?.leaderEpoch ?? -1
            let latest = try await client.offset("t", at: -1)
            #expect(latest.offset == 3)
            #expect(latest.timestamp == -1)
            #expect(latest.leaderEpoch == epoch)
            let earliest = try await client.offset("t", at: -2)
            #expect(earliest.offset == 0)
            #expect(earliest.timestamp == -1)
            let newest = try await client.offset("t", at: -3)
            #expect(newest.offset == 1)
            #expect(newest.timestamp == 5001)
            #expect(try await client.offset("t", at: -4).offset == 0)
            #expect(try await client.offset("t", at: -5).offset == -1)
        }
    }

    @Test(arguments: [(-3, 6), (-4, 7), (-5, 8), (-6, 10)] as [(Int64, Int16)])
    func specialTimestampsAreUnknownBeforeTheirVersion(timestamp: Int64, version: Int16) throws {
        try Stage().ask { client in
            try await client.create("t")
            let old = try await client.offset("t", at: timestamp, version: version)
            #expect(KafkaError(old.errorCode) == .unsupportedVersion)
            #expect(try await client.offset("t", at: timestamp, version: version + 1).errorCode == 0)
        }
    }

    @Test func timesFindTheFirstRecordAtOrAfterThem() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 3)
            for partition in Int32(0)..<3 {
                try await client.produce("t", partition, batch(["a", "b", "c"], timestamp: 1000))
                let found = try await client.offset("t", partition, at: 1001)
                #expect(found.offset == 1)
                #expect(found.timestamp == 1001)
                let none = try await client.offset("t", partition, at: 2000)
                #expect(none.errorCode == 0)
                #expect(none.offset == -1)
                #expect(none.timestamp == -1)
            }
        }
    }

    @Test func aPartitionAskedForTwiceIsInvalid() throws {
        try Stage().ask { client in
            try await client.create("t", partitions: 2)
            let response = try await client.ask(
                ListOffsetsRequest {
                    $0.topics = [
                        ListOffsetsRequest.Topic {
                            $0.name = "t"
                            $0.partitions = ([0, 1, 0] as [Int32]).map { index in
                                ListOffsetsRequest.Partition {
                                    $0.index = index
                                    $0.timestamp = -1
                                }
                            }
                        }
                    ]
                })
            let errors = response.topics.first?.partitions.map { KafkaError($0.errorCode) }
            #expect(errors == [.invalidRequest, .noError, .invalidRequest])
        }
    }

    @Test func unknownPartitionsAreToldSo() throws {
        try Stage().ask { client in
            try await client.create("t")
            for partition in [Int32(1), -1, .max] {
                #expect(
                    try await KafkaError(client.offset("t", partition, at: -1).errorCode) == .unknownTopicOrPartition)
            }
            #expect(try await KafkaError(client.offset("", at: -1).errorCode) == .unknownTopicOrPartition)
        }
    }

    @Test func deletedRecordsAreGoneAtOnce() throws {
        try Stage().ask { client in
            try await client.create("t")
            try await client.produce("t", batch(["a", "b", "c"]))
            let deleted = try await client.deleteRecords("t", before: 2)
            #expect(deleted.errorCode == 0)
            #expect(deleted.lowWatermark == 2)
            #expect(try await client.offset("t", at: -2).offset == 2)
            #expect(try await KafkaError(client.fetch("t", from: 1).errorCode) == .offsetOutOfRange)
            #expect(try await client.values("t", from: 2) == ["c"])
            #expect(try await client.deleteRecords("t", before: -1).lowWatermark == 3)
            for offset in [Int64(4), .max, -2, .min] {
                #expect(try await KafkaError(client.deleteRecords("t", before: offset).errorCode) == .offsetOutOfRange)
            }
        }
    }

    @Test func compactedTopicsKeepTheirRecords() throws {
        try Stage().ask { client in
            try await client.create("t", [("cleanup.policy", "compact")])
            try await client.produce("t", batch(["a"]))
            #expect(try await KafkaError(client.deleteRecords("t", before: 1).errorCode) == .policyViolation)
            #expect(try await KafkaError(client.produce("t", batch(["b"], key: nil)).errorCode) == .invalidRecord)
        }
    }

    @Test func epochsEndWhereTheLogOrTheNextEpochSays() throws {
        try Stage().ask { client in
            try await client.create("t")
            try await client.produce("t", batch(["a", "b"]))
            let epoch = try await client.metadata("t").partitions.first?.leaderEpoch ?? -1
            func end(_ asked: Int32, current: Int32 = -1, partition: Int32 = 0) async throws
                -> OffsetForLeaderEpochResponse.Partition
            {
                let response = try await client.ask(
                    OffsetForLeaderEpochRequest {
                        $0.topics = [
                            OffsetForLeaderEpochRequest.Topic {
                                $0.topic = "t"
                                $0.partitions = [
                                    OffsetForLeaderEpochRequest.Partition {
                                        $0.partition = partition
                                        $0.leaderEpoch = asked
                                        $0.currentLeaderEpoch = current
                                    }
                                ]
                            }
                        ]
                    })
                return response.topics.first?.partitions.first ?? OffsetForLeaderEpochResponse.Partition()
            }
            let own = try await end(epoch)
            #expect(own.errorCode == 0)
            #expect(own.leaderEpoch == epoch)
            #expect(own.endOffset == 2)
            let later = try await end(epoch + 1)
            #expect(later.errorCode == 0)
            #expect(later.leaderEpoch == -1)
            #expect(later.endOffset == -1)
            #expect(try await KafkaError(end(epoch, current: epoch + 1).errorCode) == .unknownLeaderEpoch)
            #expect(try await KafkaError(end(epoch, partition: 7).errorCode) == .unknownTopicOrPartition)
        }
    }

    @Test(arguments: [1, 3]) func producerIDsAreNeverGivenTwice(cores: Int) throws {
        let stage = try Stage(cores: cores)
        let before = try stage.ask { client in try await client.producerIDs(1005) }
        try stage.restart()
        let after = try stage.ask { client in try await client.producerIDs(5) }
        #expect(Set(before + after).count == 1010)
        #expect((before + after).allSatisfy { $0 >= 0 })
    }
}

extension Client {
    /// Over several connections, which several cores may serve.
    fileprivate func producerIDs(_ count: Int) async throws -> [Int64] {
        var ids: [Int64] = []
        for number in 0..<5 {
            let client = number == 0 ? self : try await another()
            for _ in 0..<count / 5 {
                let response = try await client.ask(InitProducerIdRequest { $0.transactionalID = nil }, version: 4)
                guard response.errorCode == 0 else { return ids }
                ids.append(response.producerID)
            }
            if number > 0 { client.close() }
        }
        return ids
    }
}
