import Bytes
import KafkaProtocol

@testable import Coordination

/// A host for one machine of groups, with a log in memory.
final class GroupTestHost: MachineTestHost {
    struct Logged {
        let key: ByteSlice
        let value: ByteSlice?
        let producerID: Int64
    }

    let machine: GroupMachine
    private(set) var log: [Logged] = []
    var now: UInt64 = 1_000_000
    private(set) var replies: [UInt64: GroupResponse] = [:]
    private(set) var repeatedReplies: [UInt64] = []
    private(set) var tokens: UInt64 = 0
    /// Appends that wait for ``finishAppend()``; without holding, they are done at once.
    private(set) var held: [GroupAppend] = []
    var holdsAppends = false
    var client = ClientIdentity(id: "client", host: "/127.0.0.1")

    init(_ config: GroupConfig = GroupConfig(), isLoaded: Bool = true) {
        var bits: UInt64 = 7
        machine = GroupMachine(config: config) {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return bits
        }
        if isLoaded { perform { machine.loaded(at: moment, &$0) } }
    }

    // MARK: Driving

    func send(_ request: GroupRequest, version: Int16) -> UInt64 {
        tokens += 1
        let token = tokens
        perform { machine.handle(request, version: version, client: client, token: token, at: moment, &$0) }
        return token
    }

    func finishAppend() {
        let append = held.removeFirst()
        let base = Int64(log.count)
        log += append.records.map {
            Logged(key: $0.key, value: $0.value, producerID: append.producer?.producerID ?? -1)
        }
        perform { machine.appended(append.id, baseOffset: base, at: moment, &$0) }
    }

    func failAppend(_ error: KafkaError) -> Bool {
        let append = held.removeFirst()
        var isGone = false
        perform { isGone = machine.appendFailed(append.id, error, at: moment, &$0) }
        return isGone
    }

    func writeMarker(producerID: Int64, isCommit: Bool) {
        log.append(Logged(key: ByteSlice(), value: nil, producerID: isCommit ? producerID : ~producerID))
        machine.replayMarker(producerID: producerID, isCommit: isCommit)
    }

    func hold(_ effect: GroupEffect) {
        switch effect {
        case .reply(let token, let response):
            if replies.updateValue(response, forKey: token) != nil { repeatedReplies.append(token) }
        case .append(let append): held.append(append)
        }
    }

    func finish() {
        while !holdsAppends, !held.isEmpty { finishAppend() }
    }

    /// Another host that has read the same log.
    func reloaded(_ config: GroupConfig? = nil) throws -> GroupTestHost {
        let host = GroupTestHost(config ?? machine.config, isLoaded: false)
        host.now = now
        host.log = log
        for (offset, record) in log.enumerated() {
            if record.key.isEmpty {
                let isCommit = record.producerID >= 0
                host.machine.replayMarker(
                    producerID: isCommit ? record.producerID : ~record.producerID, isCommit: isCommit)
            } else {
                try host.machine.replay(
                    key: record.key, value: record.value, offset: Int64(offset), producerID: record.producerID)
            }
        }
        host.perform { host.machine.loaded(at: moment, &$0) }
        return host
    }

    // MARK: Requests, with what most tests want

    func join(
        _ memberID: String = "", instance: String? = nil, group: String = "g", version: Int16 = 9,
        session: Int32 = 10_000, rebalance: Int32 = 60_000, type: String = "consumer",
        protocols: [String] = ["range"], metadata: ByteSlice = subscription(["t"])
    ) -> UInt64 {
        let request = JoinGroupRequest {
            $0.groupID = group
            $0.sessionTimeoutMilliseconds = session
            $0.rebalanceTimeoutMilliseconds = rebalance
            $0.memberID = memberID
            $0.groupInstanceID = instance
            $0.protocolType = type
            $0.protocols = protocols.map { name in
                JoinGroupRequest.SupportedProtocol {
                    $0.name = name
                    $0.metadata = metadata
                }
            }
        }
        return send(.join(request), version: version)
    }

    func joined(_ token: UInt64) -> JoinGroupResponse? {
        if case .join(let response) = replies[token] { response } else { nil }
    }

