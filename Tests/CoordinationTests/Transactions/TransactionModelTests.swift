import KafkaProtocol
import Testing

@testable import Coordination

/// Random producers, some of them old and some fenced, against one machine whose log fails now and then. Beside it runs
/// a model that knows only what was answered.
@Suite struct TransactionModelTests {
    @Test(arguments: UInt64(1)...80)
    func everyTransactionEndsOnceAsItWasAnswered(_ seed: UInt64) throws {
        var model = TransactionModel(seed: seed)
        for step in 0..<500 {
            model.step()
            if let broken = model.brokenInvariant {
                Issue.record("seed \(seed) step \(step): \(broken)")
                return
            }
        }
        try model.settle()
        #expect(model.brokenInvariant == nil, "seed \(seed)")
        #expect(model.host.repeatedReplies.isEmpty, "seed \(seed)")
        let unanswered = (1...model.host.tokens).filter { model.host.replies[$0] == nil }
        #expect(unanswered.isEmpty, "seed \(seed)")
        #expect(durable(try model.host.reloaded().machine) == durable(model.host.machine), "seed \(seed)")
    }
}

private struct TransactionModel {
    private struct Client {
        let id: String
        let version: Int16
        var producer: (Int64, Int16)?
        /// What it was told is in its transaction.
        var added: Set<TransactionPartition> = []
        var pending: (token: UInt64, request: TransactionRequest)?
    }

    let host: TransactionTestHost
    private var bits: UInt64
    private var clients: [Client] = []
    private var seenMarkers = 0
    /// By producer id and epoch: what a client was told it may write under, and who. None is given out twice.
    private var owners: [String: Int] = [:]
    /// Ends that were answered well: marker epoch's key, outcome, partitions that were promised.
    private var promised: [(id: String, isCommit: Bool, partitions: Set<TransactionPartition>)] = []
    var brokenInvariant: String?

    init(seed: UInt64) {
        host = TransactionTestHost(version: seed % 3 == 0 ? 1 : 2)
        bits = seed &* 0x9e37_79b9_7f4a_7c15
        for index in 0..<6 { clients.append(Client(id: index % 2 == 0 ? "x" : "y", version: index < 3 ? 2 : 0)) }
    }

    private mutating func random(_ below: Int) -> Int {
        bits ^= bits << 13
        bits ^= bits >> 7
        bits ^= bits << 17
        return Int(bits % UInt64(below))
    }

    mutating func step() {
        let index = random(clients.count)
        learn(index)
        switch random(20) {
        case 0...1: begin(index)
        case 2...8: add(index)
        case 9...12: end(index)
        case 13: host.advance(UInt64(random(40_000)))
        case 14: host.advance(UInt64(random(500)))
        case 15...17: finishSome()
        default:
            host.holdsAppends = random(2) == 0
            host.holdsMarkers = random(2) == 0
            host.holdsIDs = random(3) == 0
            host.perform { _ in }
        }
        checkMarkers()
        checkEpochs()
    }

    private mutating func finishSome() {
        if !host.heldIDs.isEmpty, random(2) == 0 { host.finishID(random(6) != 0) }
        if !host.heldAppends.isEmpty, random(2) == 0 {
            if random(5) == 0 { host.failAppend(.notEnoughReplicas) } else { host.finishAppend() }
        }
        if !host.heldMarkers.isEmpty, random(2) == 0 { host.finishMarkers() }
        // Epochs run out only by a push.
        if random(60) == 0, let transaction = host.machine.transactions["x"], transaction.pending == nil,
            transaction.metadata.state == .empty, transaction.metadata.producerEpoch < 30_000
        {
            transaction.metadata.producerEpoch = .max - 1 - Int16(random(3))
            transaction.metadata.lastProducerEpoch = -1
        }
    }

    // MARK: Clients

    private mutating func send(_ index: Int, _ request: TransactionRequest) {
        guard clients[index].pending == nil else { return }
        clients[index].pending = (host.send(request), request)
        learn(index)
    }

    private mutating func begin(_ index: Int) {
        let client = clients[index]
        let usesOwn = random(3) == 0
        send(
            index,
            .initialize(
                TransactionInitialization(
                    transactionalID: client.id, timeoutMilliseconds: 60_000,
                    expected: usesOwn ? client.producer.map { (producerID: $0.0, producerEpoch: $0.1) } : nil)))
    }

