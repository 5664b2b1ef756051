import Bytes
import KafkaProtocol
import Reactor
import Simulation
import Testing

@Suite struct GroupTests {
    @Test(arguments: [1, 3]) func aMemberJoinsSyncsCommitsAndLeaves(cores: Int) throws {
        try Stage(cores: cores).ask { client in
            try await client.create("t")
            try await client.findCoordinator("g")
            let member = try await client.join("g")
            #expect(member.errorCode == 0)
            #expect(member.leader == member.memberID)
            let synced = try await client.sync("g", member)
            #expect(synced.errorCode == 0)
            #expect(synced.assignment.text == "yours")
            #expect(try await client.heartbeat("g", member) == .noError)
            #expect(try await client.commit("g", member, "t", 0, offset: 42) == .noError)
            #expect(try await client.commit("g", member, "t", 9, offset: 42) == .unknownTopicOrPartition)
            #expect(try await client.commit("g", member, "absent", 0, offset: 42) == .unknownTopicOrPartition)
            #expect(try await client.committed("g", "t", 0) == 42)
            #expect(try await client.committed("g", "t", 1) == -1)
            let left = try await client.ask(
                LeaveGroupRequest {
                    $0.groupID = "g"
                    $0.members = [LeaveGroupRequest.Member { $0.memberID = member.memberID }]
                })
            #expect(left.errorCode == 0)
            #expect(try await client.heartbeat("g", member) == .unknownMemberID)
        }
    }

    @Test func anotherMemberMakesTheGroupRebalance() throws {
        try Stage(cores: 3).ask { client in
            try await client.findCoordinator("g")
            let first = try await client.join("g")
            _ = try await client.sync("g", first)
            let other = try await client.another()
            let id = try await other.joinOnce("g", memberID: "").memberID
            try await other.send(Client.joining("g", memberID: id), version: 9)
            await client.core.sleep(milliseconds: 100)
            #expect(try await client.heartbeat("g", first) == .rebalanceInProgress)
            let again = try await client.joinOnce("g", memberID: first.memberID)
            let second = try await other.receive(JoinGroupResponse.self, version: 9)
            #expect(again.generationID == first.generationID + 1)
            #expect(second.generationID == again.generationID)
            #expect([again, second].map(\.members.count).sorted() == [0, 2])
            other.close()
        }
    }

    @Test func aMemberThatIsSilentIsDropped() throws {
        try Stage().ask { client in
            try await client.findCoordinator("g")
            let member = try await client.join("g")
            _ = try await client.sync("g", member)
            await client.core.sleep(milliseconds: 15_000)
            #expect(try await client.heartbeat("g", member) == .unknownMemberID)
        }
    }

