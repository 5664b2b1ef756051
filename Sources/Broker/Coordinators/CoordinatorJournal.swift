import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Reactor
import Records

/// A coordinator's partition, as what it remembers by: replayed when it starts, appended to when it decides. What
/// becomes of the appends is told one after the other, in the log's order.
final class CoordinatorJournal<Append> {
    let partition: Partition
    unowned let shard: Shard  // it has the host, which has this
    let core: Core
    let logger: Logger
    private let batchCheck: BatchCheck
    /// Those whose outcome isn't known, in the log's order.
    private var appends: [(append: Append, result: AppendResult)] = []
    private var isFollowing = false

    init(_ partition: Partition, shard: Shard, batchCheck: BatchCheck) {
        self.partition = partition
        self.shard = shard
        core = shard.core
        logger = shard.node.logger
        self.batchCheck = batchCheck
    }

    /// Gives all records with a key that the log has now to `body`, for as long as `isWanted` says so. One that it
    /// can't read is passed over.
    func replay(
        while isWanted: () -> Bool, _ body: (ByteSlice, Record, RecordBatchHeader) throws(CodingError) -> Void
    ) async throws {
        let decompressor = Decompressor()
        let log = partition.log
        let end = log.endOffset
        var offset = log.startOffset
        while offset < end, isWanted() {
            let pieces = try await log.read(from: offset, maxBytes: Limits.replayBytes, upTo: end)
            guard !pieces.isEmpty else { return }
            var batches = BatchIterator(RecordPieces(pieces).joined)
            while let batch = try batches.nextBatch() {
                var records = try RecordIterator(batch, with: decompressor)
                while let record = try records.next() {
                    guard let key = record.key else { continue }
                    do throws(CodingError) { try body(key, record, batch.header) } catch {
                        logger.warn("\(partition.name): the record at offset \(record.offset) is passed over: \(error)")
                    }
                }
                offset = batch.header.lastOffset + 1
            }
        }
    }

    /// Appends records as one batch.
    /// - Returns: why the log doesn't take them, or nil: then the outcome will be told.
    func append(_ records: [CoordinatorRecord], _ fields: BatchBuilder.Fields, as append: Append) -> KafkaError? {
        let builder = BatchBuilder(fields)
        let now = core.wallClockMilliseconds()
        for record in records { builder.append(timestamp: now, key: record.key, value: record.value) }
        switch partition.appendAsCoordinator(builder.finish().bytes, check: batchCheck, now: now) {
        case .failure(let error): return error
        case .success(let result):
            follow(append, result)
            return nil
        }
    }

    /// Appends the end of a transaction.
    func append(_ marker: TransactionMarker, as append: Append) -> Result<AppendResult, KafkaError> {
        let outcome = partition.append(marker, check: batchCheck, now: core.wallClockMilliseconds())
        if case .success(let result) = outcome { follow(append, result) }
        return outcome
    }

    private func follow(_ append: Append, _ result: AppendResult) {
        appends.append((append, result))
        guard appends.count == 1, !isFollowing else { return }
        let (shard, name) = (shard, partition.name)
        core.spawn { await shard.followAppends(of: name) }
    }

    /// Gives the appends to `body` as they come to their end.
    func followAppends(_ body: (Append, Result<AppendResult, KafkaError>) -> Void) async {
        // What an outcome leads to may be appended while the others are still followed.
        guard !isFollowing else { return }
        isFollowing = true
        defer { isFollowing = false }
        while let (append, result) = appends.first {
            let failure = await partition.acknowledged(result, acks: -1)
            appends.removeFirst()
            body(append, failure.map { .failure($0) } ?? .success(result))
        }
    }
}
