import Bytes
import KafkaProtocol

/// A classic group: its members, its generation and where it is in its rebalance. Only bookkeeping: who is answered,
/// what is written and which timers run is the ``GroupMachine``'s.
final class Group {
    let id: String
    private(set) var state: GroupState
    private(set) var previousState: GroupState?
    /// Milliseconds since 1970 of the last change of state; nil when an old record didn't say.
    private(set) var stateTimestamp: Int64?
    /// `consumer`, `connect`, …; nil for a group that only ever held offsets.
    private(set) var protocolType: String?
    private(set) var protocolName: String?
    private(set) var generation: Int32
    private(set) var leaderID: String?
    /// In the order they came.
    private(set) var members: [Member] = []
    private var membersByID: [String: Member] = [:]
    private var membersByInstance: [String: Member] = [:]
    /// How many members support each protocol.
    private var supporters: [String: Int] = [:]
    private(set) var awaitingJoinCount = 0
    /// Ids given out with MEMBER_ID_REQUIRED that haven't come back.
    private(set) var pendingJoins: Set<String> = []
    /// Members that have the generation but haven't asked for their assignment.
    private(set) var pendingSyncs: Set<String> = []
    /// Nil when not known: another protocol type, or subscriptions that don't parse.
    private(set) var subscribedTopics: Set<String>?
    /// Somebody joined since the initial delay was last extended.
    var hasNewMemberDuringDelay = false
    /// The initial rebalance delay under way: its length now, and what may still be added.
    var initialDelay: (milliseconds: UInt64, remaining: UInt64)?
    /// The leader's assignment is being written.
    var isAssignmentInFlight = false

    init(id: String, timestamp: Int64) {
        self.id = id
        state = .empty
        stateTimestamp = timestamp
        generation = 0
    }

    func member(_ id: String) -> Member? { membersByID[id] }

    func staticMember(_ instanceID: String) -> Member? { membersByInstance[instanceID] }

    func isLeader(_ id: String) -> Bool { leaderID == id }

    var hasAllMembersJoined: Bool { members.count == awaitingJoinCount && pendingJoins.isEmpty }

    /// Milliseconds: the longest of the members'.
    var rebalanceTimeoutMilliseconds: UInt64 {
        members.reduce(0) { max($0, UInt64(max($1.rebalanceTimeoutMilliseconds, 0))) }
    }

    /// Nothing but offsets, committed by clients that manage themselves.
    var isSimple: Bool { protocolType == nil && state == .empty && pendingJoins.isEmpty }

    /// Why a request with these ids isn't one of this group's, or nil.
    func refusal(memberID: String, instanceID: String?) -> KafkaError? {
        if let instanceID {
            guard let known = membersByInstance[instanceID] else { return .unknownMemberID }
            guard known.id == memberID else { return .fencedInstanceID }
        }
        return membersByID[memberID] == nil ? .unknownMemberID : nil
    }

    // MARK: Membership

    func add(_ member: Member, protocolType: String) {
        if members.isEmpty { self.protocolType = protocolType }
        if leaderID == nil { leaderID = member.id }
        members.append(member)
        membersByID[member.id] = member
        if let instanceID = member.instanceID { membersByInstance[instanceID] = member }
        count(member, by: 1)
        if member.parkedJoin != nil { awaitingJoinCount += 1 }
        pendingJoins.remove(member.id)
    }

    /// O(members)
    func remove(_ id: String) {
        pendingJoins.remove(id)
        pendingSyncs.remove(id)
        guard let member = membersByID.removeValue(forKey: id) else { return }
        if let index = members.firstIndex(where: { $0 === member }) { members.remove(at: index) }
        if let instanceID = member.instanceID { membersByInstance[instanceID] = nil }
        count(member, by: -1)
        if member.parkedJoin != nil { awaitingJoinCount -= 1 }
        if leaderID == id { leaderID = members.first?.id }
    }

    /// Puts `new` in the place of `old`, the same static member under another id. Nobody waits for `old` any more.
    func replace(_ old: Member, with new: Member) {
        precondition(old.parkedJoin == nil && old.instanceID == new.instanceID)
        members = members.map { $0 === old ? new : $0 }
        membersByID[old.id] = nil
        membersByID[new.id] = new
        if let instanceID = new.instanceID { membersByInstance[instanceID] = new }
        count(old, by: -1)
        count(new, by: 1)
        if new.parkedJoin != nil { awaitingJoinCount += 1 }
        if leaderID == old.id { leaderID = new.id }
        if pendingSyncs.remove(old.id) != nil { pendingSyncs.insert(new.id) }
    }