    private mutating func add(_ index: Int) {
        let client = clients[index]
        guard let producer = client.producer else { return begin(index) }
        send(
            index,
            .add(
                TransactionAddition(
                    transactionalID: client.id, producerID: producer.0, producerEpoch: producer.1,
                    partitions: [TransactionPartition("t", Int32(random(4)))], clientVersion: client.version)))
    }

    private mutating func end(_ index: Int) {
        let client = clients[index]
        guard let producer = client.producer, !client.added.isEmpty else { return }
        send(
            index,
            .end(
                TransactionEnd(
                    transactionalID: client.id, producerID: producer.0, producerEpoch: producer.1,
                    isCommit: random(2) == 0, clientVersion: client.version)))
    }

    private mutating func learn(_ index: Int) {
        guard let (token, request) = clients[index].pending, let response = host.replies[token] else { return }
        clients[index].pending = nil
        switch (request, response) {
        case (.initialize(let request), .producer(.noError, let id, let epoch)):
            let key = "\(id)/\(epoch)"
            if let owner = owners[key], owner != index || request.expected == nil {
                brokenInvariant = "\(key) was given to \(owner) and to \(index)"
            }
            owners[key] = index
            clients[index].producer = (id, epoch)
            clients[index].added = []
        case (.add(let request), .added(.noError, _)): clients[index].added.formUnion(request.partitions)
        case (.end(let request), .producer(.noError, let id, let epoch)):
            if request.clientVersion >= 2 {
                owners["\(id)/\(epoch)"] = index
                clients[index].producer = (id, epoch)
            }
            promised.append((request.transactionalID, request.isCommit, clients[index].added))
            clients[index].added = []
            checkMarkers()
        case (_, .producer(let error, _, _)), (_, .added(let error, _)):
            if error == .producerFenced || error == .invalidProducerIDMapping {
                clients[index].producer = nil
                clients[index].added = []
            }
        }
    }

    // MARK: Invariants

    private mutating func checkMarkers() {
        for markers in host.markers[seenMarkers...] {
            if markers.partitions.isEmpty { brokenInvariant = "markers for nobody" }
            if markers.isCommit, !host.machine.transactions.keys.contains(markers.transactionalID) {
                brokenInvariant = "a commit of an id that isn't there"
            }
        }
        // What was answered is what the markers say: of each promise there is an ending with at least its partitions.
        for promise in promised
        where !host.markers.contains(where: {
            $0.transactionalID == promise.id && $0.isCommit == promise.isCommit
                && promise.partitions.isSubset(of: $0.partitions)
        }) {
            brokenInvariant = "no markers for \(promise)"
        }
        seenMarkers = host.markers.count
        if Set(host.markers.map(\.number)).count != host.markers.count { brokenInvariant = "an ending twice" }
    }

    private var epochs: [Int64: Int16] = [:]

    /// Of one producer id the epoch never goes down, and a marker is never of an epoch above.
    private mutating func checkEpochs() {
        for (id, transaction) in host.machine.transactions {
            let metadata = transaction.metadata
            if metadata.producerEpoch < epochs[metadata.producerID, default: -1] {
                brokenInvariant = "\(id): the epoch of \(metadata.producerID) went down"
            }
            epochs[metadata.producerID] = metadata.producerEpoch
            if metadata.state == .ongoing, metadata.partitions.isEmpty { brokenInvariant = "\(id): open with nothing" }
            if metadata.state.isPrepared, transaction.pending == nil {
                brokenInvariant = "\(id): decided, and nobody goes on"
            }
            if metadata.state == .ongoing, host.machine.timers.deadline(of: .timeouts) == nil {
                brokenInvariant = "\(id): open, and nobody watches"
            }
        }
    }

    /// Everything that waits comes to its end, and nothing stays open.
    mutating func settle() throws {
        host.holdsAppends = false
        host.holdsMarkers = false
        host.holdsIDs = false
        host.perform { _ in }
        for _ in 0..<4 { host.advance(80_000) }
        for index in clients.indices { learn(index) }
        for (id, transaction) in host.machine.transactions where !transaction.metadata.state.isAtRest {
            brokenInvariant = "\(id) is still \(transaction.metadata.state)"
        }
    }
}
