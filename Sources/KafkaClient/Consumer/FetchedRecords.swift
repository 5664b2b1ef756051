import Bytes
import KafkaProtocol
import Records

/// What one fetch brought of a partition, read record by record.
final class FetchedRecords {
    private let partition: TopicPartition
    private var batches: BatchIterator
    private var records: RecordIterator?
    private var header = RecordBatchHeader()
    /// Sorted by first offset, those not yet reached.
    private var aborted: ArraySlice<FetchResponse.AbortedTransaction>
    private var abortedProducers: Set<Int64> = []
    private let hidesAborted: Bool
    private let checksCRCs: Bool
    private var start: Int64
    /// The offset behind what has been read.
    private(set) var nextOffset: Int64
    let bytes: Int

    /// - Parameter start: records before it are stepped over: a batch is fetched whole.
    init(
        _ partition: TopicPartition, _ bytes: ByteSlice, from start: Int64,
        aborted: [FetchResponse.AbortedTransaction]?, checksCRCs: Bool
    ) {
        self.partition = partition
        self.start = start
        nextOffset = start
        self.bytes = bytes.count
        batches = BatchIterator(bytes)
        hidesAborted = aborted != nil
        self.aborted = (aborted ?? []).sorted { $0.firstOffset < $1.firstOffset }[...]
        self.checksCRCs = checksCRCs
    }

    /// Appends at most `limit` records to `result`; false when nothing is left.
    func read(_ limit: Int, _ decompressor: Decompressor, into result: inout [ConsumerRecord]) throws(ClientError)
        -> Bool
    {
        var left = limit
        while left > 0 {
            if records == nil {
                guard try nextBatch(decompressor) else { return false }
                continue
            }
            let next: Record?
            do throws(RecordFailure) { next = try records?.next() } catch { throw unreadable("\(error)") }
            guard let record = next else {
                records = nil
                nextOffset = max(nextOffset, header.endOffset)
                continue
            }
            guard record.offset >= start else { continue }
            nextOffset = record.offset &+ 1
            result.append(
                ConsumerRecord(
                    partition: partition, record: record, timestampType: header.attributes.timestampType,
                    leaderEpoch: header.partitionLeaderEpoch))
            left -= 1
        }
        return true
    }

    /// Goes on to the next batch whose records are a consumer's business; false at the end.
    private func nextBatch(_ decompressor: Decompressor) throws(ClientError) -> Bool {
        let element: BatchIterator.Element?
        do throws(FramingFailure) { element = try batches.next() } catch { throw unreadable("\(error)") }
        switch element {
        case nil: return false
        case .legacy(let message):
            nextOffset = max(nextOffset, message.offset &+ 1)
            return true
        case .batch(let batch):
            header = batch.header
            if header.lastOffset < start { return true }
            if checksCRCs, !batch.hasValidCRC { throw unreadable("its checksum is wrong") }
            if try isHidden(batch, decompressor) {
                nextOffset = max(nextOffset, header.endOffset)
                return true
            }
            do throws(RecordFailure) {
                records = try RecordIterator(batch, with: decompressor, limit: Limits.unfoldedBytes)
            } catch { throw unreadable("\(error)") }
            return true
        }
    }

    /// Markers are nobody's; of aborted transactions those who read committed records see nothing.
    private func isHidden(_ batch: RecordBatch, _ decompressor: Decompressor) throws(ClientError) -> Bool {
        if hidesAborted {
            while let next = aborted.first, next.firstOffset <= header.lastOffset {
                abortedProducers.insert(next.producerID)
                aborted.removeFirst()
            }
        }
        if header.attributes.isControl {
            let first: Record?
            do throws(RecordFailure) {
                var records = try RecordIterator(batch, with: decompressor, limit: Limits.unfoldedBytes)
                first = try records.next()
            } catch { throw unreadable("\(error)") }
            if ControlRecord(key: first?.key) == .abort { abortedProducers.remove(header.producerID) }
            return true
        }
        return hidesAborted && header.attributes.isTransactional && abortedProducers.contains(header.producerID)
    }

    private func unreadable(_ why: String) -> ClientError {
        .kafka(
            .corruptMessage,

            "Received exception when fetching the next record from \(partition). If needed, please seek "
                + "past the record "
                + "to continue consumption. At offset \(nextOffset): \(why)")
    }
}
