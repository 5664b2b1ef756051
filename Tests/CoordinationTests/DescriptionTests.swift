import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct DescriptionTests {
    let host = GroupTestHost()

    @Test func unknownGroupIsDeadAndSinceVersion6NotFound() {
        let old = host.machine.describe("nope", version: 5)
        #expect(old.groupState == "Dead" && old.errorCode == 0)
        let new = host.machine.describe("nope", version: 6)
        #expect(new.groupState == "Dead" && new.errorCode == KafkaError.groupIDNotFound.code)
        #expect(new.errorMessage == "Group nope not found.")
    }

    @Test func stableGroupShowsProtocolMetadataAndAssignment() {
        let (members, _) = host.stableGroup(1)
        let group = host.machine.describe("g", version: 6)
        #expect(group.groupState == "Stable" && group.protocolType == "consumer" && group.protocolData == "range")
        let member = group.members.first
        #expect(member?.memberID == members[0] && member?.clientHost == "/127.0.0.1")
        #expect(member?.memberMetadata == subscription(["t"]))
        #expect(member?.memberAssignment.text == "for \(members[0])")
    }

    @Test func unstableGroupHidesProtocolAndMetadata() {
        let (members, _) = host.stableGroup(2)
        _ = host.join(members[0])
        let group = host.machine.describe("g", version: 6)
        #expect(group.groupState == "PreparingRebalance" && group.protocolData == "")
        #expect(group.members.count == 2 && group.members.allSatisfy { $0.memberMetadata.isEmpty })
    }

    @Test func listFiltersByStateAndTypeWhateverTheCase() {
        _ = host.stableGroup(1)
        _ = host.commit(1, group: "a")
        #expect(host.machine.list(states: [], types: []).map(\.groupID) == ["a", "g"])
        #expect(host.machine.list(states: [" stable "], types: []).map(\.groupID) == ["g"])
        #expect(host.machine.list(states: ["EMPTY"], types: ["Classic"]).map(\.groupID) == ["a"])
        #expect(host.machine.list(states: [], types: ["consumer"]).isEmpty)
        #expect(host.machine.list(states: [], types: []).last?.groupType == "Classic")
    }

    @Test func loadingIsSaid() {
        let loading = GroupTestHost(isLoaded: false)
        #expect(loading.machine.describe("g", version: 6).errorCode == KafkaError.coordinatorLoadInProgress.code)
    }

    @Test(arguments: [
        ("", 0), ("a", 47), ("consumer-group", 38), ("my-group", 12), ("grüße", 23), ("polygenelubricants", 0),
    ])
    func groupsArePlacedAsJavaHashes(_ group: String, _ partition: Int32) {
        #expect(OffsetsTopic.partition(of: group, partitionCount: 50) == partition)
    }
}

@Suite struct ConsumerSubscriptionTests {
    @Test func topicsAreReadFromEveryVersion() {
        #expect(ConsumerSubscription.topics(of: subscription(["a", "b"])) == ["a", "b"])
        let version3 = ByteSlice([0, 3] + Array(subscription(["a"]).array.dropFirst(2)) + [0, 0, 0, 0, 0, 0, 0, 9])
        #expect(ConsumerSubscription.topics(of: version3) == ["a"])
    }

    @Test(
        arguments: [
            [], [0], [0xff, 0xff, 0, 0, 0, 0], [0, 0, 0xff, 0xff, 0xff, 0xff], [0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0],
            [0, 0, 0, 0, 0, 1, 0, 9, 65], [0, 0, 0, 0, 0, 1, 0xff, 0xff, 65],
        ] as [[UInt8]])
    func garbageIsNoSubscription(_ bytes: [UInt8]) {
        #expect(ConsumerSubscription.topics(of: ByteSlice(bytes)) == nil)
    }
}

@Suite struct DeadlineQueueTests {
    @Test func deadlinesComeInOrderAndOnlyWhenDue() {
        var queue = DeadlineQueue<String>()
        queue.schedule("b", at: 20)
        queue.schedule("a", at: 10)
        #expect(queue.next == 10)
        #expect(queue.popDue(at: 9) == nil)
        #expect(queue.popDue(at: 20) == "a")
        #expect(queue.popDue(at: 20) == "b")
        #expect(queue.popDue(at: 20) == nil && queue.next == nil)
    }

    @Test func laterEarlierAndCancelledDeadlines() {
        var queue = DeadlineQueue<String>()
        for key in ["later", "earlier", "gone"] { queue.schedule(key, at: 10) }
        queue.schedule("later", at: 30)
        queue.schedule("earlier", at: 5)
        queue.cancel("gone")
        #expect(queue.popDue(at: 20) == "earlier")
        #expect(queue.popDue(at: 29) == nil)
        #expect(queue.next == 30)
        #expect(queue.popDue(at: 30) == "later")
    }

    @Test func staleEntriesDoNotPileUpNorLoseDeadlines() {
        var queue = DeadlineQueue<Int>()
        for round in 0..<1_000 {
            queue.schedule(round % 3, at: UInt64(10_000 - round))
        }
        #expect((0..<3).map { queue.deadline(of: $0) } == [9_001, 9_003, 9_002])
        #expect((0..<3).compactMap { _ in queue.popDue(at: 9_003) } == [0, 2, 1])
        #expect(queue.isEmpty)
    }
}