    @Test(arguments: [1, 3]) func offsetsSurviveARestart(cores: Int) throws {
        let stage = try Stage(cores: cores)
        try stage.ask { client in
            try await client.create("t", partitions: 4)
            for group in ["a", "b", "c", "d", "e"] {
                try await client.findCoordinator(group)
                for partition in Int32(0)..<4 {
                    #expect(
                        try await client.commit(group, nil, "t", partition, offset: Int64(partition) + 10) == .noError)
                }
            }
        }
        for isOrderly in [true, false] {
            if isOrderly { try stage.stop() } else { stage.crash(.kill) }
            try stage.start()
            try stage.ask { client async throws in
                for group in ["a", "b", "c", "d", "e"] {
                    for partition in Int32(0)..<4 {
                        #expect(try await client.committed(group, "t", partition) == Int64(partition) + 10)
                    }
                }
            }
        }
    }

    @Test func offsetsOfADeletedTopicAreForgotten() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t")
            try await client.findCoordinator("g")
            #expect(try await client.commit("g", nil, "t", 0, offset: 5) == .noError)
            #expect(try await client.delete("t") == .noError)
            try await client.create("t")
            await client.core.sleep(milliseconds: 100)
            #expect(try await client.committed("g", "t", 0) == -1)
        }
    }

    @Test func manyCommitsInFlightAreAllAnswered() throws {
        try Stage(cores: 3).ask { client in
            try await client.create("t")
            try await client.findCoordinator("g")
            let others = [try await client.another(), try await client.another(), try await client.another()]
            for offset in Int64(0)..<50 {
                for other in others {
                    try await other.send(Client.committing("g", nil, "t", 0, offset: offset), version: 9)
                }
            }
            for other in others {
                for _ in 0..<50 {
                    let answer = try await other.receive(OffsetCommitResponse.self, version: 9)
                    #expect(answer.topics.first?.partitions.first?.errorCode == 0)
                }
                other.close()
            }
            #expect(try await client.committed("g", "t", 0) == 49)
        }
    }

    @Test func groupsAreFoundAndShareGroupsAreNot() throws {
        try Stage().ask { client in
            let response = try await client.ask(
                FindCoordinatorRequest {
                    $0.coordinatorKeys = ["g:AAAAAAAAAAAAAAAAAAAAAA:0"]
                    $0.keyType = 2
                })
            #expect(response.coordinators.first?.errorCode != 0)
            let groups = try await client.ask(FindCoordinatorRequest { $0.coordinatorKeys = ["a", "b"] }).coordinators
            #expect(groups.map(\.key) == ["a", "b"])
            #expect(
                groups.allSatisfy { $0.errorCode == 0 && $0.nodeID == 1 && $0.port == 9092 && $0.host == "10.0.0.1" })
        }
    }

    @Test func aCauseWhyNoGroupsAreCoordinatedIsLoggedOnce() throws {
        let stage = try Stage(cores: 3, settings: [("offsets.topic.replication.factor", "3")])
        try stage.ask { client in
            for _ in 0..<20 {
                let other = try await client.another()
                let found = try await other.ask(FindCoordinatorRequest { $0.coordinatorKeys = ["g"] }).coordinators
                #expect(found.map { KafkaError($0.errorCode) } == [.coordinatorNotAvailable])
                other.close()
            }
        }
        let complaints = stage.lines.value.filter { $0.hasPrefix("ERROR") }
        #expect(complaints.count == 1, "\(complaints)")
    }

    @Test func aTopicIsOnceInTheAnswerToACommit() throws {
        try Stage().ask { client in
            try await client.create("t", partitions: 2)
            try await client.findCoordinator("g")
            var request = Client.committing("g", nil, "t", 0, offset: 1)
            for index in [7, 1, 9] as [Int32] {
                request.topics[0].partitions.append(
                    OffsetCommitRequest.Partition {
                        $0.partitionIndex = index
                        $0.committedOffset = 2
                    })
            }
            let topics = try await client.ask(request, version: 9).topics
            #expect(topics.map(\.name) == ["t"])
            #expect(topics.flatMap(\.partitions).map(\.partitionIndex) == [7, 9, 0, 1])
            let errors = topics.flatMap(\.partitions).map { KafkaError($0.errorCode) }
            #expect(errors == [.unknownTopicOrPartition, .unknownTopicOrPartition, .noError, .noError])
        }
    }

    @Test(arguments: [1, 3]) func aParkedJoinKeepsNothingOfAConnectionThatIsGone(cores: Int) throws {
        let stage = try Stage(cores: cores)
        try stage.ask { client in
            try await client.findCoordinator("g")
            let first = try await client.join("g")
            _ = try await client.sync("g", first)
            // On several connections, so that any core's may be the one that waits for another core's group.
            for _ in 0..<6 {
                let other = try await client.another()
                let id = try await other.joinOnce("g", memberID: "").memberID
                try await other.send(Client.joining("g", memberID: id), version: 9)
                await client.core.sleep(milliseconds: 10)
                other.close()
            }
            await client.core.sleep(milliseconds: 100)
            #expect(try await client.heartbeat("g", first) == .rebalanceInProgress)
            // The members are still there.
            let groups = try await client.ask(DescribeGroupsRequest { $0.groups = ["g"] }).groups
            #expect(groups.first?.members.count == 7)
        }
        stage.world.run(milliseconds: 100)
        #expect(try stage.connectionCount() == 0)
    }

    @Test(arguments: [1, 3]) func aStopDoesNotWaitForParkedJoins(cores: Int) throws {
        let stage = try Stage(cores: cores)
        let held = Shared<[Client]>([])
        try stage.ask { client in
            try await client.findCoordinator("g")
            // On several connections, so that any core's may be the one that waits for another core's group.
            for _ in 0..<6 {
                let member = try await client.another()
                held.value.append(member)
                let id = try await member.joinOnce("g", memberID: "").memberID
                try await member.send(Client.joining("g", memberID: id), version: 9)
            }
            await client.core.sleep(milliseconds: 1000)
        }
        try stage.stop()
    }
}

