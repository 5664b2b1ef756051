import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct ReplayTests {
    let host = GroupTestHost()

    private func key(_ type: Int16, _ group: String, _ rest: [UInt8] = []) -> ByteSlice {
        var writer = ByteWriter()
        writer.integer(type)
        writer.integer(Int16(group.utf8.count))
        writer.bytes(Array(group.utf8) + rest)
        return writer.finish()
    }

    @Test func stableGroupGoesOnAfterReload() throws {
        let (members, generation) = host.stableGroup(2)
        let reloaded = try host.reloaded()
        #expect(reloaded.state() == .stable)
        #expect(reloaded.heartbeat(members[1], generation) == .noError)
        #expect(reloaded.synced(reloaded.sync(members[1], generation))?.assignment.text == "for \(members[1])")
        #expect(reloaded.machine.groups["g"]?.leaderID == members[0])
    }

    @Test func loadedMembersHaveTheirSessionToReport() throws {
        let (members, generation) = host.stableGroup(1)
        let reloaded = try host.reloaded()
        reloaded.advance(9_999)
        #expect(reloaded.heartbeat(members[0], generation) == .noError)
        reloaded.advance(10_000)
        #expect(reloaded.heartbeat(members[0], generation) == .unknownMemberID)
    }

    @Test func olderVersionsOfTheGroupRecordAreRead() throws {
        for version in Int16(0)...4 {
            let value = GroupMetadataValue {
                $0.protocolType = "consumer"
                $0.generation = 7
                $0.protocolName = "range"
                $0.leader = "m"
                $0.members = [
                    GroupMetadataValue.Member {
                        $0.memberID = "m"
                        $0.sessionTimeoutMilliseconds = 8_000
                        $0.subscription = subscription(["t"])
                    }
                ]
            }
            var writer = ByteWriter()
            writer.integer(version)
            writer.bytes(try value.encoded(version: version))
            let fresh = GroupTestHost(isLoaded: false)
            try fresh.machine.replay(key: key(2, "g"), value: writer.finish(), offset: 0)
            fresh.perform { fresh.machine.loaded(at: fresh.moment, &$0) }
            #expect(fresh.heartbeat("m", 7) == .noError)
            #expect(fresh.machine.groups["g"]?.members.first?.rebalanceTimeoutMilliseconds == 8_000)
            #expect(fresh.machine.groups["g"]?.subscribedTopics == ["t"])
        }
    }

    @Test func offsetsOfTypeZeroAndOldVersionsAreRead() throws {
        let fresh = GroupTestHost(isLoaded: false)
        for (index, version) in [Int16(0), 1, 2, 3, 4].enumerated() {
            let value = OffsetCommitValue { $0.offset = Int64(100 + version) }
            var writer = ByteWriter()
            writer.integer(version)
            writer.bytes(try value.encoded(version: version))
            let key = key(version == 0 ? 0 : 1, "g\(version)", [0, 1] + Array("t".utf8) + [0, 0, 0, 0])
            try fresh.machine.replay(key: key, value: writer.finish(), offset: Int64(index))
        }
        fresh.perform { fresh.machine.loaded(at: fresh.moment, &$0) }
        for version in 0...4 { #expect(fresh.offset("g\(version)") == Int64(100 + version)) }
    }

    @Test func unknownTypesAreSteppedOver() throws {
        let fresh = GroupTestHost(isLoaded: false)
        try fresh.machine.replay(key: key(99, "g"), value: ByteSlice([0, 0]), offset: 0)
        #expect(fresh.machine.groups.isEmpty && fresh.machine.foreignGroups.isEmpty)
    }

    @Test func brokenRecordsThrowAndChangeNothing() {
        let fresh = GroupTestHost(isLoaded: false)
        for bytes in [[], [0], [0, 1], [0, 1, 0, 9, 1], [0, 2, 0x7f, 0xff], [0, 3, 0xff, 0xfe]] as [[UInt8]] {
            #expect(throws: CodingError.self) {
                try fresh.machine.replay(key: ByteSlice(bytes), value: ByteSlice([0, 0]), offset: 0)
            }
        }
        for bytes in [[], [0], [0, 3], [0, 9], [0xff, 0xff], [0, 3, 0, 1]] as [[UInt8]] {
            #expect(throws: CodingError.self) {
                try fresh.machine.replay(key: key(2, "g"), value: ByteSlice(bytes), offset: 0)
            }
        }
        #expect(fresh.machine.groups.isEmpty)
    }

    @Test func randomBytesNeverTrap() {
        var seed: UInt64 = 42
        func next() -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return seed >> 33
        }
        let fresh = GroupTestHost(isLoaded: false)
        for _ in 0..<20_000 {
            let tail = (0..<Int(next() % 40)).map { _ in UInt8(truncatingIfNeeded: next() % 7) }
            let value = (0..<Int(next() % 80)).map { _ in UInt8(truncatingIfNeeded: next() % 5) }
            let key = ByteSlice([0, UInt8(next() % 24)] + tail)
            try? fresh.machine.replay(key: key, value: next() % 4 == 0 ? nil : ByteSlice(value), offset: 1)
        }
        fresh.perform { fresh.machine.loaded(at: fresh.moment, &$0) }
        fresh.advance(10_000_000)
    }

    @Test func groupsOfOtherKindsKeepTheirIDs() throws {
        let fresh = GroupTestHost(isLoaded: false)
        let member = key(5, "g", [0, 1] + Array("m".utf8))
        try fresh.machine.replay(key: key(3, "g"), value: ByteSlice([0, 0]), offset: 0)
        try fresh.machine.replay(key: member, value: ByteSlice([0, 0]), offset: 1)
        fresh.perform { fresh.machine.loaded(at: fresh.moment, &$0) }
        #expect(fresh.joinError(fresh.join()) == .inconsistentGroupProtocol)
        #expect(fresh.commitError(fresh.commit(1, member: "m", generation: 1)) == .unknownMemberID)
        #expect(fresh.deleteGroup() == .nonEmptyGroup)
        #expect(fresh.machine.list(states: [], types: ["consumer"]).map(\.groupID) == ["g"])
        let described = fresh.machine.describe("g", version: 6)
        #expect(described.errorMessage == "Group g is not a classic group.")
    }

    @Test func emptyConsumerGroupBecomesClassicWithTombstonesFirst() throws {
        let fresh = GroupTestHost(isLoaded: false)
        let keys = [key(3, "g"), key(6, "g")]
        for (offset, key) in keys.enumerated() {
            try fresh.machine.replay(key: key, value: ByteSlice([0, 0]), offset: Int64(offset))
        }
        fresh.perform { fresh.machine.loaded(at: fresh.moment, &$0) }
        #expect(fresh.joinError(fresh.join()) == .memberIDRequired)
        #expect(fresh.log.map(\.key) == keys.reversed() + [key(2, "g")])
        #expect(fresh.log.map { $0.value == nil } == [true, true, false])
        #expect(fresh.state() == .empty)
    }
}

