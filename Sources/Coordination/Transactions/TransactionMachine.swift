import KafkaProtocol

/// The coordinator of the transactional ids that fall into one partition of `__transaction_state`.
///
/// Its memory is a replay of that partition: a change is decided, written, and applied when it is in the log; until
/// then the id is busy and others are told CONCURRENT_TRANSACTIONS. So a failed append leaves nothing to be undone. It
/// reads no clock and writes no log: the host brings requests, time and outcomes, and carries out the effects.
package final class TransactionMachine: CoordinatorMachine {
    package typealias Effect = TransactionEffect

    package let config: TransactionConfig
    /// The cluster's level of `transaction.version`: 1 stores flexible records, 2 has the coordinator's own aborts bump
    /// the epoch as those of its clients do.
    package var transactionVersion: Int16
    var transactions: [String: Transaction] = [:]
    var timers = DeadlineQueue<TransactionTimer>()
    var moment = Moment(monotonicMilliseconds: 0, wallClockMilliseconds: 0)
    var outbox: [TransactionEffect] = []
    var appends: [UInt64: PendingChange] = [:]
    var lastAppend: UInt64 = 0
    var lastMarkers: UInt64 = 0
    /// Requests that wait for a producer id.
    private var waiting: [UInt64: TransactionRequest] = [:]
    /// Whether the partition has been replayed. Until then everything is answered COORDINATOR_LOAD_IN_PROGRESS.
    package private(set) var isLoaded = false
    private(set) var isGone = false

    package init(config: TransactionConfig, transactionVersion: Int16) {
        self.config = config
        self.transactionVersion = transactionVersion
    }

    /// Answers a request, now or later: exactly one reply with `token` comes, from this call or another.
    package func handle(
        _ request: TransactionRequest, token: UInt64, at moment: Moment, _ effects: inout [TransactionEffect]
    ) {
        self.moment = moment
        if let error = refusal {
            reply(token, request.refusal(error))
        } else {
            decide(request, token, freshID: nil)
        }
        release(into: &effects)
    }

    /// The producer id that was asked for; nil when there is none to be had.
    package func producerID(_ id: Int64?, for token: UInt64, at moment: Moment, _ effects: inout [TransactionEffect]) {
        self.moment = moment
        guard let request = waiting.removeValue(forKey: token) else { return }
        if let error = refusal {
            reply(token, request.refusal(error))
        } else if let id {
            decide(request, token, freshID: id)
        } else {
            reply(token, request.refusal(.coordinatorLoadInProgress))
        }
        release(into: &effects)
    }

    /// The partition has been replayed: what was decided and not told everywhere is told, timers start.
    package func loaded(at moment: Moment, _ effects: inout [TransactionEffect]) {
        self.moment = moment
        isLoaded = true
        for (_, transaction) in transactions.sorted(by: { $0.key < $1.key }) {
            if transaction.metadata.state.isPrepared { beginMarkers(transaction) }
            if transaction.metadata.state == .ongoing { watchTimeouts() }
        }
        if !transactions.isEmpty { watchExpiry() }
        release(into: &effects)
    }

    /// When ``tick(at:_:)`` wants to be called next, in milliseconds of the monotonic clock; nil for never.
    package var deadline: UInt64? { isGone ? nil : timers.next }

    /// The host is no longer this partition's leader: whoever waits is told.
    package func resign(_ effects: inout [TransactionEffect]) {
        isGone = true
        for (token, request) in waiting.sorted(by: { $0.key < $1.key }) {
            reply(token, request.refusal(.notCoordinator))
        }
        waiting = [:]
        for (_, change) in appends.sorted(by: { $0.key < $1.key }) { fail(change.outcome, .notCoordinator) }
        appends = [:]
        release(into: &effects)
    }

    private var refusal: KafkaError? {
        if isGone { return .notCoordinator }
        return isLoaded ? nil : .coordinatorLoadInProgress
    }

    private func decide(_ request: TransactionRequest, _ token: UInt64, freshID: Int64?) {
        guard !request.transactionalID.isEmpty else { return reply(token, request.refusal(.invalidRequest)) }
        let decision: TransactionDecision
        switch request {
        case .initialize(let request): decision = initialize(request, token, freshID)
        case .add(let request): decision = add(request, token)
        case .end(let request): decision = end(request, token, freshID)
        }
        switch decision {
        case .answer(let response): reply(token, response)
        case .refuse(let error): reply(token, request.refusal(error))
        case .needsProducerID:
            waiting[token] = request
            outbox.append(.allocateProducerID(token: token))
        case .change(let transaction, let next, let outcome): change(transaction, to: next, outcome)
        }
    }

    // MARK: Small things that all need

    var wallClock: Int64 { moment.wallClockMilliseconds }

    func reply(_ token: UInt64, _ response: TransactionResponse) {
        outbox.append(.reply(token: token, response))
    }

    func release(into effects: inout [TransactionEffect]) {
        effects.append(contentsOf: outbox)
        outbox.removeAll(keepingCapacity: true)
    }
}

/// A transactional id, and what is being done about it.
final class Transaction {
    let id: String
    var metadata: TransactionMetadata
    /// The state it is on its way to. Nothing else may begin meanwhile.
    var pending: TransactionState?
    /// An epoch meant to fence the producer was never stored, nor told to anybody: the next fence takes it.
    var hasFailedFence = false
    /// Of the markers that are being written.
    var markers: UInt64 = 0

    init(_ id: String, _ metadata: TransactionMetadata) {
        self.id = id
        self.metadata = metadata
    }
}

/// What becomes of a request.
enum TransactionDecision {
    case answer(TransactionResponse)
    case refuse(KafkaError)
    /// It has to be decided again, with a fresh producer id.
    case needsProducerID
    case change(Transaction, to: TransactionMetadata, ChangeOutcome)
}