extension Client {
    static func joining(_ group: String, memberID: String) -> JoinGroupRequest {
        JoinGroupRequest {
            $0.groupID = group
            $0.sessionTimeoutMilliseconds = 10_000
            $0.rebalanceTimeoutMilliseconds = 300_000
            $0.memberID = memberID
            $0.protocolType = "consumer"
            $0.protocols = [JoinGroupRequest.SupportedProtocol { $0.name = "range" }]
        }
    }

    static func committing(
        _ group: String, _ member: JoinGroupResponse?, _ topic: String, _ partition: Int32, offset: Int64
    ) -> OffsetCommitRequest {
        OffsetCommitRequest {
            $0.groupID = group
            $0.generationIDOrMemberEpoch = member?.generationID ?? -1
            $0.memberID = member?.memberID ?? ""
            $0.topics = [
                OffsetCommitRequest.Topic {
                    $0.name = topic
                    $0.partitions = [
                        OffsetCommitRequest.Partition {
                            $0.partitionIndex = partition
                            $0.committedOffset = offset
                        }
                    ]
                }
            ]
        }
    }

    /// Has the coordinator made and ready.
    func findCoordinator(_ group: String) async throws {
        for _ in 0..<100 {
            let found = try await ask(FindCoordinatorRequest { $0.coordinatorKeys = [group] }).coordinators.first
            let beat = try await ask(HeartbeatRequest { $0.groupID = group })
            if found?.errorCode == 0, KafkaError(beat.errorCode) == .unknownMemberID { return }
            await core.sleep(milliseconds: 20)
        }
        throw ClientFailure.closed
    }

    func joinOnce(_ group: String, memberID: String) async throws -> JoinGroupResponse {
        try await ask(Self.joining(group, memberID: memberID))
    }

    /// Joins twice: the first time gives the id.
    func join(_ group: String) async throws -> JoinGroupResponse {
        let id = try await joinOnce(group, memberID: "").memberID
        return try await joinOnce(group, memberID: id)
    }

    func sync(_ group: String, _ member: JoinGroupResponse) async throws -> SyncGroupResponse {
        try await ask(
            SyncGroupRequest {
                $0.groupID = group
                $0.generationID = member.generationID
                $0.memberID = member.memberID
                $0.protocolType = "consumer"
                $0.protocolName = "range"
                $0.assignments = [
                    SyncGroupRequest.Assignment {
                        $0.memberID = member.memberID
                        $0.assignment = ByteSlice(utf8: "yours")
                    }
                ]
            })
    }

    func heartbeat(_ group: String, _ member: JoinGroupResponse) async throws -> KafkaError {
        let response = try await ask(
            HeartbeatRequest {
                $0.groupID = group
                $0.generationID = member.generationID
                $0.memberID = member.memberID
            })
        return KafkaError(response.errorCode)
    }

    func commit(
        _ group: String, _ member: JoinGroupResponse?, _ topic: String, _ partition: Int32, offset: Int64
    ) async throws -> KafkaError {
        let response = try await ask(
            Self.committing(group, member, topic, partition, offset: offset), version: 9)
        return KafkaError(response.topics.first?.partitions.first?.errorCode ?? -1)
    }

    func committed(_ group: String, _ topic: String, _ partition: Int32) async throws -> Int64 {
        for _ in 0..<100 {
            let response = try await ask(
                OffsetFetchRequest {
                    $0.groups = [
                        OffsetFetchRequest.Group {
                            $0.groupID = group
                            $0.topics = [
                                OffsetFetchRequest.GroupTopic {
                                    $0.name = topic
                                    $0.partitionIndexes = [partition]
                                }
                            ]
                        }
                    ]
                }, version: 9)
            guard let found = response.groups.first, found.errorCode == 0 else {
                await core.sleep(milliseconds: 20)
                continue
            }
            return found.topics.first?.partitions.first?.committedOffset ?? -2
        }
        return -3
    }
}
