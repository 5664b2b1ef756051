import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct CommitTests {
    let host = GroupTestHost()

    @Test func commitWithoutMembershipMakesASimpleGroup() {
        #expect(host.commitError(host.commit(42)) == .noError)
        #expect(host.offset() == 42)
        #expect(host.state() == .empty)
    }

    @Test func emptyGroupIDHoldsOffsetsToo() {
        #expect(host.commitError(host.commit(42, group: "")) == .noError)
        #expect(host.offset("") == 42)
    }

    @Test func generationWithUnknownGroupIsToldByVersion() {
        #expect(host.commitError(host.commit(1, member: "m", generation: 1, version: 9)) == .groupIDNotFound)
        #expect(host.commitError(host.commit(1, member: "m", generation: 1, version: 8)) == .illegalGeneration)
    }

    @Test func memberOfTheGenerationMayCommit() {
        let (members, generation) = host.stableGroup(1)
        #expect(host.commitError(host.commit(1, member: members[0], generation: generation)) == .noError)
    }

    @Test func anonymousCommitToAGroupWithMembersIsRefused() {
        _ = host.stableGroup(1)
        #expect(host.commitError(host.commit(1)) == .unknownMemberID)
    }

    @Test func unknownMemberAndOtherGenerationAreRefused() {
        let (members, generation) = host.stableGroup(1)
        #expect(host.commitError(host.commit(1, member: "m", generation: generation)) == .unknownMemberID)
        #expect(host.commitError(host.commit(1, member: members[0], generation: generation + 1)) == .illegalGeneration)
        #expect(host.commitError(host.commit(1, member: members[0])) == .illegalGeneration)
    }

    @Test func preparingAllowsCommitsAndCompletingDoesNot() {
        let (members, generation) = host.stableGroup(2)
        let leader = host.join(members[0])
        #expect(host.commitError(host.commit(1, member: members[1], generation: generation)) == .noError)
        _ = host.join(members[1])
        #expect(host.joined(leader)?.generationID == generation + 1)
        #expect(
            host.commitError(host.commit(1, member: members[1], generation: generation + 1)) == .rebalanceInProgress)
    }

    @Test func commitsKeepTheSessionAlive() {
        let (members, generation) = host.stableGroup(1)
        for _ in 0..<5 {
            host.advance(9_000)
            #expect(host.commitError(host.commit(1, member: members[0], generation: generation)) == .noError)
        }
    }

    @Test func largeMetadataIsRefusedForItsPartitionOnly() {
        let request = OffsetCommitRequest {
            $0.groupID = "g"
            $0.topics = [
                OffsetCommitRequest.Topic {
                    $0.name = "t"
                    $0.partitions = [4_097, 4_096].enumerated().map { index, size in
                        OffsetCommitRequest.Partition {
                            $0.partitionIndex = Int32(index)
                            $0.committedMetadata = String(repeating: "m", count: size)
                        }
                    }
                }
            ]
        }
        let token = host.send(.commitOffsets(request), version: 9)
        guard case .commitOffsets(let response) = host.replies[token] else { return #expect(Bool(false)) }
        let errors = response.topics.first?.partitions.map { KafkaError(code: $0.errorCode) }
        #expect(errors == [.offsetMetadataTooLarge, .noError])
        #expect(host.log.count == 1)
    }

    @Test func commitIsAnsweredAndReadOnlyWhenWritten() {
        host.holdsAppends = true
        let token = host.commit(42)
        #expect(host.commitError(token) == nil)
        #expect(host.offset() == -1)
        host.finishAppend()
        #expect(host.commitError(token) == .noError)
        #expect(host.offset() == 42)
    }

    @Test func recordIsVersion4UnlessItExpiresByItself() throws {
        _ = host.commit(42, topicID: UUID(high: 1, low: 2), partition: 7, metadata: nil)
        _ = host.commit(43, retention: 1_000, version: 4)
        let key = Array("\u{0}\u{1}\u{0}\u{1}g\u{0}\u{1}t\u{0}\u{0}\u{0}\u{7}".utf8)
        #expect(host.log[0].key.array == key)
        var value = ByteWriter()
        value.integer(Int16(4))
        value.integer(Int64(42))
        value.integer(Int32(5))
        value.bytes([1])
        value.integer(host.moment.wallClockMilliseconds)
        value.bytes([1, 0, 16])
        value.integer(UInt64(1))
        value.integer(UInt64(2))
        let expected = value.finish()
        #expect(host.log[0].value == expected)
        var old = ByteWriter()
        old.integer(Int16(1))
        old.integer(Int64(43))
        old.integer(Int16(0))
        old.integer(host.moment.wallClockMilliseconds)
        old.integer(host.moment.wallClockMilliseconds + 1_000)
        let expectedOld = old.finish()
        #expect(host.log[1].value == expectedOld)
    }

    @Test func topicIDsAreGivenBack() {
        let id = UUID(high: 1, low: 2)
        let request = OffsetCommitRequest {
            $0.groupID = "g"
            $0.topics = [
                OffsetCommitRequest.Topic {
                    $0.name = "t"
                    $0.topicID = id
                    $0.partitions = [OffsetCommitRequest.Partition()]
                }
            ]
        }
        let token = host.send(.commitOffsets(request), version: 10)
        guard case .commitOffsets(let response) = host.replies[token] else { return #expect(Bool(false)) }
        #expect(response.topics.first?.topicID == id)
    }
}

@Suite struct FetchTests {
    let host = GroupTestHost()

    @Test func unknownPartitionAndUnknownGroupHaveNoOffsetAndNoError() {
        let partition = host.fetched(host.fetch())?.topics.first?.partitions.first
        #expect(partition?.committedOffset == -1 && partition?.committedLeaderEpoch == -1)
        #expect(partition?.metadata == "" && partition?.errorCode == 0)
    }

    @Test func nullAsksForAllTopicsInOrder() {
        _ = host.commit(1, topic: "b")
        _ = host.commit(2, topic: "a", partition: 1)
        _ = host.commit(3, topic: "a", partition: 0)
        let topics = host.fetched(host.fetch(nil))?.topics ?? []
        #expect(topics.map(\.name) == ["a", "b"])
        #expect(topics.first?.partitions.map(\.committedOffset) == [3, 2])
        #expect(host.fetched(host.fetch(nil, group: "none"))?.topics.isEmpty == true)
    }

    @Test func offsetMeantForAnotherTopicOfThatNameIsNone() {
        let old = UUID(high: 1, low: 1), new = UUID(high: 1, low: 2)
        _ = host.commit(42, topicID: old)
        func offset(_ id: UUID) -> Int64? {
            host.fetched(host.fetch(topicID: id))?.topics.first?.partitions.first?.committedOffset
        }
        #expect(offset(old) == 42 && offset(.zero) == 42 && offset(new) == -1)
    }

    @Test func stableFetchWaitsForTheCommitsBeforeIt() {
        host.holdsAppends = true
        _ = host.commit(42)
        let token = host.fetch(requiresStable: true)
        _ = host.commit(43)
        #expect(host.fetched(token) == nil)
        host.finishAppend()
        #expect(host.fetched(token)?.topics.first?.partitions.first?.committedOffset == 42)
    }

    @Test func openTransactionMakesAnOffsetUnstableOnRequest() {
        _ = host.commit(42)
        #expect(host.commitInTransaction(50, producer: 9) == .noError)
        let stable = host.fetched(host.fetch(requiresStable: true))?.topics.first?.partitions.first
        #expect(stable?.errorCode == KafkaError.unstableOffsetCommit.code && stable?.committedOffset == -1)
        #expect(host.offset() == 42)
    }

    @Test func version1CarriesTheGroupsErrorAtEveryPartition() {
        let request = OffsetFetchRequest {
            $0.groupID = "g"
            $0.topics = [
                OffsetFetchRequest.Topic {
                    $0.name = "t"
                    $0.partitionIndexes = [0, 1]
                }
            ]
        }
        let group = OffsetFetchResponse.Group { $0.errorCode = 16 }
        let old = OffsetFetchResponse(groups: [group], answering: request, version: 1)
        #expect(old.topics.first?.partitions.map(\.errorCode) == [16, 16])
        let new = OffsetFetchResponse(groups: [group], answering: request, version: 7)
        #expect(new.errorCode == 16 && new.topics.isEmpty)
        #expect(request.requestedGroups(version: 7).first?.topics?.first?.partitionIndexes == [0, 1])
    }
}

@Suite struct TransactionalOffsetTests {
    let host = GroupTestHost()

    @Test func committedMarkerMakesOffsetsVisible() {
        _ = host.commitInTransaction(50, producer: 9)
        #expect(host.offset() == -1)
        host.writeMarker(producerID: 9, isCommit: true)
        #expect(host.offset() == 50)
    }

    @Test func abortedMarkerDropsOffsets() {
        _ = host.commit(42)
        _ = host.commitInTransaction(50, producer: 9)
        host.writeMarker(producerID: 9, isCommit: false)
        #expect(host.offset() == 42)
        let stable = host.fetched(host.fetch(requiresStable: true))?.topics.first?.partitions.first
        #expect(stable?.committedOffset == 42)
    }

    @Test func plainCommitAfterTheTransactionsRecordStays() {
        _ = host.commitInTransaction(50, producer: 9)
        _ = host.commit(60)
        host.writeMarker(producerID: 9, isCommit: true)
        #expect(host.offset() == 60)
    }

    @Test func membershipIsCheckedOnlyIfGiven() {
        let (members, generation) = host.stableGroup(1)
        #expect(host.commitInTransaction(1, producer: 9) == .noError)
        #expect(
            host.commitInTransaction(1, producer: 9, member: members[0], generation: generation + 1)
                == .illegalGeneration)
        #expect(host.commitInTransaction(1, producer: 9, member: "m", generation: generation) == .unknownMemberID)
        #expect(
            host.commitInTransaction(1, producer: 9, member: "m", generation: 1, group: "none") == .illegalGeneration)
    }

    @Test func stateOfTheGroupDoesNotMatter() {
        let first = host.enter()
        host.advance(10_000)
        #expect(host.state() == .completingRebalance)
        #expect(host.commitInTransaction(1, producer: 9, member: first.id, generation: 1) == .noError)
    }

    @Test func appendNamesTheProducer() {
        host.holdsAppends = true
        _ = host.commitInTransaction(1, producer: 9)
        #expect(
            host.held.first?.producer == TransactionalProducer(transactionalID: "x", producerID: 9, producerEpoch: 0))
        _ = host.commit(1)
        #expect(host.held.last?.producer == nil)
    }

    @Test func reloadKeepsOpenTransactions() throws {
        _ = host.commitInTransaction(50, producer: 9)
        let reloaded = try host.reloaded()
        #expect(reloaded.offset() == -1)
        reloaded.writeMarker(producerID: 9, isCommit: true)
        #expect(reloaded.offset() == 50)
    }
}
