import Bytes
package import KafkaProtocol

/// Records that the decision under way wants written.
struct GroupDraft {
    enum Entry {
        case offset(CommittedOffsets.Change)
        case group(String, GroupMetadataValue)
        case groupTombstone(String)
        /// The key of another kind of group's record.
        case tombstone(ByteSlice)
    }

    var entries: [Entry] = []
    var producer: TransactionalProducer?
    var isAtomic = true
}

/// What is to be done when an append is over.
enum AppendOutcome {
    case nothing
    case reply(ParkedRequest, GroupResponse)
    /// The leader's assignment of a generation goes out.
    case assignment(groupID: String, generation: Int32, assignments: [String: ByteSlice])
    /// A static member goes on under a new id.
    case replacement(StaticReplacement)
}

/// Appends whose outcome isn't known, in order.
struct AppendsInFlight {
    struct Append {
        let id: UInt64
        /// With its place among the append's records.
        let changes: [(change: CommittedOffsets.Change, index: Int)]
        let producerID: Int64
        let outcome: AppendOutcome
    }

    private(set) var inOrder: [Append] = []
    private(set) var lastID: UInt64 = 0

    var firstID: UInt64? { inOrder.first?.id }

    mutating func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }

    mutating func add(_ append: Append) { inOrder.append(append) }

    mutating func take(_ id: UInt64) -> Append? {
        guard let index = inOrder.firstIndex(where: { $0.id == id }) else { return nil }
        return inOrder.remove(at: index)
    }

    mutating func takeAll() -> [Append] {
        defer { inOrder = [] }
        return inOrder
    }
}

extension GroupMachine {
    /// Sends off what was drafted, and does `outcome` when it is written: at once when nothing is to be.
    func flush(_ outcome: AppendOutcome) {
        guard !draft.entries.isEmpty else {
            settle(outcome)
            return
        }
        let draft = draft
        self.draft = GroupDraft()
        guard let records = try? Self.encode(draft.entries) else {
            // Only a group of more members than a record's array may have comes here.
            fail(outcome, .unknownServerError)
            return
        }
        let id = appends.nextID()
        let changes = draft.entries.enumerated().compactMap { index, entry in
            if case .offset(let change) = entry { (change: change, index: index) } else { nil }
        }
        offsets.sent(changes.map(\.change), in: id)
        appends.add(
            AppendsInFlight.Append(
                id: id, changes: changes, producerID: draft.producer?.producerID ?? -1, outcome: outcome))
        outbox.append(
            .append(GroupAppend(id: id, records: records, producer: draft.producer, isAtomic: draft.isAtomic)))
    }

    /// The append is in the log for good, its first record at `baseOffset`.
    package func appended(_ id: UInt64, baseOffset: Int64, at moment: Moment, _ effects: inout [GroupEffect]) {
        self.moment = moment
        if let append = appends.take(id) {
            for (change, index) in append.changes {
                offsets.replay(
                    change, recordOffset: baseOffset &+ Int64(index), producerID: append.producerID)
            }
            offsets.landed(append.changes.map(\.change), in: id)
            settle(append.outcome)
        }
        answerWaitingFetches()
        flush(.nothing)
        release(into: &effects)
    }

    /// The append is not in the log and never will be. True when the host has to drop the machine and replay the
    /// partition, all requests that waited having been answered; false when it goes on, since it was only this batch
    /// that the log wouldn't take.
    package func appendFailed(
        _ id: UInt64, _ error: KafkaError, at moment: Moment, _ effects: inout [GroupEffect]
    ) -> Bool {
        self.moment = moment
        let answer = Self.answer(toAppendFailure: error)
        guard let append = appends.take(id) else { return isGone }
        if append.outcome.canBeUndone, answer != .notCoordinator, answer != .coordinatorNotAvailable {
            offsets.landed(append.changes.map(\.change), in: id)
            fail(append.outcome, answer)
            answerWaitingFetches()
            flush(.nothing)
        } else {
            abandon(answer, also: append)
        }
        release(into: &effects)
        return isGone
    }

    /// The host is no longer this partition's leader: whoever waits is told.
    package func resign(_ effects: inout [GroupEffect]) {
        abandon(.notCoordinator)
        release(into: &effects)
    }

    /// What clients are told of an append's failure: nothing they would take for their own partition's.
    package static func answer(toAppendFailure error: KafkaError) -> KafkaError {
        switch error {
        case .unknownTopicOrPartition, .notEnoughReplicas, .notEnoughReplicasAfterAppend, .requestTimedOut:
            .coordinatorNotAvailable
        case .notLeaderOrFollower, .kafkaStorageError, .fencedLeaderEpoch:
            .notCoordinator
        case .messageTooLarge, .recordListTooLarge, .invalidFetchSize:
            .unknownServerError
        default:
            error
        }
    }

    // MARK: Outcomes

    private func settle(_ outcome: AppendOutcome) {
        switch outcome {
        case .nothing: break
        case .reply(let request, let response): reply(request, response)
        case .assignment(let groupID, let generation, let assignments):
            handOut(assignments, ofGeneration: generation, in: groupID)
        case .replacement(let replacement): finish(replacement)
        }
    }

    private func fail(_ outcome: AppendOutcome, _ error: KafkaError) {
        switch outcome {
        case .nothing: break
        case .reply(let request, let response): reply(request, response.failing(with: error))
        case .assignment(let groupID, let generation, _):
            withdrawAssignment(ofGeneration: generation, in: groupID, error)
        case .replacement(let replacement): undo(replacement, error)
        }
    }

    /// Answers all that wait. The state is of no use any more.
    private func abandon(_ error: KafkaError, also failed: AppendsInFlight.Append? = nil) {
        isGone = true
        for append in (failed.map { [$0] } ?? []) + appends.takeAll() {
            // The requests behind other outcomes are parked in their members.
            if case .reply(let request, let response) = append.outcome { reply(request, response.failing(with: error)) }
        }
        for waiting in waitingFetches {
            let request = GroupRequest.fetchOffsets(waiting.group, requiresStable: true)
            // Consumers before 3.9 wouldn't try again for the other errors.
            reply(waiting.request, request.refusal(.notCoordinator, version: waiting.request.version))
        }
        waitingFetches = []
        for (_, group) in groups.sorted(by: { $0.key < $1.key }) {
            for member in group.members { turnAway(member, of: group, error) }
        }
    }

    private static func encode(_ entries: [GroupDraft.Entry]) throws(CodingError) -> [CoordinatorRecord] {
        var writer = RecordWriter()
        for entry in entries {
            switch entry {
            case .offset(let change):
                let key = OffsetCommitKey {
                    $0.group = change.key.groupID
                    $0.topic = change.key.topic
                    $0.partition = change.key.partition
                }
                if let (value, version) = change.offset?.value {
                    try writer.add(key, value, version: version)
                } else {
                    try writer.add(key)
                }
            case .group(let id, let value):
                try writer.add(GroupMetadataKey { $0.group = id }, value, version: 3)
            case .groupTombstone(let id):
                try writer.add(GroupMetadataKey { $0.group = id })
            case .tombstone(let key):
                writer.add(raw: key)
            }
        }
        return writer.finish()
    }
}

extension AppendOutcome {
    /// Whether memory is as if the append had never been asked for, once the outcome has failed.
    fileprivate var canBeUndone: Bool {
        switch self {
        case .assignment, .replacement: true
        case .reply(_, .commitOffsets), .reply(_, .commitTransactionalOffsets), .reply(_, .deleteOffsets): true
        case .reply, .nothing: false
        }
    }
}
