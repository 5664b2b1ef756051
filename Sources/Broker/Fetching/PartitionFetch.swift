import Bytes
import KafkaProtocol
import LogEngine
import Reactor

/// How a fetch wants its partitions read; the same for all of them.
struct FetchTerms: Sendable {
    var isReadCommitted: Bool
    /// Of the request: what it can't say, its answer can't either.
    var version: Int16
}

/// What a look at partitions found, before anything is read.
struct FetchSurvey: Sendable {
    var bytes = 0
    /// There is something to tell that doesn't wait for bytes: an error, a parting of the ways.
    var isDue = false

    mutating func add(_ other: FetchSurvey) {
        bytes += other.bytes
        isDue = isDue || other.isDue
    }
}

/// What a fetch got from a partition.
struct PartitionFetched: Sendable {
    var error: KafkaError
    var highWatermark: Int64 = -1
    var lastStableOffset: Int64 = -1
    var logStartOffset: Int64 = -1
    var diverging: (epoch: Int32, endOffset: Int64)?
    /// nil for readers that take uncommitted records too.
    var aborted: [AbortedTransaction]?
    var records: [ByteSlice] = []

    init(_ error: KafkaError = .noError) { self.error = error }

    var bytes: Int { records.reduce(0) { $0 + $1.count } }

    /// There is nothing to tell but where the partition stands.
    var isEmpty: Bool { error == .noError && records.isEmpty && diverging == nil }

    /// Kafka tells no positions beside an error, but for where the log begins.
    fileprivate mutating func fail(_ failure: LogError) {
        error = KafkaError(reading: failure)
        highWatermark = -1
        lastStableOffset = -1
        if aborted != nil { aborted = [] }
    }

    var told: FetchSession.Told? {
        guard error == .noError else { return nil }
        return FetchSession.Told(
            highWatermark: highWatermark, lastStableOffset: lastStableOffset, logStartOffset: logStartOffset)
    }
}

extension Shard {
    /// Counts what `wanted` partitions of this core could give now. With `signal`, news of any of them will fire it.
    func survey(_ wanted: [FetchedPartition], _ terms: FetchTerms, signal: FetchSignal?) -> FetchSurvey {
        var survey = FetchSurvey()
        survey.isDue = !isServing  // whom a stop wakes was woken
        for fetched in wanted {
            switch find(fetched) {
            case .failure: survey.isDue = true
            case .success(let partition):
                if let signal { partition.notify(signal) }
                survey.add(partition.survey(fetched, terms))
            }
        }
        return survey
    }

    /// The same, after logs that nobody has needed yet were opened.
    func openAndSurvey(_ wanted: [FetchedPartition], _ terms: FetchTerms, signal: FetchSignal?) async -> FetchSurvey {
        for fetched in wanted { await openIfNeeded(fetched.key) }
        return survey(wanted, terms, signal: signal)
    }

    /// Reads `wanted` partitions of this core in order, at most `bytes` in all. While nothing has been read, the first
    /// batch comes whole, however large: otherwise a reader could never pass it.
    func read(
        _ wanted: [FetchedPartition], _ terms: FetchTerms, bytes: Int, isFirst: Bool
    ) async -> [PartitionFetched] {
        var left = bytes
        var isFirst = isFirst
        var results: [PartitionFetched] = []
        results.reserveCapacity(wanted.count)
        for fetched in wanted {
            await openIfNeeded(fetched.key)
            let result: PartitionFetched
            switch find(fetched) {
            case .failure(let error): result = PartitionFetched(error)
            case .success(let partition):
                result = await partition.read(
                    fetched, terms, bytes: min(left, Int(fetched.maxBytes)), wholeBatch: isFirst)
            }
            if result.bytes > 0 { isFirst = false }
            left = max(0, left - result.bytes)
            results.append(result)
        }
        return results
    }

    /// The same, or nil where a device has to be waited for.
    func readAtOnce(_ wanted: [FetchedPartition], _ terms: FetchTerms, bytes: Int) -> [PartitionFetched]? {
        var left = bytes
        var isFirst = true
        var results: [PartitionFetched] = []
        results.reserveCapacity(wanted.count)
        for fetched in wanted {
            let bytes = min(left, Int(fetched.maxBytes))
            guard let result = readAtOnce(fetched, terms, bytes: bytes, wholeBatch: isFirst) else { return nil }
            if result.bytes > 0 { isFirst = false }
            left = max(0, left - result.bytes)
            results.append(result)
        }
        return results
    }

