import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Metadata
import Reactor
import Records

/// A partition that this broker leads, on the core that owns it: its log, how far it is replicated, who waits for news.
final class Partition {
    let topicID: UUID
    let name: TopicPartition
    private(set) var log: Log
    private(set) var leaderEpoch: Int32
    /// How far all in-sync replicas have the log; consumers read below.
    let highWatermark: Watermark
    private var rules = BatchRules()
    private var signals = FetchSignals()
    /// The data directory that the log lies in.
    private(set) var directory: String
    /// A move to another directory is about to end, and the log never came to rest: producers try again in a moment.
    var isHoldingAppends = false
    /// Producers that may begin a transaction here.
    var passes = TransactionPasses()

    init(topicID: UUID, name: TopicPartition, log: Log, directory: String, leaderEpoch: Int32, config: TopicConfig) {
        self.topicID = topicID
        self.name = name
        self.log = log
        self.directory = directory
        self.leaderEpoch = leaderEpoch
        highWatermark = Watermark(log.endOffset)
        apply(config)
        log.updateHighWatermark(to: log.endOffset)
        log.onReadable = { [unowned self] end in advanceHighWatermark(to: end) }
    }

    /// Takes over changed settings: the next append goes by them.
    func apply(_ config: TopicConfig, producerIDExpirationMilliseconds: Int64? = nil) {
        rules = BatchRules(config)
        log.config = LogConfig(
            config,
            producerIDExpirationMilliseconds: producerIDExpirationMilliseconds
                ?? log.config.producerIDExpirationMilliseconds)
        if name.topic == OffsetsTopic.name { log.config.cleanupPolicy = [.compact] }
    }

    /// Works with `copy`, which has all that the log has.
    func adopt(_ copy: Log, in directory: String) {
        log = copy
        self.directory = directory
        signals.fireAll()
    }

    var lastStableOffset: Int64 { log.lastStableOffset }

    /// Goes on as the leader of a later epoch.
    func lead(in epoch: Int32) {
        guard epoch > leaderEpoch else { return }
        leaderEpoch = epoch
        signals.fireAll()
        log.noteEpoch(epoch)
    }

    // MARK: Writing

    /// Checks a batch and appends it. It is written when the core's turn ends: wait for the result's `written()`.
    /// - Parameter pass: what lets a transactional batch in; others need none.
    func append(
        _ records: ByteSlice, produceVersion: Int16, pass: TransactionPass, check: BatchCheck, now: Int64
    ) -> (PartitionProduced, AppendResult?) {
        do throws(BatchError) {
            let batch = try check.append(records, rules, produceVersion: produceVersion, now: now)
            if batch.isTransactional, let error = refusal(of: batch.producerID, batch.producerEpoch, pass) {
                return (PartitionProduced(error), nil)
            }
            return append(batch, origin: .client)
        } catch {
            var refused = PartitionProduced(KafkaError(rawValue: error.code.rawValue) ?? .corruptMessage, error.message)
            refused.recordErrors = error.recordErrors
            refused.logStartOffset = log.startOffset
            return (refused, nil)
        }
    }

    private func append(_ batch: CheckedBatch, origin: AppendOrigin) -> (PartitionProduced, AppendResult?) {
        do throws(LogError) {
            if isHoldingAppends { throw .truncating(path: log.directory) }
            let result = try log.append(batch, leaderEpoch: leaderEpoch, origin: origin)
            var produced = PartitionProduced()
            produced.baseOffset = result.baseOffset
            produced.endOffset = result.endOffset
            produced.logAppendTime =
                result.isDuplicate && batch.logAppendTime >= 0 ? result.maxTimestamp : batch.logAppendTime
            produced.logStartOffset = log.startOffset
            return (produced, result)
        } catch {
            var refused = PartitionProduced(KafkaError(error), "\(error)")
            refused.logStartOffset = log.startOffset
            return (refused, nil)
        }
    }

    /// Appends a coordinator's batch; wait for it with `acknowledged`.
    /// - Parameter limit: bytes, where the topic's own doesn't count.
    func appendAsCoordinator(
        _ records: ByteSlice, limit: Int? = nil, check: BatchCheck, now: Int64
    ) -> Result<AppendResult, KafkaError> {
        var coordinatorRules = rules
        coordinatorRules.origin = .coordinator
        if let limit { coordinatorRules.maxMessageBytes = limit }
        do throws(BatchError) {
            let batch = try check.append(records, coordinatorRules, now: now)
            let (produced, result) = append(batch, origin: .coordinator)
            return result.map { .success($0) } ?? .failure(produced.error)
        } catch {
            return .failure(KafkaError(rawValue: error.code.rawValue) ?? .corruptMessage)
        }
    }

    // MARK: Transactions

