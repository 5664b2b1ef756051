import Bytes
import Reactor
import Records

/// Records of one partition on their way: open, then sealed, stamped with producer and sequence, sent, perhaps again.
final class ProducerBatch {
    let partition: TopicPartition
    let created: Instant
    private(set) var recordsCount: Int32 = 0
    /// What it takes of the producer's memory.
    private(set) var reservedBytes = 0
    var attempts = 0
    /// As stamped; nil before.
    private(set) var sequence: Int32?

    private var builder: BatchBuilder?
    private(set) var bytes = ByteSlice()
    private var reports: [(index: Int32, timestamp: Int64, report: DeliveryReport)] = []
    private var watchers: [() -> Void] = []

    init(_ partition: TopicPartition, _ compression: Compression, level: Int32?, created: Instant, capacity: Int) {
        self.partition = partition
        self.created = created
        var fields = BatchBuilder.Fields()
        fields.compression = compression
        fields.compressionLevel = level
        builder = BatchBuilder(fields, capacity: capacity)
    }

    var isOpen: Bool { builder != nil }

    /// Whether the record still fits a batch of `limit` bytes; the first always does.
    func fits(_ record: ProducerRecord, timestamp: Int64, limit: Int, ratio: Double) -> Bool {
        guard let builder else { return false }
        if builder.isEmpty { return true }
        let now = builder.uncompressedSize
        let then = builder.uncompressedSize(
            adding: record.key, record.value, headers: record.headers, timestamp: timestamp)
        return builder.estimatedSize(ratio: ratio) + Int(Double(then - now) * ratio) <= limit
            && then <= Limits.unfoldedBytes
    }

    /// Bytes that the batch will have if its records shrink to `ratio` of their size.
    func estimatedSize(ratio: Double) -> Int { builder?.estimatedSize(ratio: ratio) ?? bytes.count }

    func append(_ record: ProducerRecord, timestamp: Int64, reserving size: Int, _ report: DeliveryReport?) {
        builder?.append(timestamp: timestamp, key: record.key, value: record.value, headers: record.headers)
        if let report { reports.append((recordsCount, timestamp, report)) }
        recordsCount += 1
        reservedBytes += size
    }

    /// Ends the batch.
    /// - Returns: the share of their size that its records shrank to.
    func seal(with compressor: Compressor) throws(CompressionFailure) -> Double {
        guard let builder else { return 1 }
        self.builder = nil
        let before = builder.uncompressedSize
        bytes = try builder.finish(with: compressor).bytes
        return Double(bytes.count) / Double(max(before, 1))
    }

    /// Writes producer and sequence into the sealed batch, and the checksum that follows.
    func stamp(producerID: Int64, epoch: Int16, sequence: Int32) {
        self.sequence = sequence
        guard let base = bytes.unsafeMutableAddress, bytes.count >= RecordBatchHeader.size else { return }
        base.storeBigEndian(producerID, at: 43)
        base.storeBigEndian(epoch, at: 51)
        base.storeBigEndian(sequence, at: 53)
        let covered = RecordBatchHeader.attributesPosition
        let crc = CRC32C.checksum(UnsafeRawBufferPointer(start: base + covered, count: bytes.count - covered))
        base.storeBigEndian(crc, at: 17)
    }

    /// Forgets the sequence: the batch gets another one.
    func unstamp() { sequence = nil }

    /// Does `action` when the batch has come to its end.
    func whenDone(_ action: @escaping () -> Void) { watchers.append(action) }

    func succeed(baseOffset: Int64, logAppendTime: Int64) {
        for (index, timestamp, report) in reports {
            report(
                .success(
                    Delivery(
                        partition: partition, offset: baseOffset < 0 ? -1 : baseOffset &+ Int64(index),
                        timestamp: logAppendTime >= 0 ? logAppendTime : timestamp)))
        }
        end()
    }

    func fail(_ error: ClientError) {
        for (_, _, report) in reports { report(.failure(error)) }
        end()
    }

    private func end() {
        reports.removeAll()
        let ended = watchers
        watchers.removeAll()
        for watcher in ended { watcher() }
    }
}
