import Bytes
import KafkaProtocol
import Testing

@Suite struct FetchSessionScenarioTests {
    @Test func aSessionTellsOnlyWhatHasChanged() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 3)
            let first = try await client.begin([(0, 0), (1, 0), (2, 0)])
            #expect(first.sessionID != 0)
            #expect(first.indexes == [0, 1, 2])
            try await client.produce("t", 1, batch(["a"]))
            let second = try await client.go(on: first.sessionID, 1)
            #expect(second.sessionID == first.sessionID)
            #expect(second.indexes == [1])
            #expect(try records(second.topics.first?.partitions.first?.records?.joined).map(\.value) == ["a"])
            // The client moves on in that partition; nothing is new.
            let third = try await client.go(on: first.sessionID, 2, changed: [(1, 1)])
            #expect(third.topics.isEmpty)
        }
    }

    @Test func epochsHaveToFollowEachOther() throws {
        try Stage().ask { client in
            try await client.create("t")
            let id = try await client.begin([(0, 0)]).sessionID
            #expect(try await KafkaError(client.go(on: id, 2).errorCode) == .invalidFetchSessionEpoch)
            #expect(try await client.go(on: id, 1).errorCode == 0)
            #expect(try await KafkaError(client.go(on: id, 1).errorCode) == .invalidFetchSessionEpoch)
            #expect(try await KafkaError(client.go(on: id, -5).errorCode) == .invalidFetchSessionEpoch)
            #expect(try await KafkaError(client.go(on: id &+ 1, 2).errorCode) == .fetchSessionIDNotFound)
        }
    }

    @Test func forgettingTheLastPartitionEndsTheSession() throws {
        try Stage().ask { client in
            try await client.create("t", partitions: 2)
            let id = try await client.begin([(0, 0), (1, 0)]).sessionID
            #expect(try await client.go(on: id, 1, forgotten: [0]).sessionID == id)
            try await client.produce("t", 0, batch(["unseen"]))
            #expect(try await client.go(on: id, 2).topics.isEmpty)
            #expect(try await client.go(on: id, 3, forgotten: [1]).sessionID == 0)
            #expect(try await KafkaError(client.go(on: id, 4).errorCode) == .fetchSessionIDNotFound)
        }
    }

    @Test func namesAndIDsDoNotMixInASession() throws {
        try Stage().ask { client in
            try await client.create("t")
            let id = try await client.begin([(0, 0)]).sessionID
            var request = FetchRequest.of("t", [])
            request.sessionID = id
            request.sessionEpoch = 1
            let response = try await client.ask(request, version: 13)
            #expect(KafkaError(response.errorCode) == .fetchSessionTopicIDError)
            #expect(response.sessionID == 0)
        }
    }

    @Test func aClosedSessionIsGone() throws {
        try Stage().ask { client in
            try await client.create("t")
            let id = try await client.begin([(0, 0)]).sessionID
            var request = FetchRequest.of("t", [(0, 0)])
            request.sessionID = id
            request.sessionEpoch = -1
            #expect(try await client.ask(request, version: 12).sessionID == 0)
            #expect(try await KafkaError(client.go(on: id, 1).errorCode) == .fetchSessionIDNotFound)
        }
    }

    @Test func anErrorIsToldAgainUntilItIsOver() throws {
        try Stage().ask { client in
            try await client.create("t")
            let id = try await client.begin([(0, 50)]).sessionID
            for epoch in Int32(1)...2 {
                let partition = try await client.go(on: id, epoch).topics.first?.partitions.first
                #expect(partition.map { KafkaError($0.errorCode) } == .offsetOutOfRange)
            }
            let cured = try await client.go(on: id, 3, changed: [(0, 0)]).topics.first?.partitions.first
            #expect(cured?.errorCode == 0)
            #expect(cured?.highWatermark == 0)
        }
    }

    @Test func partitionsThatGotNothingComeFirstNextTime() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t", partitions: 6)
            let large = String(repeating: "x", count: 1000)
            for partition in Int32(0)..<6 {
                for _ in 0..<12 { try await client.produce("t", partition, batch([large])) }
            }
            var next = [Int32: Int64](uniqueKeysWithValues: (Int32(0)..<6).map { ($0, 0) })
            var epoch: Int32 = 0
            var id: Int32 = 0
            var seen: Set<Int32> = []
            for _ in 0..<12 {
                var request = FetchRequest.of("t", next.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
                request.maximumBytes = 1100
                request.sessionID = id
                request.sessionEpoch = epoch
                let response = try await client.ask(request, version: 12)
                id = response.sessionID
                epoch += 1
                for partition in response.topics.flatMap(\.partitions) {
                    let last = try records(partition.records?.joined).last?.offset
                    if let last {
                        seen.insert(partition.index)
                        next[partition.index] = last + 1
                    }
                }
            }
            #expect(seen == [0, 1, 2, 3, 4, 5])
        }
    }
}

extension FetchResponse {
    fileprivate var indexes: [Int32] { topics.flatMap(\.partitions).map(\.index).sorted() }
}

extension Client {
    fileprivate func begin(_ partitions: [(Int32, Int64)]) async throws -> FetchResponse {
        var request = FetchRequest.of("t", partitions)
        request.sessionEpoch = 0
        return try await ask(request, version: 12)
    }

    fileprivate func go(
        on id: Int32, _ epoch: Int32, changed: [(Int32, Int64)] = [], forgotten: [Int32] = []
    ) async throws -> FetchResponse {
        var request = FetchRequest.of("t", changed)
        request.sessionID = id
        request.sessionEpoch = epoch
        if !forgotten.isEmpty {
            request.forgottenTopics = [
                FetchRequest.ForgottenTopic {
                    $0.name = "t"
                    $0.partitions = forgotten
                }
            ]
        }
        return try await ask(request, version: 12)
    }
}