    func joinError(_ token: UInt64) -> KafkaError? { joined(token).map { KafkaError(code: $0.errorCode) } }

    func sync(
        _ memberID: String, _ generation: Int32, instance: String? = nil, group: String = "g", type: String? = nil,
        protocolName: String? = nil, assignments: [String: String] = [:], version: Int16 = 5
    ) -> UInt64 {
        let request = SyncGroupRequest {
            $0.groupID = group
            $0.generationID = generation
            $0.memberID = memberID
            $0.groupInstanceID = instance
            $0.protocolType = type
            $0.protocolName = protocolName
            $0.assignments = assignments.sorted { $0.key < $1.key }.map { member, text in
                SyncGroupRequest.Assignment {
                    $0.memberID = member
                    $0.assignment = ByteSlice(utf8: text)
                }
            }
        }
        return send(.sync(request), version: version)
    }

    func synced(_ token: UInt64) -> SyncGroupResponse? {
        if case .sync(let response) = replies[token] { response } else { nil }
    }

    func syncError(_ token: UInt64) -> KafkaError? { synced(token).map { KafkaError(code: $0.errorCode) } }

    func heartbeat(_ memberID: String, _ generation: Int32, instance: String? = nil, group: String = "g") -> KafkaError?
    {
        let request = HeartbeatRequest {
            $0.groupID = group
            $0.generationID = generation
            $0.memberID = memberID
            $0.groupInstanceID = instance
        }
        let token = send(.heartbeat(request), version: 4)
        if case .heartbeat(let response) = replies[token] { return KafkaError(code: response.errorCode) }
        return nil
    }

    func leave(_ members: [(id: String, instance: String?)], group: String = "g", version: Int16 = 5) -> UInt64 {
        let request = LeaveGroupRequest {
            $0.groupID = group
            if version < 3 { $0.memberID = members.first?.id ?? "" }
            $0.members = members.map { one in
                LeaveGroupRequest.Member {
                    $0.memberID = one.id
                    $0.groupInstanceID = one.instance
                }
            }
        }
        return send(.leave(request), version: version)
    }

    func left(_ token: UInt64) -> LeaveGroupResponse? {
        if case .leave(let response) = replies[token] { response } else { nil }
    }

    func leaveErrors(_ token: UInt64) -> [KafkaError]? { left(token)?.members.map { KafkaError(code: $0.errorCode) } }

    func commit(
        _ offset: Int64, member: String = "", generation: Int32 = -1, instance: String? = nil, group: String = "g",
        topic: String = "t", topicID: UUID = .zero, partition: Int32 = 0, metadata: String? = "", retention: Int64 = -1,
        version: Int16 = 9
    ) -> UInt64 {
        let request = OffsetCommitRequest {
            $0.groupID = group
            $0.generationIDOrMemberEpoch = generation
            $0.memberID = member
            $0.groupInstanceID = instance
            $0.retentionTimeMilliseconds = retention
            $0.topics = [
                OffsetCommitRequest.Topic {
                    $0.name = topic
                    $0.topicID = topicID
                    $0.partitions = [
                        OffsetCommitRequest.Partition {
                            $0.partitionIndex = partition
                            $0.committedOffset = offset
                            $0.committedLeaderEpoch = 5
                            $0.committedMetadata = metadata
                        }
                    ]
                }
            ]
        }
        return send(.commitOffsets(request), version: version)
    }

    func commitError(_ token: UInt64) -> KafkaError? {
        guard case .commitOffsets(let response) = replies[token] else { return nil }
        return response.topics.first?.partitions.first.map { KafkaError(code: $0.errorCode) }
    }

    func commitInTransaction(
        _ offset: Int64, producer: Int64, member: String = "", generation: Int32 = -1, group: String = "g"
    ) -> KafkaError? {
        let request = TxnOffsetCommitRequest {
            $0.transactionalID = "x"
            $0.groupID = group
            $0.producerID = producer
            $0.memberID = member
            $0.generationID = generation
            $0.topics = [
                TxnOffsetCommitRequest.Topic {
                    $0.name = "t"
                    $0.partitions = [TxnOffsetCommitRequest.Partition { $0.committedOffset = offset }]
                }
            ]
        }
        let token = send(.commitTransactionalOffsets(request), version: 5)
        guard case .commitTransactionalOffsets(let response) = replies[token] else { return nil }
        return response.topics.first?.partitions.first.map { KafkaError(code: $0.errorCode) }
    }

