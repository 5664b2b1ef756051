import Bytes
import KafkaProtocol

/// The coordinator of the classic groups whose ids fall into one partition of `__consumer_offsets`.
///
/// Its memory is a replay of that partition plus what needn't survive: parked joins and syncs, timers, members that
/// were given an id and haven't come back. It reads no clock and writes no log: the host brings requests, time and the
/// outcome of appends, and carries out the effects. When it loses the partition, or an append fails and
/// ``appendFailed(_:_:at:_:)`` says so, it drops the machine, makes a new one and replays.
package final class GroupMachine: CoordinatorMachine {
    package typealias Effect = GroupEffect

    package let config: GroupConfig
    let random: () -> UInt64
    var groups: [String: Group] = [:]
    var foreignGroups: [String: ForeignGroup] = [:]
    var offsets = CommittedOffsets()
    var timers = DeadlineQueue<GroupTimer>()
    var moment = Moment(monotonicMilliseconds: 0, wallClockMilliseconds: 0)
    var outbox: [GroupEffect] = []
    var draft = GroupDraft()
    var appends = AppendsInFlight()
    var waitingFetches: [WaitingFetch] = []
    /// Whether the partition has been replayed. Until then everything is answered COORDINATOR_LOAD_IN_PROGRESS.
    package private(set) var isLoaded = false
    /// Nothing is done any more.
    package internal(set) var isGone = false

    /// - Parameter random: uniform bits, for member ids.
    package init(config: GroupConfig, random: @escaping () -> UInt64) {
        self.config = config
        self.random = random
    }

    /// Answers a request, now or later: exactly one reply with `token` comes, from this call or another.
    package func handle(
        _ request: GroupRequest, version: Int16, client: ClientIdentity, token: UInt64, at moment: Moment,
        _ effects: inout [GroupEffect]
    ) {
        self.moment = moment
        let origin = Origin(client: client, parked: ParkedRequest(token: token, version: version))
        if let error = refusal(of: request) {
            reply(origin.parked, request.refusal(error, version: version))
        } else if let answer = decide(request, origin) {
            flush(.reply(origin.parked, answer))
        }
        flush(.nothing)
        release(into: &effects)
    }

    /// The partition has been replayed: timers start.
    package func loaded(at moment: Moment, _ effects: inout [GroupEffect]) {
        self.moment = moment
        isLoaded = true
        timers.schedule(.offsetsExpiry, at: after(config.offsetsRetentionCheckMilliseconds))
        for (_, group) in groups.sorted(by: { $0.key < $1.key }) {
            for member in group.members { expectHeartbeat(of: member, in: group) }
            if group.members.count > config.maximumSize { prepareRebalance(group) }
        }
        flush(.nothing)
        release(into: &effects)
    }

    /// When ``tick(at:_:)`` wants to be called next, in milliseconds of the monotonic clock; nil for never.
    package var deadline: UInt64? { isGone ? nil : timers.next }

    private func refusal(of request: GroupRequest) -> KafkaError? {
        if isGone { return .notCoordinator }
        if request.hasInvalidGroupID { return .invalidGroupID }
        guard !isLoaded else { return nil }
        // A member that lives needn't fear for its session while we read.
        if case .heartbeat = request { return .noError }
        return .coordinatorLoadInProgress
    }

    /// The answer, if it can be given once what was drafted is written; nil when it is parked or has been given.
    private func decide(_ request: GroupRequest, _ origin: Origin) -> GroupResponse? {
        switch request {
        case .join(let request): join(request, origin).map { .join($0) }
        case .sync(let request): sync(request, origin).map { .sync($0) }
        case .heartbeat(let request): .heartbeat(HeartbeatResponse { $0.errorCode = heartbeat(request).code })
        case .leave(let request): .leave(leave(request, version: origin.version))
        case .commitOffsets(let request): .commitOffsets(commit(request, version: origin.version))
        case .commitTransactionalOffsets(let request): .commitTransactionalOffsets(commit(request))
        case .fetchOffsets(let group, let requiresStable):
            fetch(group, requiresStable: requiresStable, origin).map { .fetchOffsets($0) }
        case .deleteOffsets(let request): .deleteOffsets(deleteOffsets(request))
        case .deleteGroups(let groupIDs): .deleteGroups(deleteGroups(groupIDs))
        }
    }

    // MARK: Small things that all need

    /// Where a request comes from.
    struct Origin {
        let client: ClientIdentity
        let parked: ParkedRequest

        var version: Int16 { parked.version }
    }

    var wallClock: Int64 { moment.wallClockMilliseconds }

    /// Never now: a timer that is due at once could otherwise be set for ever within one tick.
    func after(_ milliseconds: UInt64) -> UInt64 {
        let (due, overflow) = moment.monotonicMilliseconds.addingReportingOverflow(max(milliseconds, 1))
        return overflow ? .max : due
    }

    func reply(_ request: ParkedRequest, _ response: GroupResponse) {
        outbox.append(.reply(token: request.token, response))
    }

    func release(into effects: inout [GroupEffect]) {
        effects.append(contentsOf: outbox)
        outbox.removeAll(keepingCapacity: true)
    }
}
