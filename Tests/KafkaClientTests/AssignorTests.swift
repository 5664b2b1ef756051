import KafkaClient
import Testing

private func partitions(_ topic: String, _ indexes: Int32...) -> [TopicPartition] {
    indexes.map { TopicPartition(topic, $0) }
}

@Suite struct RangeAssignorTests {
    private let assignor = RangeAssignor()

    @Test func theFirstMembersGetOneMoreInEveryTopic() {
        let members = ["a", "b"].map { AssignorMember(memberID: $0, topics: ["t1", "t2"]) }
        let assignment = assignor.assign(members, partitionCounts: ["t1": 3, "t2": 3])
        #expect(assignment["a"] == partitions("t1", 0, 1) + partitions("t2", 0, 1))
        #expect(assignment["b"] == partitions("t1", 2) + partitions("t2", 2))
    }

    @Test func aMemberTooManyGetsNothing() {
        let members = ["a", "b", "c"].map { AssignorMember(memberID: $0, topics: ["t"]) }
        let assignment = assignor.assign(members, partitionCounts: ["t": 2])
        #expect(assignment == ["a": partitions("t", 0), "b": partitions("t", 1), "c": []])
    }

    @Test func staticMembersComeFirstByTheirInstance() {
        let members = [
            AssignorMember(memberID: "a", topics: ["t"]),
            AssignorMember(memberID: "z", instanceID: "i2", topics: ["t"]),
            AssignorMember(memberID: "y", instanceID: "i1", topics: ["t"]),
        ]
        let assignment = assignor.assign(members, partitionCounts: ["t": 3])
        #expect(assignment == ["y": partitions("t", 0), "z": partitions("t", 1), "a": partitions("t", 2)])
    }

    @Test func topicsThatDontExistCountForNothing() {
        let members = [AssignorMember(memberID: "a", topics: ["t", "nope"])]
        #expect(assignor.assign(members, partitionCounts: ["t": 1]) == ["a": partitions("t", 0)])
    }
}

@Suite struct RoundRobinAssignorTests {
    private let assignor = RoundRobinAssignor()

    @Test func partitionsAreDealtOutAcrossTopics() {
        let members = ["a", "b"].map { AssignorMember(memberID: $0, topics: ["t0", "t1"]) }
        let assignment = assignor.assign(members, partitionCounts: ["t0": 3, "t1": 3])
        #expect(assignment["a"] == partitions("t0", 0, 2) + partitions("t1", 1))
        #expect(assignment["b"] == partitions("t0", 1) + partitions("t1", 0, 2))
    }

    @Test func membersThatDontSubscribeArePassedOver() {
        let members = [
            AssignorMember(memberID: "a", topics: ["t0"]), AssignorMember(memberID: "b", topics: ["t0", "t1"]),
            AssignorMember(memberID: "c", topics: ["t0", "t1", "t2"]),
        ]
        let assignment = assignor.assign(members, partitionCounts: ["t0": 1, "t1": 2, "t2": 3])
        #expect(assignment["a"] == partitions("t0", 0))
        #expect(assignment["b"] == partitions("t1", 0))
        #expect(assignment["c"] == partitions("t1", 1) + partitions("t2", 0, 1, 2))
    }
}

@Suite struct CooperativeStickyAssignorTests {
    private let assignor = CooperativeStickyAssignor()

    private func member(_ id: String, _ owned: [TopicPartition] = [], generation: Int32 = 1, topics: [String] = ["t"])
        -> AssignorMember
    {
        AssignorMember(memberID: id, topics: topics, ownedPartitions: owned, generation: generation)
    }

    @Test func freshMembersShareEvenly() {
        let assignment = assignor.assign([member("a"), member("b")], partitionCounts: ["t": 5])
        #expect(assignment.values.map(\.count).sorted() == [2, 3])
        #expect(Set(assignment.values.flatMap { $0 }).count == 5)
    }

    @Test func whoStaysKeepsWhatItHas() {
        let assignment = assignor.assign(
            [member("a", partitions("t", 0, 3)), member("b", partitions("t", 1))], partitionCounts: ["t": 4])
        #expect(Set(assignment["a"] ?? []) == Set(partitions("t", 0, 3)))
        #expect(Set(assignment["b"] ?? []) == Set(partitions("t", 1, 2)))
    }

    @Test func whatMovesIsGivenToNobodyUntilItsOwnerLetsGo() {
        let first = assignor.assign([member("a", partitions("t", 0, 1, 2, 3)), member("b")], partitionCounts: ["t": 4])
        #expect(first["a"]?.count == 2)
        #expect(first["b"] == [])
        let second = assignor.assign([member("a", first["a"] ?? []), member("b")], partitionCounts: ["t": 4])
        #expect(second["a"] == first["a"])
        #expect(Set((second["a"] ?? []) + (second["b"] ?? [])) == Set(partitions("t", 0, 1, 2, 3)))
    }

    @Test func ofTwoClaimsTheYoungerGenerationWins() {
        let assignment = assignor.assign(
            [member("a", partitions("t", 0), generation: 4), member("b", partitions("t", 0), generation: 5)],
            partitionCounts: ["t": 1])
        #expect(assignment == ["a": [], "b": partitions("t", 0)])
    }

    @Test func partitionsGoOnlyToSubscribers() {
        let assignment = assignor.assign(
            [member("a", topics: ["t"]), member("b", topics: ["u"])], partitionCounts: ["t": 2, "u": 1])
        #expect(assignment == ["a": partitions("t", 0, 1), "b": partitions("u", 0)])
    }

    @Test func memberLoadsNeverDifferByMoreThanOneWithEqualSubscriptions() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<50 {
            let count = next(40)
            var owned: [[TopicPartition]] = Array(repeating: [], count: 1 + next(6))
            for index in 0..<count where next(2) == 0 {
                owned[next(owned.count)].append(TopicPartition("t", Int32(index)))
            }
            let members = owned.enumerated().map { member("m\($0)", $1) }
            let assignment = assignor.assign(members, partitionCounts: ["t": Int32(count)])
            let all = assignment.values.flatMap { $0 }
            #expect(Set(all).count == all.count, "seed \(seed)")
            let mine = members.allSatisfy { one in
                (assignment[one.memberID] ?? []).count <= (count + members.count - 1) / members.count
            }
            #expect(mine, "seed \(seed)")
        }
    }
}