    /// - Parameter topics: nil for all.
    func fetch(_ topics: [String]? = ["t"], group: String = "g", topicID: UUID = .zero, requiresStable: Bool = false)
        -> UInt64
    {
        let request = OffsetFetchRequest.Group {
            $0.groupID = group
            $0.topics = topics?.map { topic in
                OffsetFetchRequest.GroupTopic {
                    $0.name = topic
                    $0.topicID = topicID
                    $0.partitionIndexes = [0]
                }
            }
        }
        return send(.fetchOffsets(request, requiresStable: requiresStable), version: 9)
    }

    func fetched(_ token: UInt64) -> OffsetFetchResponse.Group? {
        if case .fetchOffsets(let group) = replies[token] { group } else { nil }
    }

    /// The first partition's offset, −1 for none.
    func offset(_ group: String = "g", topic: String = "t") -> Int64? {
        fetched(fetch([topic], group: group))?.topics.first?.partitions.first?.committedOffset
    }

    func deleteGroup(_ group: String = "g") -> KafkaError? {
        let token = send(.deleteGroups([group]), version: 2)
        guard case .deleteGroups(let results) = replies[token] else { return nil }
        return results.first.map { KafkaError(code: $0.errorCode) }
    }

    /// The group's error, or the partition's.
    func deleteOffset(topic: String = "t", group: String = "g") -> KafkaError? {
        let request = OffsetDeleteRequest {
            $0.groupID = group
            $0.topics = [
                OffsetDeleteRequest.Topic {
                    $0.name = topic
                    $0.partitions = [OffsetDeleteRequest.Partition()]
                }
            ]
        }
        let token = send(.deleteOffsets(request), version: 0)
        guard case .deleteOffsets(let response) = replies[token] else { return nil }
        let code = response.errorCode != 0 ? response.errorCode : response.topics.first?.partitions.first?.errorCode
        return code.map { KafkaError(code: $0) }
    }

    func state(_ group: String = "g") -> GroupState? {
        GroupState(rawValue: machine.describe(group, version: 5).groupState)
    }

    // MARK: Stories

    /// A dynamic member's two joins; the token of the second.
    func enter(protocols: [String] = ["range"], metadata: ByteSlice = subscription(["t"])) -> (
        id: String, token: UInt64
    ) {
        let first = join(protocols: protocols, metadata: metadata)
        let id = joined(first)?.memberID ?? ""
        return (id, join(id, protocols: protocols, metadata: metadata))
    }

    /// A stable group of dynamic members in its first generation; the first is the leader.
    func stableGroup(_ count: Int, metadata: ByteSlice = subscription(["t"])) -> (members: [String], generation: Int32)
    {
        let members = (0..<count).map { _ in enter(metadata: metadata) }
        advance(10_000)
        let generation = joined(members[0].token)?.generationID ?? -1
        syncAll(members.map(\.id), generation)
        for member in members { _ = heartbeat(member.id, generation) }
        return (members.map(\.id), generation)
    }

    /// The first one leads.
    func syncAll(_ members: [String], _ generation: Int32) {
        let assignments = Dictionary(uniqueKeysWithValues: members.map { ($0, "for \($0)") })
        for (index, member) in members.enumerated() {
            _ = sync(member, generation, assignments: index == 0 ? assignments : [:])
        }
    }
}

/// What a consumer sends about itself, version 0.
func subscription(_ topics: [String]) -> ByteSlice {
    var writer = ByteWriter()
    writer.integer(Int16(0))
    writer.integer(Int32(topics.count))
    for topic in topics {
        writer.integer(Int16(topic.utf8.count))
        writer.bytes(Array(topic.utf8))
    }
    writer.integer(Int32(-1))
    return writer.finish()
}