    /// Appends the end of a transaction; wait for it with `acknowledged`.
    func append(_ marker: TransactionMarker, check: BatchCheck, now: Int64) -> Result<AppendResult, KafkaError> {
        passes.revoke(marker.producerID)
        return appendAsCoordinator(marker.batch(timestamp: now), limit: .max, check: check, now: now)
    }

    /// What lets a producer's transactional batches in: its transaction is open, or its coordinator has to be asked.
    func pass(producerID: Int64, epoch: Int16) -> TransactionPass {
        if log.hasOpenTransaction(producerID: producerID, epoch: epoch) { return .open }
        return .verified(passes.begin(producerID))
    }

    /// Why a transactional batch may not be appended, or nil.
    func refusal(of producerID: Int64, _ epoch: Int16, _ pass: TransactionPass) -> KafkaError? {
        switch pass {
        case .none: .transactionalIDAuthorizationFailed
        case .unchecked: nil
        case .open: log.hasOpenTransaction(producerID: producerID, epoch: epoch) ? nil : .invalidTxnState
        case .verified(let token):
            passes.holds(producerID, token) || log.hasOpenTransaction(producerID: producerID, epoch: epoch)
                ? nil : .invalidTxnState
        }
    }

    // MARK: Waiting

    /// Returns once an appended batch is where `acks` wants it: nil, or the error to tell.
    func acknowledged(_ result: AppendResult, acks: Int16) async -> KafkaError? {
        do throws(LogError) { try await result.written() } catch { return KafkaError(error) }
        if acks == -1, !(await highWatermark.reaches(result.endOffset)) { return .notLeaderOrFollower }
        return nil
    }

    /// Whether `acknowledged` would return at once, and well.
    func isAcknowledged(_ result: AppendResult, acks: Int16) -> Bool {
        result.isWritten && (acks != -1 || highWatermark.value >= result.endOffset)
    }

    private func advanceHighWatermark(to end: Int64) {
        // The only replica is in sync with itself.
        guard end > log.highWatermark else { return }
        log.updateHighWatermark(to: end)
        highWatermark.advance(to: log.highWatermark)
        signals.fireAll()
    }

    // MARK: Reading

    /// Has `signal` fired by the next thing a reader can see.
    func notify(_ signal: FetchSignal) { signals.add(signal) }

    /// Ends all waits: the partition goes, or moves, or the broker stops.
    func wake() {
        signals.fireAll()
        highWatermark.close()
    }

    /// Moves the log's start up, as DeleteRecords and retention do.
    func deleteRecords(before offset: Int64) throws(LogError) {
        try log.deleteRecords(before: offset)
        signals.fireAll()
    }
}

extension BatchRules {
    init(_ config: TopicConfig) {
        self.init()
        maxMessageBytes = config.maxMessageBytes
        requiresKeys = config.isCompacted
        timestampType = config.timestampType == .logAppendTime ? .logAppendTime : .createTime
        timestampBeforeMaxMilliseconds = config.timestampBeforeMaxMilliseconds
        timestampAfterMaxMilliseconds = config.timestampAfterMaxMilliseconds
        switch config.compressionType {
        case "gzip":
            compression = .gzip
            compressionLevel = config.gzipLevel < 0 ? nil : Int32(config.gzipLevel)
        case "snappy": compression = .snappy
        case "lz4":
            compression = .lz4
            compressionLevel = Int32(config.lz4Level)
        case "zstd":
            compression = .zstd
            compressionLevel = Int32(config.zstdLevel)
        case "uncompressed": compression = Compression.none
        default: compression = nil
        }
    }
}

extension LogConfig {
    init(_ config: TopicConfig, producerIDExpirationMilliseconds: Int64) {
        self.init()
        segmentBytes = config.segmentBytes
        segmentMilliseconds = config.segmentMilliseconds
        segmentJitterMilliseconds = config.segmentJitterMilliseconds
        segmentIndexBytes = config.segmentIndexBytes
        indexIntervalBytes = config.indexIntervalBytes
        retentionMilliseconds = config.retentionMilliseconds
        retentionBytes = config.retentionBytes
        fileDeleteDelayMilliseconds = config.fileDeleteDelayMilliseconds
        flushMessages = config.flushMessages
        flushMilliseconds = config.flushMilliseconds
        cleanupPolicy = []
        if config.isDeleted { cleanupPolicy.insert(.delete) }
        if config.isCompacted { cleanupPolicy.insert(.compact) }
        minCompactionLagMilliseconds = config.minCompactionLagMilliseconds
        maxCompactionLagMilliseconds = config.maxCompactionLagMilliseconds
        minCleanableDirtyRatio = config.minCleanableDirtyRatio
        deleteRetentionMilliseconds = config.deleteRetentionMilliseconds
        preallocate = config.preallocate
        self.producerIDExpirationMilliseconds = producerIDExpirationMilliseconds
    }
}
