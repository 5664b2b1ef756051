import Bytes
import KafkaProtocol
import Reactor
import Records
import Simulation

/// Reads all partitions of the transactional topic as one isolation level shows them.
///
/// `@unchecked Sendable`: used on one core only.
final class TransactionReader: @unchecked Sendable {
    typealias Isolation = TransactionLedger.Isolation

    private struct Page {
        var records: TransactionalEnd.Log = []
        /// What could be read, and what is there.
        var bound: Int64
        var highWatermark: Int64
    }

    /// Reads in the end, 50 ms apart.
    private static let patience = 400

    private let core: Core
    private let address: SocketAddress
    private let isolation: Isolation
    private let ledger: Shared<TransactionLedger>
    private let decompressor = Decompressor()
    private var offsets: [Int64]

    init(
        _ core: Core, _ address: SocketAddress, _ isolation: Isolation, partitions: Int32,
        _ ledger: Shared<TransactionLedger>
    ) {
        self.core = core
        self.address = address
        self.isolation = isolation
        self.ledger = ledger
        offsets = Array(repeating: 0, count: Int(partitions))
    }

    /// Shows the ledger all that can be read, until `isOver`.
    func follow(isOver: Shared<Bool>) async {
        while !core.isHalted, !isOver.value {
            if let wire = try? await Wire(core, address) {
                while !core.isHalted, !isOver.value, let pages = try? await fetch(wire, waitMilliseconds: 200) {
                    for (partition, page) in pages.enumerated() {
                        for record in page.records {
                            ledger.value.show(record.value, Int32(partition), record.offset, isolation)
                        }
                    }
                }
                wire.close()
            }
            if !core.isHalted { await core.sleep(milliseconds: 10) }
        }
    }

    /// By partition all there is, once no transaction is open. Tries again what fails, as long as there is hope.
    func readAll() async throws(Consumer.Stuck) -> [TransactionalEnd.Log] {
        var logs: [TransactionalEnd.Log] = Array(repeating: [], count: offsets.count)
        var trouble = "nothing answers"
        var wire: Wire?
        defer { wire?.close() }
        for _ in 0..<Self.patience where !core.isHalted {
            if wire == nil { wire = try? await Wire(core, address) }
            if let connected = wire {
                do {
                    let pages = try await fetch(connected, waitMilliseconds: 0)
                    for (partition, page) in pages.enumerated() { logs[partition] += page.records }
                    let open = pages.indices.filter {
                        offsets[$0] < pages[$0].highWatermark || pages[$0].bound < pages[$0].highWatermark
                    }
                    guard let partition = open.first else { return logs }
                    trouble =
                        "partition \(partition) is read to \(offsets[partition]) and can be to "
                        + "\(pages[partition].bound), of \(pages[partition].highWatermark)"
                    if open.contains(where: { offsets[$0] < pages[$0].bound }) { continue }
                } catch {
                    trouble = "\(error)"
                    connected.close()
                    wire = nil
                }
            }
            if !core.isHalted { await core.sleep(milliseconds: 50) }
        }
        throw Consumer.Stuck(reason: "reading with isolation \(isolation) doesn't come to an end: \(trouble)")
    }

    private func fetch(_ wire: Wire, waitMilliseconds: Int32) async throws -> [Page] {
        let request = FetchRequest {
            $0.maximumWaitMilliseconds = waitMilliseconds
            $0.minimumBytes = 1
            $0.maximumBytes = 1 << 20
            $0.isolationLevel = isolation.rawValue
            $0.topics = [
                FetchRequest.Topic {
                    $0.name = Rehearsal.transactionalTopic
                    $0.partitions = offsets.enumerated().map { index, offset in
                        FetchRequest.Partition {
                            $0.index = Int32(index)
                            $0.fetchOffset = offset
                            $0.maximumBytes = 8192
                        }
                    }
                }
            ]
        }
        let response = try await wire.ask(request, version: 12)
        guard let answers = response.topics.first?.partitions, answers.count == offsets.count else {
            throw WireFailure.closed
        }
        if let failed = answers.first(where: { $0.errorCode != 0 }) {
            throw WireFailure.refused(KafkaError(rawValue: failed.errorCode) ?? .unknownServerError)
        }
        return try answers.sorted { $0.index < $1.index }.map { try page($0) }
    }

    /// What a consumer gives its user of an answer.
    private func page(_ answer: FetchResponse.Partition) throws -> Page {
        let index = Int(answer.index)
        let bound = isolation == .readCommitted ? answer.lastStableOffset : answer.highWatermark
        var page = Page(bound: bound, highWatermark: answer.highWatermark)
        if answer.lastStableOffset > answer.highWatermark {
            complain("partition \(index) is stable up to \(answer.lastStableOffset), beyond \(answer.highWatermark)")
        }
        var aborted = (answer.abortedTransactions ?? []).sorted { $0.firstOffset < $1.firstOffset }[...]
        var open: Set<Int64> = []
        var batches = BatchIterator(answer.records?.joined ?? ByteSlice())
        while let batch = try batches.nextBatch() {
            let header = batch.header
            if header.lastOffset >= bound { complain("partition \(index): offset \(header.lastOffset) is shown early") }
            while let next = aborted.first, next.firstOffset <= header.lastOffset {
                open.insert(next.producerID)
                aborted.removeFirst()
            }
            if header.attributes.isControl {
                open.remove(header.producerID)
            } else if !header.attributes.isTransactional || !open.contains(header.producerID) {
                for record in try batch.records(with: decompressor) where record.offset >= offsets[index] {
                    page.records.append((record.offset, record.value?.text ?? ""))
                }
            }
            offsets[index] = max(offsets[index], header.lastOffset + 1)
        }
        return page
    }

    private func complain(_ text: String) { ledger.value.complain(text + ", \(isolation)") }
}
