import Bytes
import KafkaProtocol
import Testing

@testable import Coordination

/// Random clients against one machine; what holds always is looked at after every step.
@Suite struct GroupModelTests {
    @Test(arguments: UInt64(1)...60)
    func invariantsHoldAndReplayIsEqual(_ seed: UInt64) throws {
        var model = GroupModel(seed: seed)
        for step in 0..<400 {
            model.step()
            if let broken = model.brokenInvariant {
                Issue.record("seed \(seed) step \(step): \(broken)")
                return
            }
        }
        model.settle()
        #expect(model.brokenInvariant == nil, "seed \(seed)")
        let unanswered = (1...model.host.tokens).filter { model.host.replies[$0] == nil }
        #expect(unanswered.isEmpty, "seed \(seed)")
        #expect(model.host.repeatedReplies.isEmpty, "seed \(seed)")
        let reloaded = try model.host.reloaded()
        #expect(durable(reloaded.machine) == durable(model.host.machine), "seed \(seed)")
        #expect(reloaded.machine.offsets.committed == model.host.machine.offsets.committed, "seed \(seed)")
        #expect(reloaded.machine.offsets.pending == model.host.machine.offsets.pending, "seed \(seed)")
    }

    @Test func stableGroupsAreEqualAfterReplay() throws {
        var compared = 0
        for seed in UInt64(1)...20 {
            var model = GroupModel(seed: seed)
            for _ in 0..<400 {
                model.step()
                let stable = durable(model.host.machine).filter { $0.value.state == .stable }
                guard model.host.held.isEmpty, !stable.isEmpty else { continue }
                let reloaded = durable(try model.host.reloaded().machine)
                for (id, group) in stable { #expect(reloaded[id] == group, "seed \(seed)") }
                compared += stable.count
            }
        }
        #expect(compared >= 100)
    }

    @Test func theModelGoesEverywhere() {
        var errors: Set<KafkaError> = []
        var states: Set<GroupState> = []
        for seed in UInt64(1)...60 {
            var model = GroupModel(seed: seed)
            for _ in 0..<400 {
                model.step()
                states.formUnion(model.host.machine.groups.values.map(\.state))
            }
            for reply in model.host.replies.values {
                switch reply {
                case .join(let response): errors.insert(KafkaError(code: response.errorCode))
                case .sync(let response): errors.insert(KafkaError(code: response.errorCode))
                default: break
                }
            }
        }
        #expect(states == [.empty, .preparingRebalance, .completingRebalance, .stable])
        let all: Set<KafkaError> = [
            .noError, .memberIDRequired, .rebalanceInProgress, .unknownMemberID, .fencedInstanceID, .illegalGeneration,
            .groupMaxSizeReached, .unknownServerError,
        ]
        #expect(errors.isSuperset(of: all), "never seen: \(all.subtracting(errors))")
    }

    /// What the log must give back.
    private struct Durable: Equatable {
        var state: GroupState
        var generation: Int32
        var protocolType: String?
        var protocolName: String?
        var leader: String?
        var members: [String]
        var assignments: [ByteSlice]
        var topics: Set<String>?
    }

    private func durable(_ machine: GroupMachine) -> [String: Durable] {
        machine.groups.mapValues { group in
            Durable(
                state: group.state, generation: group.generation, protocolType: group.protocolType,
                protocolName: group.protocolName, leader: group.leaderID, members: group.members.map(\.id),
                assignments: group.members.map(\.assignment), topics: group.subscribedTopics)
        }
    }
}

struct GroupModel {
    private struct Client {
        var group: String
        var instance: String?
        var memberID = ""
        var generation: Int32 = -1
        var isLeader = false
        var members: [String] = []
        var join: UInt64?
        var sync: UInt64?
    }

    let host: GroupTestHost
    private var bits: UInt64
    private var clients: [Client] = []
    private var generations: [String: Int32] = [:]
    private var transactions: Set<Int64> = []

    init(seed: UInt64) {
        var config = GroupConfig()
        config.maximumSize = 4
        config.offsetsRetentionMilliseconds = 300_000
        config.offsetsRetentionCheckMilliseconds = 60_000
        host = GroupTestHost(config)
        bits = seed
        for index in 0..<7 {
            clients.append(Client(group: index % 3 == 0 ? "h" : "g", instance: index % 3 == 1 ? "i\(index)" : nil))
        }
    }

    private mutating func random(_ below: Int) -> Int {
        bits ^= bits << 13
        bits ^= bits >> 7
        bits ^= bits << 17
        return Int(bits % UInt64(below))
    }

    // MARK: Steps

    mutating func step() {
        let index = random(clients.count)
        learn(index)
        switch random(20) {
        case 0...5: join(index)
        case 6...9: sync(index)
        case 10...12: heartbeat(index)
        case 13: leave(index)
        case 14: commit(index)
        case 15...16: host.advance(UInt64(random(6_000)))
        case 17: host.advance(UInt64(random(30_000)))
        case 18: finishSome()
        default: administer()
        }
    }

    private mutating func learn(_ index: Int) {
        if let token = clients[index].join, let response = host.joined(token) {
            clients[index].join = nil
            switch KafkaError(code: response.errorCode) {
            case .memberIDRequired: clients[index].memberID = response.memberID
            case .noError:
                clients[index].memberID = response.memberID
                clients[index].generation = response.generationID
                clients[index].isLeader = response.leader == response.memberID
                clients[index].members = response.members.map(\.memberID)
            case .rebalanceInProgress: break
            default: clients[index].memberID = ""
            }
        }
        if let token = clients[index].sync, host.synced(token) != nil { clients[index].sync = nil }
    }

