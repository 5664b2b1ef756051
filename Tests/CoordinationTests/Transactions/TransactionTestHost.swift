import Bytes
import KafkaProtocol

@testable import Coordination

/// A host for one machine of transactions, with a log in memory and partitions that take markers at once.
final class TransactionTestHost: MachineTestHost {
    let machine: TransactionMachine
    private(set) var log: [CoordinatorRecord] = []
    var now: UInt64 = 1_000_000
    private(set) var replies: [UInt64: TransactionResponse] = [:]
    private(set) var repeatedReplies: [UInt64] = []
    private(set) var tokens: UInt64 = 0
    private(set) var markers: [TransactionMarkers] = []
    /// What waits for ``finishAppend()``, ``finishMarkers()`` and ``finishID(_:)``; without holding, it is done at
    /// once.
    private(set) var heldAppends: [(id: UInt64, records: [CoordinatorRecord])] = []
    private(set) var heldMarkers: [TransactionMarkers] = []
    private(set) var heldIDs: [UInt64] = []
    var holdsAppends = false
    var holdsMarkers = false
    var holdsIDs = false
    var nextID: Int64 = 100

    init(_ config: TransactionConfig = TransactionConfig(), version: Int16 = 2, isLoaded: Bool = true) {
        machine = TransactionMachine(config: config, transactionVersion: version)
        if isLoaded { perform { machine.loaded(at: moment, &$0) } }
    }

    // MARK: Driving

    @discardableResult
    func send(_ request: TransactionRequest) -> UInt64 {
        tokens += 1
        let token = tokens
        perform { machine.handle(request, token: token, at: moment, &$0) }
        return token
    }

    func finishAppend() {
        let append = heldAppends.removeFirst()
        log += append.records
        perform { machine.appended(append.id, at: moment, &$0) }
    }

    func failAppend(_ error: KafkaError) {
        let append = heldAppends.removeFirst()
        perform { machine.appendFailed(append.id, error, at: moment, &$0) }
    }

    func finishMarkers() {
        let markers = heldMarkers.removeFirst()
        perform { machine.markersWritten(markers, at: moment, &$0) }
    }

    func finishID(_ isThere: Bool = true) {
        let token = heldIDs.removeFirst()
        nextID += 1
        perform { machine.producerID(isThere ? nextID - 1 : nil, for: token, at: moment, &$0) }
    }

    func hold(_ effect: TransactionEffect) {
        switch effect {
        case .reply(let token, let response):
            if replies.updateValue(response, forKey: token) != nil { repeatedReplies.append(token) }
        case .append(let id, let records): heldAppends.append((id, records))
        case .writeMarkers(let ending):
            markers.append(ending)
            heldMarkers.append(ending)
        case .allocateProducerID(let token): heldIDs.append(token)
        }
    }

    func finish() {
        while !holdsIDs, !heldIDs.isEmpty { finishID() }
        while !holdsAppends, !heldAppends.isEmpty { finishAppend() }
        while !holdsMarkers, !heldMarkers.isEmpty { finishMarkers() }
    }

    /// Another host that has read the same log.
    func reloaded(holdsMarkers: Bool = false) throws -> TransactionTestHost {
        let host = TransactionTestHost(machine.config, version: machine.transactionVersion, isLoaded: false)
        host.now = now
        host.log = log
        host.nextID = nextID
        host.holdsMarkers = holdsMarkers
        for record in log { try host.machine.replay(key: record.key, value: record.value) }
        host.perform { host.machine.loaded(at: moment, &$0) }
        return host
    }

    // MARK: Requests

    func begin(_ id: String = "x", timeout: Int32 = 60_000, expected: (Int64, Int16)? = nil) -> TransactionResponse? {
        replies[
            send(
                .initialize(
                    TransactionInitialization(
                        transactionalID: id, timeoutMilliseconds: timeout,
                        expected: expected.map { (producerID: $0.0, producerEpoch: $0.1) })))]
    }

    func add(
        _ producer: (Int64, Int16), _ partitions: [TransactionPartition] = [TransactionPartition("t", 0)],
        _ id: String = "x", verify: Bool = false, version: Int16 = 0
    ) -> TransactionResponse? {
        replies[
            send(
                .add(
                    TransactionAddition(
                        transactionalID: id, producerID: producer.0, producerEpoch: producer.1,
                        partitions: partitions, isVerification: verify, clientVersion: version)))]
    }

    func end(_ producer: (Int64, Int16), commit: Bool = true, _ id: String = "x", version: Int16 = 0)
        -> TransactionResponse?
    {
        replies[
            send(
                .end(
                    TransactionEnd(
                        transactionalID: id, producerID: producer.0, producerEpoch: producer.1, isCommit: commit,
                        clientVersion: version)))]
    }

    func state(_ id: String = "x") -> TransactionState? { machine.transactions[id]?.metadata.state }

    func metadata(_ id: String = "x") -> TransactionMetadata? { machine.transactions[id]?.metadata }

    // MARK: Stories

    /// Brings the id "x" to a state, with producer 100 and the epoch given; what the id does next is held.
    func bring(to state: TransactionState, epoch: Int16 = 0, version: Int16 = 0) {
        _ = begin()
        machine.transactions["x"]?.metadata.producerEpoch = epoch
        guard state != .empty else { return }
        _ = add((100, epoch), version: version)
        guard state != .ongoing else { return }
        holdsMarkers = state.isPrepared
        _ = end((100, epoch), commit: state == .prepareCommit || state == .completeCommit, version: version)
    }
}

extension TransactionResponse {
    static func failed(_ error: KafkaError) -> TransactionResponse { .producer(error, id: -1, epoch: -1) }
    static func goesOn(_ id: Int64, _ epoch: Int16) -> TransactionResponse { .producer(.noError, id: id, epoch: epoch) }
    static let ok = TransactionResponse.added(.noError, missing: [])
    static func refused(_ error: KafkaError) -> TransactionResponse { .added(error, missing: []) }
}