    /// The same for one partition.
    func readAtOnce(
        _ fetched: FetchedPartition, _ terms: FetchTerms, bytes: Int, wholeBatch: Bool
    ) -> PartitionFetched? {
        switch find(fetched) {
        case .failure(let error): partitions.unopened[fetched.key] == nil ? PartitionFetched(error) : nil
        case .success(let partition): partition.readAtOnce(fetched, terms, bytes: bytes, wholeBatch: wholeBatch)
        }
    }

    private func find(_ fetched: FetchedPartition) -> Result<Partition, KafkaError> {
        guard let partition = partitions.find(fetched.topicID, fetched.index) else {
            return .failure(absence(of: fetched.topicID, fetched.index))
        }
        if let error = partition.epochError(fetched.currentLeaderEpoch) { return .failure(error) }
        return .success(partition)
    }
}

extension FetchedPartition {
    fileprivate var key: PartitionKey { PartitionKey(topicID: topicID, partition: index) }
}

extension Partition {
    /// A client that knows another leader epoch than ours has to ask for metadata, or wait until we have (KIP-320).
    func epochError(_ epoch: Int32) -> KafkaError? {
        if epoch == -1 || epoch == leaderEpoch { return nil }
        return epoch < leaderEpoch ? .fencedLeaderEpoch : .unknownLeaderEpoch
    }

    func survey(_ fetched: FetchedPartition, _ terms: FetchTerms) -> FetchSurvey {
        if divergence(of: fetched) != nil { return FetchSurvey(bytes: 0, isDue: true) }
        do throws(LogError) {
            let range = try log.locate(
                fetched.offset, maxBytes: Int(fetched.maxBytes), upTo: bound(terms), wholeBatch: true)
            // What lies on older segments doesn't wait for more, as in Kafka.
            return FetchSurvey(bytes: range?.count ?? 0, isDue: range.map { $0.upTo < bound(terms) } ?? false)
        } catch {
            return FetchSurvey(bytes: 0, isDue: true)
        }
    }

    func read(
        _ fetched: FetchedPartition, _ terms: FetchTerms, bytes: Int, wholeBatch: Bool
    ) async -> PartitionFetched {
        var (result, range) = look(fetched, terms, bytes: bytes, wholeBatch: wholeBatch)
        guard let range else { return result }
        do throws(LogError) { result.records = try await log.bytes(of: range) } catch { result.fail(error) }
        return result
    }

    /// The same, or nil where a device has to be waited for.
    func readAtOnce(
        _ fetched: FetchedPartition, _ terms: FetchTerms, bytes: Int, wholeBatch: Bool
    ) -> PartitionFetched? {
        var (result, range) = look(fetched, terms, bytes: bytes, wholeBatch: wholeBatch)
        guard let range else { return result }
        do throws(LogError) {
            guard let records = try log.bytesAtOnce(of: range) else { return nil }
            result.records = records
        } catch { result.fail(error) }
        return result
    }

    /// All of the result but its records, and where those lie.
    private func look(
        _ fetched: FetchedPartition, _ terms: FetchTerms, bytes: Int, wholeBatch: Bool
    ) -> (PartitionFetched, LogRange?) {
        var result = PartitionFetched()
        result.highWatermark = highWatermark.value
        result.lastStableOffset = lastStableOffset
        result.logStartOffset = log.startOffset
        if terms.isReadCommitted { result.aborted = [] }
        if let end = divergence(of: fetched) {
            result.diverging = end
            return (result, nil)
        }
        do throws(LogError) {
            let range = try log.locate(fetched.offset, maxBytes: bytes, upTo: bound(terms), wholeBatch: wholeBatch)
            if terms.isReadCommitted, let range {
                result.aborted = try log.abortedTransactions(in: range, from: fetched.offset)
            }
            return (result, range)
        } catch {
            result.fail(error)
            return (result, nil)
        }
    }

    private func bound(_ terms: FetchTerms) -> Int64 {
        terms.isReadCommitted ? lastStableOffset : highWatermark.value
    }

    /// Where the reader's log and ours part, if the last epoch it has read isn't one of ours up to its offset.
    private func divergence(of fetched: FetchedPartition) -> (epoch: Int32, endOffset: Int64)? {
        guard fetched.lastFetchedEpoch >= 0 else { return nil }
        guard let end = log.leaderEpochs.endOffset(for: fetched.lastFetchedEpoch, logEndOffset: log.endOffset),
            end.epoch < fetched.lastFetchedEpoch || end.endOffset < fetched.offset
        else { return nil }
        return end
    }
}
