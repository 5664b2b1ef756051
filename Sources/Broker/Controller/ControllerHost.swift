import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Metadata
import Reactor
import Records

/// Hosts the cluster's controller over its log, `__cluster_metadata-0`: decides, appends, replays, and answers once the
/// records are durable and every core works with what they say. One node is the whole quorum.
actor ControllerHost {
    nonisolated let core: Core
    nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }
    private let logger: Logger
    private let batchCheck = BatchCheck()
    private let decompressor = Decompressor()
    private let configuration: ServerConfiguration
    private var controller: Controller
    private var log: Log?
    private var epoch: Int32 = 0
    private var brokerEpoch: Int64 = -1
    /// Brings changes to the cores, one after the other in the log's order.
    private var publisher: (@Sendable (ClusterImage, [ClusterChange]) async -> Void)?
    private var lastPublication: Task<Bool, Never>?
    /// The metadata log couldn't be written: nothing can be decided any more.
    private(set) var failure: LogError?
    /// The disk was full: what is in memory isn't in the log, which has to be replayed before anything is decided.
    private var isAhead = false
    private var place: ReplicaPlace?
    /// Why the topic of the groups couldn't be made, the last time.
    private var refusalsOfTopics: [String: String] = [:]

    init(core: Core, configuration: ServerConfiguration, clusterID: String, logger: Logger) {
        self.core = core
        self.configuration = configuration
        self.logger = logger
        controller = Controller(clusterID: clusterID, server: configuration)
    }

    var image: ClusterImage { controller.image }
    var registeredEpoch: Int64 { brokerEpoch }

    // MARK: Start

    /// Opens and replays the log in `place`, then leads it in a new epoch.
    func open(_ place: ReplicaPlace) async throws(BrokerFailure) {
        self.place = place
        var opening = LogOpening()
        opening.config.retentionMilliseconds = -1
        opening.config.segmentBytes = Int(configuration.integer("metadata.log.segment.bytes"))
        opening.config.segmentMilliseconds = configuration.integer("metadata.log.segment.ms")
        opening.topicID = .metadataTopic
        // Raft's log is always read as after a crash, from its beginning. Kafka keeps no recovery point of it, and
        // would take any damage for a torn tail; the topics behind it would be gone, and their logs nobody's.
        opening.checksAll = true
        opening.recoveryPoint = place.found?.recoveryPoint ?? 0
        do throws(LogError) {
            let log = try await Log.open(place.path, opening, LogContext(core: core), health: place.health)
            try await replay(log, from: try await restoreSnapshot(place, log))
            log.onReadable = { [unowned log] end in log.updateHighWatermark(to: end) }
            self.log = log
            epoch = (log.leaderEpochs.latest?.epoch ?? 0) + 1
            try await writeQuorumState(place.path)
            try await log.beginEpoch(epoch)
        } catch { throw BrokerFailure(error) }
        try await lead(place.directory)
    }

    /// The newest snapshot's records, when the log begins behind them; returns the offset to replay from.
    private func restoreSnapshot(_ place: ReplicaPlace, _ log: Log) async throws(LogError) -> Int64 {
        let names = (try? core.files.list(place.path)) ?? []
        let snapshots = names.filter { $0.hasSuffix(".checkpoint") && $0.count == 42 }
        guard let newest = snapshots.last, let end = Int64(newest.prefix(20)), end > 0 else { return log.startOffset }
        let path = place.path + "/" + newest
        let bytes: ByteSlice
        do throws(Errno) { bytes = try core.files.readAll(path, limit: Limits.snapshotBytes) } catch {
            throw .storage(error, path: path)
        }
        for (_, record) in try records(bytes, path: path) { try replay(record, offset: end - 1, path: path) }
        if log.endOffset < end { _ = try await log.truncateFully(startingAt: end) }
        return max(end, log.startOffset)
    }

    private func replay(_ log: Log, from start: Int64) async throws(LogError) {
        log.updateHighWatermark(to: log.endOffset)
        var offset = start
        while offset < log.endOffset {
            let pieces = try await log.read(from: offset, maxBytes: Limits.replayBytes, upTo: log.endOffset)
            guard !pieces.isEmpty else { break }
            for piece in pieces.count == 1 ? pieces : [RecordPieces(pieces).joined] {
                var iterator = BatchIterator(piece)
                while case .batch(let batch)? = try next(&iterator, log.directory) {
                    for (recordOffset, record) in try records(batch, path: log.directory) where recordOffset >= offset {
                        try replay(record, offset: recordOffset, path: log.directory)
                    }
                    offset = batch.header.lastOffset + 1
                }
            }
        }
        _ = controller.takeChanges()
    }

    private func next(_ iterator: inout BatchIterator, _ path: String) throws(LogError) -> BatchIterator.Element? {
        do { return try iterator.next() } catch { throw .corrupt(path: path, position: 0, reason: "\(error)") }
    }

    private func records(_ bytes: ByteSlice, path: String) throws(LogError) -> [(Int64, MetadataRecord)] {
        var iterator = BatchIterator(bytes)
        var all: [(Int64, MetadataRecord)] = []
        while case .batch(let batch)? = try next(&iterator, path) { all += try records(batch, path: path) }
        return all
    }

    private func records(_ batch: RecordBatch, path: String) throws(LogError) -> [(Int64, MetadataRecord)] {
        do throws(MetadataRecordError) {
            return try MetadataBatches.decode(batch, with: decompressor)
        } catch {
            throw .corrupt(path: path, position: 0, reason: "a metadata record can't be read: \(error)")
        }
    }

    private func replay(_ record: MetadataRecord, offset: Int64, path: String) throws(LogError) {
        do throws(ReplayError) { try controller.replay(record, offset: offset) } catch {
            throw .corrupt(path: path, position: 0, reason: "the record at offset \(offset): \(error)")
        }
    }

    /// Raft's own state: we vote for ourselves and lead.
    private func writeQuorumState(_ path: String) async throws(LogError) {
        let state =
            #"{"leaderId":\#(configuration.nodeID),"leaderEpoch":\#(epoch),"votedId":-1,"#
            + #""votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","appliedOffset":0,"currentVoters":[],"data_version":1}"#
        do throws(Errno) {
            try await core.files.replace(path + "/quorum-state", with: ByteSlice(utf8: state))
        } catch { throw .storage(error, path: path + "/quorum-state") }
    }

    /// The first records of our epoch: the change of leader, and in an empty log what the cluster begins with.
    private func lead(_ directory: String) async throws(BrokerFailure) {
        var message = LeaderChangeMessage()
        message.leaderID = configuration.nodeID
        message.voters = [LeaderChangeMessage.Voter { $0.voterID = configuration.nodeID }]
        message.grantingVoters = message.voters
        do {
            _ = try append(
                ControlRecord.leaderChange.batch(
                    value: try message.encoded(version: 0), timestamp: core.wallClockMilliseconds(), baseOffset: 0,
                    leaderEpoch: epoch))
            if controller.isInTransaction {
                _ = try record([.abortTransaction(AbortTransactionRecord { $0.reason = "The controller changed." })])
            }
            if controller.image.features.isEmpty {
                let path = directory + "/bootstrap.checkpoint"
                let checkpoint =
                    core.files.exists(path)
                    ? try records(try core.files.readAll(path), path: path).map(\.1)
                    : Bootstrap.checkpointRecords(Features.defaults)
                _ = try record(Bootstrap.logRecords(checkpoint, server: configuration))
            }
            try await log?.flush()
        } catch { throw BrokerFailure("the metadata log can't be led: \(error)") }
    }

    /// Registers this node's broker, and lets clients be sent to it.
    func register(endpoints: [Endpoint], directoryIDs: [UUID]) async throws(BrokerFailure) {
        let registration = BrokerRegistration(
            brokerID: configuration.nodeID, clusterID: controller.image.clusterID,
            incarnationID: Format.randomID(core), endpoints: endpoints, rack: configuration.rack,
            logDirectories: directoryIDs)
        do throws(ControllerError) {
            brokerEpoch = try await decide { (controller, next) throws(ControllerError) in
                try controller.registerBroker(registration, nextOffset: next)
            }
            let (id, epoch) = (configuration.nodeID, brokerEpoch)
            try await decide { (controller, _) throws(ControllerError) in try controller.unfenceBroker(id, epoch: epoch)
            }
        } catch { throw BrokerFailure("this broker can't be registered: \(error.message)") }
    }

    /// From now on, changes are brought to the cores before they are answered.
    func publish(to publisher: @escaping @Sendable (ClusterImage, [ClusterChange]) async -> Void) {
        self.publisher = publisher
        core.whenHalted { [weak self] in self?.assumeIsolated { $0.publisher = nil } }
    }

    /// Notes where this node's replicas lie.
    func assign(_ replicas: [ReplicaDirectory]) async {
        guard !replicas.isEmpty else { return }
        let (id, epoch) = (configuration.nodeID, brokerEpoch)
        await note { (controller, _) throws(ControllerError) in
            try controller.assignDirectories(replicas, of: id, epoch: epoch)
        }
    }

    /// Notes which of this node's directories can be used.
    func setOnlineDirectories(_ online: [UUID]) async {
        let (id, epoch) = (configuration.nodeID, brokerEpoch)
        await note { (controller, _) throws(ControllerError) in
            try controller.setOnlineDirectories(online, of: id, epoch: epoch)
        }
    }

    /// Notes which of this node's directories take no new replicas.
    func setCordonedDirectories(_ cordoned: [UUID]) async {
        let (id, epoch) = (configuration.nodeID, brokerEpoch)
        await note { (controller, _) throws(ControllerError) in
            try controller.setCordonedDirectories(cordoned, of: id, epoch: epoch)
        }
    }

    private func note(
        _ body: @Sendable (Controller, Int64) throws(ControllerError) -> Decision<Void>
    ) async {
        do throws(ControllerError) { try await decide(body) } catch {
            logger.error("the controller doesn't take in where replicas lie: \(error.message)")
        }
    }

    /// Logs why a topic of coordinators can't be made, once a cause: clients ask again and again.
    func note(refusal reason: String?, ofTopic name: String) {
        guard reason != refusalsOfTopics[name] else { return }
        refusalsOfTopics[name] = reason
        if let reason { logger.error("\(name) can't be made: \(reason)") }
    }

    // MARK: Deciding

    /// Decides, writes the decision's records, and returns its answer when they are durable and known to all cores.
    func decide<Output: Sendable>(
        _ body: @Sendable (Controller, _ nextOffset: Int64) throws(ControllerError) -> Decision<Output>
    ) async throws(ControllerError) -> Output {
        guard failure == nil, !isAhead, let log else { throw ControllerError.unavailable }
        let decision = try body(controller, log.nextOffset)
        guard !decision.records.isEmpty else { return decision.answer }
        let result: AppendResult
        do { result = try record(decision.records) } catch {
            logger.error("a decision can't be written to the metadata log: \(error)")
            throw ControllerError.unavailable
        }
        let image = controller.image
        let changes = controller.takeChanges()
        let previous = lastPublication
        nonisolated(unsafe) let appended = result  // of this core, as the log and the task are
        let publication = Task(executorPreference: core) {
            _ = await previous?.value
            guard await self.isDurable(appended) else { return false }
            await self.publisher?(image, changes)
            return true
        }
        lastPublication = publication
        guard await publication.value else { throw ControllerError.unavailable }
        return decision.answer
    }

    private func isDurable(_ result: AppendResult) async -> Bool {
        guard let log, failure == nil else { return false }
        do throws(LogError) {
            try await result.written()
            try await log.sync(upTo: result.endOffset)
            return true
        } catch {
            if error.isPassing, !core.isHalted { await begin(again: error) } else { fail(error) }
            return false
        }
    }

    private func fail(_ error: LogError) {
        failure = error
        logger.error("the metadata log can't be written, no topic or setting can be changed any more: \(error)")
    }

    /// Memory has run ahead of a log that could not be written: begins again with what the log says.
    private func begin(again error: LogError) async {
        guard let log, let place, !isAhead else { return }
        isAhead = true
        logger.error("the metadata log can't be written, topics and settings can't be changed for now: \(error)")
        controller = Controller(clusterID: controller.image.clusterID, server: configuration)
        do throws(LogError) {
            try await replay(log, from: try await restoreSnapshot(place, log))
            isAhead = false
        } catch { fail(error) }
    }

    /// Appends records in one batch, and takes them in.
    private func record(_ records: [MetadataRecord]) throws -> AppendResult {
        guard let log else { throw ControllerError.unavailable }
        let first = log.nextOffset
        let result = try append(
            try MetadataBatches.encode(
                records, baseOffset: first, leaderEpoch: epoch, timestamp: core.wallClockMilliseconds()))
        for (index, record) in records.enumerated() { try controller.replay(record, offset: first + Int64(index)) }
        return result
    }

    private func append(_ batch: RecordBatch) throws -> AppendResult {
        guard let log else { throw ControllerError.unavailable }
        var rules = BatchRules()
        rules.origin = .raftLeader
        rules.maxMessageBytes = Limits.metadataBatchBytes
        rules.timestampAfterMaxMilliseconds = .max
        let checked = try batchCheck.append(batch.bytes, rules, now: core.wallClockMilliseconds())
        return try log.append(checked, leaderEpoch: epoch, origin: .coordinator)
    }

    // MARK: Stop

    func close() async {
        _ = await lastPublication?.value
        do throws(LogError) { try await log?.close() } catch {
            logger.error("the metadata log can't be closed: \(error)")
        }
        log = nil
        publisher = nil
    }

    /// What the checkpoints say of the metadata log, by its data directory.
    func offsets() -> CollectedOffsets {
        var collected = CollectedOffsets()
        if let log, let place {
            collected.offsets[place.directory, default: LogOffsets()].recoveryPoints[.metadataLog] = log.recoveryPoint
        }
        return collected
    }
}

extension ControllerError {
    /// What administrators are told while the metadata log can't be written.
    static var unavailable: ControllerError { ControllerError(.kafkaStorageError, nil) }
}