    private mutating func join(_ index: Int) {
        // Now and then a client gives up on a join and sends another.
        guard clients[index].join == nil || random(8) == 0 else { return }
        let client = clients[index]
        if random(10) == 0 { clients[index].memberID = "" }
        let topics = random(4) == 0 ? ["t", "u"] : ["t"]
        let protocols = random(4) == 0 ? ["sticky", "range"] : ["range", "sticky"]
        clients[index].join = host.join(
            clients[index].memberID, instance: client.instance, group: client.group,
            version: [3, 5, 8, 9][random(4)], rebalance: Int32(5_000 + random(20_000)), protocols: protocols,
            metadata: random(12) == 0 ? ByteSlice([9]) : subscription(topics))
    }

    private mutating func sync(_ index: Int) {
        let client = clients[index]
        var assignments: [String: String] = [:]
        if client.isLeader { for member in client.members { assignments[member] = "\(random(100))" } }
        clients[index].sync = host.sync(
            client.memberID, client.generation, instance: client.instance, group: client.group,
            assignments: assignments)
    }

    private mutating func heartbeat(_ index: Int) {
        let client = clients[index]
        let error = host.heartbeat(client.memberID, client.generation, instance: client.instance, group: client.group)
        if error == .unknownMemberID || error == .fencedInstanceID { clients[index].memberID = "" }
    }

    private mutating func leave(_ index: Int) {
        let client = clients[index]
        _ = host.leave([(id: random(3) == 0 ? "" : client.memberID, instance: client.instance)], group: client.group)
        clients[index].memberID = ""
    }

    private mutating func commit(_ index: Int) {
        let client = clients[index]
        let topic = ["t", "u"][random(2)]
        switch random(4) {
        case 0: _ = host.commit(Int64(random(100)), group: ["g", "s"][random(2)], topic: topic)
        case 1:
            let producer = Int64(1 + random(2))
            transactions.insert(producer)
            _ = host.commitInTransaction(Int64(random(100)), producer: producer, group: client.group)
        default:
            _ = host.commit(
                Int64(random(100)), member: client.memberID, generation: client.generation,
                instance: client.instance, group: client.group, topic: topic)
        }
        _ = host.fetch(requiresStable: random(2) == 0)
    }

    private mutating func finishSome() {
        host.holdsAppends = random(3) != 0
        while !host.held.isEmpty, !host.holdsAppends || random(3) != 0 {
            if host.holdsAppends, random(6) == 0, canBeRefused {
                _ = host.failAppend(.messageTooLarge)
            } else {
                host.finishAppend()
            }
        }
    }

    /// Only appends that the machine survives: others end it.
    private var canBeRefused: Bool {
        guard let first = host.held.first, let append = host.machine.appends.inOrder.first(where: { $0.id == first.id })
        else { return false }
        switch append.outcome {
        case .assignment, .replacement, .reply(_, .commitOffsets): return true
        default: return false
        }
    }

    private mutating func administer() {
        switch random(5) {
        case 0: _ = host.deleteGroup(["g", "h", "s"][random(3)])
        case 1: _ = host.deleteOffset(topic: ["t", "u"][random(2)], group: ["g", "s"][random(2)])
        case 2: host.perform { host.machine.topicDeleted("u", id: .zero, at: host.moment, &$0) }
        case 3 where host.held.isEmpty:
            for producer in transactions.sorted() { host.writeMarker(producerID: producer, isCommit: random(2) == 0) }
            transactions = []
        default: break
        }
    }

    /// Everybody goes; every timer runs out.
    mutating func settle() {
        host.holdsAppends = false
        while !host.held.isEmpty { host.finishAppend() }
        host.advance(3_600_000)
    }

    // MARK: Invariants

    var brokenInvariant: String? {
        mutating get {
            for (id, group) in host.machine.groups {
                if let broken = broken(group) { return "\(id): \(broken)" }
                if group.generation > 0 { generations[id] = group.generation }
            }
            return nil
        }
    }

    private func broken(_ group: Group) -> String? {
        let ids = group.members.map(\.id)
        if Set(ids).count != ids.count { return "a member twice" }
        if group.members.isEmpty != (group.leaderID == nil) { return "leader without members, or the reverse" }
        if let leader = group.leaderID, !ids.contains(leader) { return "the leader is no member" }
        if group.awaitingJoinCount != group.members.filter({ $0.parkedJoin != nil }).count { return "joins miscounted" }
        if !group.pendingSyncs.isSubset(of: ids) { return "a sync awaited of nobody" }
        if !group.pendingJoins.isDisjoint(with: ids) { return "a pending member is a member" }
        let instances = group.members.compactMap(\.instanceID)
        if Set(instances).count != instances.count { return "an instance twice" }
        if group.state != .completingRebalance, group.members.contains(where: { $0.parkedSync != nil }) {
            return "a sync parked in \(group.state)"
        }
        if group.state == .empty, !group.members.isEmpty { return "members in an empty group" }
        if group.state == .stable, group.isAssignmentInFlight { return "stable while assigning" }
        if let timeless = timeless(group) { return timeless }
        if group.state == .stable, group.selectedProtocol == nil { return "stable without protocol" }
        return nil
    }

    /// Everybody that could keep the group waiting has a timer, unless an append will wake it.
    private func timeless(_ group: Group) -> String? {
        let timers = host.machine.timers
        for id in group.pendingJoins where timers.deadline(of: .session(groupID: group.id, memberID: id)) == nil {
            return "pending \(id) without timer"
        }
        for member in group.members
        where member.owesHeartbeat && timers.deadline(of: .session(groupID: group.id, memberID: member.id)) == nil {
            return "\(member.id) without timer"
        }
        if group.state == .preparingRebalance, timers.deadline(of: .join(groupID: group.id)) == nil {
            return "joining without timer"
        }
        return nil
    }
}
