import Bytes
import KafkaProtocol
import Reactor
import Records
import Simulation

/// Reads a partition from its start.
///
/// `@unchecked Sendable`: used on one core only.
final class Consumer: @unchecked Sendable {
    typealias Records = [(offset: Int64, value: String)]

    /// Why a partition can't be read to its end.
    struct Stuck: Error {
        let reason: String
    }

    /// Answers in a row that bring nothing, though there is something: then nothing will.
    private static let patience = 200

    private let core: Core
    private let address: SocketAddress
    private let partition: Int32
    private let decompressor = Decompressor()
    private var offset: Int64 = 0

    init(_ core: Core, _ address: SocketAddress, partition: Int32) {
        self.core = core
        self.address = address
        self.partition = partition
    }

    /// Shows `ledger` all that can be read, until `isOver`.
    func follow(_ ledger: Shared<Ledger>, isOver: Shared<Bool>) async {
        while !core.isHalted, !isOver.value {
            if let wire = try? await Wire(core, address) {
                while !core.isHalted, !isOver.value, let fetched = try? await fetch(wire, waitMilliseconds: 200) {
                    for record in fetched.records { ledger.value.consume(record.value, partition, record.offset) }
                    if fetched.records.isEmpty, offset < fetched.endOffset { break }
                }
                wire.close()
            }
            if !core.isHalted { await core.sleep(milliseconds: 10) }
        }
    }

    /// All records there are. Tries again what fails, as long as there is hope.
    func readAll() async throws(Stuck) -> Records {
        var all: Records = []
        var vain = 0
        while !core.isHalted {
            guard let wire = try? await Wire(core, address) else {
                await core.sleep(milliseconds: 10)
                continue
            }
            defer { wire.close() }
            var trouble = "the connection ends"
            do {
                while vain < Self.patience {
                    let fetched = try await fetch(wire, waitMilliseconds: 0)
                    all += fetched.records
                    if !fetched.records.isEmpty {
                        vain = 0
                    } else if offset >= fetched.endOffset {
                        return all
                    } else {
                        trouble = "nothing is there below its end, \(fetched.endOffset)"
                        break
                    }
                }
            } catch { trouble = "\(error)" }
            vain += 1
            if vain >= Self.patience {
                throw Stuck(reason: "partition \(partition) can't be read from offset \(offset) on: \(trouble)")
            }
            if !core.isHalted { await core.sleep(milliseconds: 10) }
        }
        throw Stuck(reason: "the reader's core is halted")
    }

    private func fetch(
        _ wire: Wire, waitMilliseconds: Int32
    ) async throws -> (records: Records, endOffset: Int64) {
        let request = FetchRequest {
            $0.maximumWaitMilliseconds = waitMilliseconds
            $0.minimumBytes = 1
            $0.maximumBytes = 1 << 20
            $0.topics = [
                FetchRequest.Topic {
                    $0.name = Rehearsal.topic
                    $0.partitions = [
                        FetchRequest.Partition {
                            $0.index = partition
                            $0.fetchOffset = offset
                            $0.maximumBytes = 8192
                        }
                    ]
                }
            ]
        }
        let response = try await wire.ask(request, version: 12)
        guard let answer = response.topics.first?.partitions.first else { throw WireFailure.closed }
        guard answer.errorCode == 0 else {
            throw WireFailure.refused(KafkaError(rawValue: answer.errorCode) ?? .unknownServerError)
        }
        var records: Records = []
        var batches = BatchIterator(answer.records?.joined ?? ByteSlice())
        while let batch = try batches.nextBatch() {
            for record in try batch.records(with: decompressor) where record.offset >= offset {
                records.append((record.offset, record.value?.text ?? ""))
            }
        }
        if let last = records.last { offset = last.offset + 1 }
        return (records, answer.highWatermark)
    }
}