    func update(_ member: Member, protocols: [Member.SupportedProtocol]) {
        count(member, by: -1)
        member.protocols = protocols
        count(member, by: 1)
    }

    func park(_ request: ParkedRequest, joinOf member: Member) {
        if member.parkedJoin == nil { awaitingJoinCount += 1 }
        member.parkedJoin = request
    }

    func takeParkedJoin(of member: Member) -> ParkedRequest? {
        guard let request = member.parkedJoin else { return nil }
        awaitingJoinCount -= 1
        member.parkedJoin = nil
        return request
    }

    func addPendingJoin(_ id: String) { pendingJoins.insert(id) }

    func removePendingSync(_ id: String) { pendingSyncs.remove(id) }

    func removeAllPendingSyncs() { pendingSyncs.removeAll() }

    // MARK: State

    func move(to next: GroupState, at timestamp: Int64) {
        previousState = state
        state = next
        stateTimestamp = timestamp
    }

    /// Sees to a leader who has joined. False when nobody has.
    func electJoinedLeader() -> Bool {
        if let leaderID, let leader = membersByID[leaderID], leader.parkedJoin != nil { return true }
        guard let joined = members.first(where: { $0.parkedJoin != nil }) else { return false }
        leaderID = joined.id
        return true
    }

    func beginGeneration(at timestamp: Int64) {
        generation = generation == .max ? 0 : generation + 1
        isAssignmentInFlight = false
        protocolName = members.isEmpty ? nil : selectedProtocol
        subscribedTopics = parsedSubscription
        pendingSyncs = Set(members.map(\.id))
        move(to: members.isEmpty ? .empty : .completingRebalance, at: timestamp)
    }

    /// Takes over what a record says; `members` come after, by ``add(_:protocolType:)``.
    func restore(_ value: GroupMetadataValue) {
        state = value.members.isEmpty ? .empty : .stable
        previousState = nil
        stateTimestamp = value.currentStateTimestamp == -1 ? nil : value.currentStateTimestamp
        protocolType = value.protocolType.isEmpty ? nil : value.protocolType
        protocolName = value.protocolName
        generation = value.generation
        leaderID = value.leader
    }

    /// After the members of a record were added.
    func finishRestoring() {
        if let leaderID, membersByID[leaderID] == nil { self.leaderID = members.first?.id }
        subscribedTopics = parsedSubscription
    }
}

// MARK: - Protocols

extension Group {
    private func count(_ member: Member, by change: Int) {
        for one in member.protocols {
            let supporters = supporters[one.name, default: 0] + change
            self.supporters[one.name] = supporters == 0 ? nil : supporters
        }
    }

    /// Whether someone of this type, with these protocols, can be a member beside those who are.
    func supports(type: String, protocols: [String]) -> Bool {
        if state == .empty { return !type.isEmpty && !protocols.isEmpty }
        return protocolType == type && protocols.contains { supporters[$0, default: 0] == members.count }
    }

    /// Of the protocols that all support, the one with the most votes; each votes for the first it likes. Of equal
    /// ones, that which got a vote first.
    var selectedProtocol: String? {
        var votes: [String: Int] = [:]
        var order: [String] = []
        for member in members {
            let choice = member.protocols.first { supporters[$0.name] == members.count }
            guard let choice else { continue }
            if votes[choice.name] == nil { order.append(choice.name) }
            votes[choice.name, default: 0] += 1
        }
        var best: String?
        for name in order where votes[name, default: 0] > best.map({ votes[$0, default: 0] }) ?? 0 { best = name }
        return best
    }

    var isConsumer: Bool { protocolType == ConsumerSubscription.protocolType }

    func isSubscribed(to topic: String) -> Bool { subscribedTopics?.contains(topic) ?? isConsumer }

    private var parsedSubscription: Set<String>? {
        guard isConsumer else { return nil }
        guard let protocolName else { return members.isEmpty ? [] : nil }
        var topics: Set<String> = []
        for member in members {
            guard let subscribed = ConsumerSubscription.topics(of: member.metadata(for: protocolName)) else {
                return nil
            }
            topics.formUnion(subscribed)
        }
        return topics
    }
}