@Suite struct AppendFailureTests {
    let host = GroupTestHost()

    @Test func lostLeadershipAnswersEverybodyNotCoordinator() {
        let (members, generation) = host.stableGroup(2)
        host.holdsAppends = true
        let parked = host.join(members[0])
        let commit = host.commit(1, member: members[1], generation: generation)
        let stable = host.fetch(requiresStable: true)
        #expect(host.failAppend(.notLeaderOrFollower))
        #expect(host.joinError(parked) == .notCoordinator)
        #expect(host.commitError(commit) == .notCoordinator)
        #expect(host.fetched(stable)?.errorCode == KafkaError.notCoordinator.code)
        #expect(host.joinError(host.join()) == .notCoordinator)
        #expect(host.machine.deadline == nil)
        #expect(host.repeatedReplies.isEmpty)
    }

    @Test func timeoutAnswersCoordinatorNotAvailable() {
        host.holdsAppends = true
        let commit = host.commit(1)
        #expect(host.failAppend(.requestTimedOut))
        #expect(host.commitError(commit) == .coordinatorNotAvailable)
    }

    @Test func commitTheLogFindsTooLargeHurtsNobodyElse() {
        host.holdsAppends = true
        let first = host.commit(1), second = host.commit(2)
        #expect(!host.failAppend(.messageTooLarge))
        #expect(host.commitError(first) == .unknownServerError)
        host.finishAppend()
        #expect(host.commitError(second) == .noError)
        #expect(host.offset() == 2)
    }

    @Test func assignmentTheLogFindsTooLargeRebalances() {
        let first = host.enter(), second = host.enter()
        host.advance(10_000)
        host.holdsAppends = true
        let follower = host.sync(second.id, 1), leader = host.sync(first.id, 1)
        #expect(!host.failAppend(.recordListTooLarge))
        #expect(host.syncError(leader) == .unknownServerError)
        #expect(host.syncError(follower) == .unknownServerError)
        #expect(host.state() == .preparingRebalance)
    }

    @Test func resigningAnswersParkedRequests() {
        let first = host.enter(), second = host.enter()
        host.advance(10_000)
        let sync = host.sync(second.id, 1)
        let join = host.join(group: "h", version: 3)
        host.perform { host.machine.resign(&$0) }
        #expect(host.syncError(sync) == .notCoordinator)
        #expect(host.joinError(join) == .notCoordinator)
        #expect(host.heartbeat(first.id, 1) == .notCoordinator)
    }

    @Test(arguments: [
        (KafkaError.unknownTopicOrPartition, KafkaError.coordinatorNotAvailable),
        (.notEnoughReplicas, .coordinatorNotAvailable), (.requestTimedOut, .coordinatorNotAvailable),
        (.notLeaderOrFollower, .notCoordinator), (.kafkaStorageError, .notCoordinator),
        (.messageTooLarge, .unknownServerError), (.recordListTooLarge, .unknownServerError),
        (.invalidFetchSize, .unknownServerError), (.invalidProducerEpoch, .invalidProducerEpoch),
    ])
    func appendErrorsAreTranslated(_ error: KafkaError, _ answer: KafkaError) {
        #expect(GroupMachine.answer(toAppendFailure: error) == answer)
    }
}
