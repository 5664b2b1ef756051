public import Bytes
public import Reactor

/// A replica's directory as a start finds it, with what the checkpoints say of it. Sent to the core that opens the log.
public struct PartitionDirectory: Sendable, Equatable {
    public let name: PartitionDirectoryName
    public let path: String
    /// The node stopped in order.
    public let wasClean: Bool
    public let recoveryPoint: Int64
    public let startOffset: Int64
    public let highWatermark: Int64
    public let cleanedUpTo: Int64
    /// How it was closed, if it still lies there as it was then: it can be opened when it is needed.
    public let closed: ClosedLog?

    /// Whether nothing has to be known of the log of `topicID` before it is used.
    public func isClosed(topicID: UUID) -> Bool { closed?.topicID == topicID }

    /// Bytes of the segments that opening it has to read and check.
    public func unflushedBytes(_ files: FileSystem) -> Int {
        guard !wasClean, closed == nil, let names = try? files.list(path) else { return 0 }
        return RecoveryPlan(names: names, wasClean: false, recoveryPoint: recoveryPoint).segments.reduce(0) {
            let name = SegmentFileName($1.baseOffset, .log).text
            return $1.isRecovered ? $0 + ((try? files.status(path + "/" + name).size) ?? 0) : $0
        }
    }

    /// How to open it with these settings.
    public func opening(_ config: LogConfig, topicID: UUID? = nil) -> LogOpening {
        var opening = LogOpening()
        opening.config = config
        opening.topicID = topicID
        opening.wasClean = wasClean || topicID.map { isClosed(topicID: $0) } ?? false
        opening.recoveryPoint = recoveryPoint
        opening.startOffset = startOffset
        opening.highWatermark = highWatermark
        opening.cleanedUpTo = cleanedUpTo
        return opening
    }
}

/// The offsets that a data directory's checkpoints keep for each partition. Collected on the cores that own the logs.
public struct LogOffsets: Sendable, Equatable {
    public var recoveryPoints: [TopicPartition: Int64] = [:]
    public var startOffsets: [TopicPartition: Int64] = [:]
    public var highWatermarks: [TopicPartition: Int64] = [:]
    /// How far compaction has come, where it has been.
    public var cleaned: [TopicPartition: Int64] = [:]
    /// Logs that are closed: for the last checkpoints of a run.
    public var closed: [TopicPartition: ClosedLog] = [:]

    public init() {}

    public mutating func add(_ partition: TopicPartition, _ log: Log) {
        recoveryPoints[partition] = log.recoveryPoint
        highWatermarks[partition] = log.highWatermark
        if log.startOffset > log.segments[0].baseOffset { startOffsets[partition] = log.startOffset }
        if log.cleanedUpTo > 0 { cleaned[partition] = log.cleanedUpTo }
        if let closed = log.closed { self.closed[partition] = closed }
    }

    /// Of a log that wasn't opened: what its checkpoints said stays. One that can't be opened has to be looked at by
    /// the next start.
    public mutating func add(_ found: PartitionDirectory, isDamaged: Bool = false) {
        recoveryPoints[found.name.partition] = found.recoveryPoint
        highWatermarks[found.name.partition] = found.highWatermark
        if found.startOffset > 0 { startOffsets[found.name.partition] = found.startOffset }
        if found.cleanedUpTo > 0 { cleaned[found.name.partition] = found.cleanedUpTo }
        if let closed = found.closed, !isDamaged { self.closed[found.name.partition] = closed }
    }

    public mutating func add(_ others: LogOffsets) {
        recoveryPoints.merge(others.recoveryPoints) { $1 }
        startOffsets.merge(others.startOffsets) { $1 }
        highWatermarks.merge(others.highWatermarks) { $1 }
        cleaned.merge(others.cleaned) { $1 }
        closed.merge(others.closed) { $1 }
    }
}

/// An entry of `log.dirs`: locked while it is open, identified by `meta.properties`, with a checkpoint of each
/// partition's offsets. Of one core; its logs may be opened on any.
public final class LogDirectory {
    /// Subdirectories that belong to no partition.
    private static let ignored: Set<String> = ["remote-log-index-cache", "lost+found"]

    public let path: String
    public let meta: MetaProperties
    /// The node stopped in order: nothing has to be recovered.
    public let wasClean: Bool
    /// The broker epoch of that stop; −1 when there was none or it isn't known.
    public let previousBrokerEpoch: Int64
    public let health: DirectoryHealth
    private let files: FileSystem
    private let lock: File
    /// What compaction's checkpoint holds, once it was read or written.
    private var cleanedOnDisk: [TopicPartition: Int64]?
    private var closedOnDisk: [TopicPartition: ClosedLog]? = [:]
    /// Writers are numbered as they come; the one after the last that is done has its turn.
    private var lastWriter = 0
    private var writersDone = 0
    private var writers = Waiters()

    /// Locks `path`, checks whose it is, and takes the mark of a clean stop away, so that the next start won't believe
    /// it.
    ///
    /// - Parameters:
    ///   - clusterID: the cluster's id where it is known; another in the directory is refused.
    ///   - nodeID: the node's id; another in the directory is refused.
    ///   - formatting: written into a directory that has no `meta.properties` yet; `nil` refuses such a directory.
    public static func open(
        _ path: String, core: Core, clusterID: String? = nil, nodeID: Int32? = nil,
        formatting: MetaProperties? = nil
    ) async throws(LogError) -> LogDirectory {
        let files = core.files
        do throws(Errno) {
            guard try files.status(path).isDirectory else { throw .notDirectory }
        } catch {
            guard error == .noEntry else { throw .storage(error, path: path) }
            throw .directory(path: path, reason: "it doesn't exist")
        }
        let lock = try lock(path, files)
        let meta = try await readMeta(path, files, formatting)
        if let clusterID, meta.clusterID != clusterID {
            throw .directory(
                path: path, reason: "it belongs to cluster \(meta.clusterID), this node to \(clusterID)")
        }
        if let nodeID, meta.nodeID != nodeID {
            throw .directory(path: path, reason: "it belongs to node \(meta.nodeID), this is node \(nodeID)")
        }
        let marker = path + "/" + CleanShutdownFile.name
        var previousBrokerEpoch: Int64?
        let mark: (bytes: ByteSlice, seal: Seal)?
        do throws(Errno) { mark = try files.readSealed(marker) } catch {
            guard error == .noEntry else { throw .storage(error, path: marker) }
            mark = nil
        }
        if let mark {
            previousBrokerEpoch = mark.seal == .broken ? -1 : CleanShutdownFile.decode(mark.bytes)
            do throws(Errno) {
                try files.remove(marker)
                try await files.syncDirectory(path)
            } catch { throw .storage(error, path: marker) }
        }
        let directory = LogDirectory(path, meta, files, lock, previousBrokerEpoch)
        if mark?.seal == .broken {
            directory.health.tell(ofMended: marker, Seal.reason, outcome: "The broker's last epoch isn't known")
        }
        return directory
    }

    private init(_ path: String, _ meta: MetaProperties, _ files: FileSystem, _ lock: File, _ previousEpoch: Int64?) {
        self.path = path
        self.meta = meta
        self.files = files
        self.lock = lock
        wasClean = previousEpoch != nil
        previousBrokerEpoch = previousEpoch ?? -1
        health = DirectoryHealth()
    }

    private static func lock(_ path: String, _ files: FileSystem) throws(LogError) -> File {
        let name = path + "/.lock"
        do throws(Errno) { return try files.lock(name) } catch {
            guard error == .wouldBlock else { throw .storage(error, path: name) }
            throw .directory(path: path, reason: "another process uses it (it holds .lock); stop that one first")
        }
    }

    private static func readMeta(
        _ path: String, _ files: FileSystem, _ formatting: MetaProperties?
    ) async throws(LogError) -> MetaProperties {
        let name = path + "/" + MetaProperties.name
        let found: (bytes: ByteSlice, seal: Seal)?
        do throws(Errno) { found = try files.readSealed(name) } catch {
            guard error == .noEntry else { throw .storage(error, path: name) }
            found = nil
        }
        if let (bytes, seal) = found {
            guard seal != .broken else {
                throw .corrupt(path: name, position: 0, reason: "\(Seal.reason); \(Seal.advice)")
            }
            guard let meta = MetaProperties(bytes) else {
                throw .corrupt(path: name, position: 0, reason: "cluster.id and node.id can't be read from it")
            }
            return meta
        }
        guard let formatting else {
            throw .directory(path: path, reason: "it isn't formatted: run kafka-storage.sh format first")
        }
        do throws(Errno) { try await formatting.write(to: path, files: files) } catch {
            throw .storage(error, path: name)
        }
        return formatting
    }

    /// All replicas' directories, current or not, with their checkpoints. A directory whose name is none of a
    /// partition's is refused. To be called once, before any log is opened.
    ///
    /// - Complexity: after an orderly stop no replica's directory is looked into; after another one those are listed
    ///   whose log was closed before. Those that have no `partition.metadata` from older versions get one, once.
    public func partitions() throws(LogError) -> [PartitionDirectory] {
        let names = try at(path) { () throws(Errno) in try files.list(path) }
        let recoveryPoints = checkpoint(
            OffsetCheckpoint.recoveryPoint, "After a crash all logs are checked from their beginning")
        let startOffsets = checkpoint(
            OffsetCheckpoint.logStart, "Logs begin where their first segments do: deleted records may be back")
        let highWatermarks = checkpoint(OffsetCheckpoint.highWatermark, "High watermarks are found anew")
        let cleaned = checkpoint(OffsetCheckpoint.cleaner, "Compacted logs are compacted anew")
        if cleanedOnDisk == nil { cleanedOnDisk = cleaned }
        closedOnDisk = checkpoint(ClosedLogFile.name, "All logs are looked at", ClosedLogFile.decode)
        var found: [PartitionDirectory] = []
        for name in names where !Self.ignored.contains(name) {
            let path = path + "/" + name
            guard let parsed = PartitionDirectoryName(name) else {
                guard (try? files.status(path))?.isDirectory == true else { continue }
                throw .directory(
                    path: path, reason: "its name is not that of a partition (topic-partition); move it away")
            }
            guard (try? files.status(path))?.isDirectory == true else { continue }
            let recoveryPoint = recoveryPoints?[parsed.partition] ?? 0
            var closed = parsed.state == .current ? closedOnDisk?[parsed.partition] : nil
            // Others may have used the directory since.
            if let log = closed, log.endOffset != recoveryPoint || !wasClean && !log.isUnchanged(in: path, files) {
                closed = nil
            }
            found.append(
                PartitionDirectory(
                    name: parsed, path: path, wasClean: wasClean, recoveryPoint: recoveryPoint,
                    startOffset: startOffsets?[parsed.partition] ?? 0,
                    highWatermark: highWatermarks?[parsed.partition] ?? 0,
                    cleanedUpTo: cleaned?[parsed.partition] ?? 0, closed: closed?.withTopicID(in: path, files)))
        }
        return found
    }

    /// What a checkpoint says: nothing where there is none. `nil` where it can't be read or believed: then it counts as
    /// empty, which is told of.
    private func checkpoint<Value>(
        _ name: String, _ outcome: String,
        _ decode: (ByteSlice) throws(CheckpointText.Failure) -> [TopicPartition: Value]
    ) -> [TopicPartition: Value]? {
        let path = path + "/" + name
        let reason: String
        do throws(Errno) {
            let (bytes, seal) = try files.readSealed(path)
            do throws(CheckpointText.Failure) {
                let values = try decode(bytes)
                if seal != .broken { return values }
                reason = Seal.reason
            } catch { reason = error.description }
        } catch {
            if error == .noEntry { return [:] }
            reason = error.description
        }
        health.tell(ofMended: path, reason, outcome: outcome)
        return nil
    }

    private func checkpoint(_ name: String, _ outcome: String) -> [TopicPartition: Int64]? {
        checkpoint(name, outcome, OffsetCheckpoint.decode)
    }

    /// Writes which of the logs that a start has found are as they were closed, before any is opened. The others must
    /// not be taken for it later, whatever their files look like then.
    public func writeClosed(_ found: [PartitionDirectory]) async throws(LogError) {
        var closed: [TopicPartition: ClosedLog] = [:]
        for replica in found { if let log = replica.closed { closed[replica.name.partition] = log } }
        try await writeClosed(closed)
    }

    /// Writes which logs are closed, where that has changed.
    public func writeClosed(_ logs: [TopicPartition: ClosedLog]) async throws(LogError) {
        guard logs != closedOnDisk else { return }
        do throws(LogError) {
            try await write(ClosedLogFile.name, ClosedLogFile.encode(logs))
            closedOnDisk = logs
        } catch {
            // On a full disk no file says as little as one that says nothing.
            guard error.isPassing else { throw error }
            let path = path + "/" + ClosedLogFile.name
            do throws(Errno) {
                if files.exists(path) { try files.remove(path) }
                try await files.syncDirectory(self.path)
            } catch { throw .storage(error, path: path) }
            closedOnDisk = [:]
        }
    }

    /// Writes the checkpoints of all the directory's logs: now and then, when a truncation asks for it, and **after all
    /// logs were opened, before anything is appended**: a log that was cut must not be believed to be synced further
    /// than it reaches.
    public func writeCheckpoints(_ offsets: LogOffsets) async throws(LogError) {
        await beginWriting()
        defer { endWriting() }
        try await write(OffsetCheckpoint.recoveryPoint, OffsetCheckpoint.encode(offsets.recoveryPoints))
        try await write(OffsetCheckpoint.logStart, OffsetCheckpoint.encode(offsets.startOffsets))
        try await write(OffsetCheckpoint.highWatermark, OffsetCheckpoint.encode(offsets.highWatermarks))
        try await writeCleanedAlone(offsets)
    }

    /// Writes how far compaction has come, where that has changed: after each, when a truncation asks for it, at the
    /// end.
    public func writeCleaned(_ offsets: LogOffsets) async throws(LogError) {
        await beginWriting()
        defer { endWriting() }
        try await writeCleanedAlone(offsets)
    }

    private func writeCleanedAlone(_ offsets: LogOffsets) async throws(LogError) {
        guard offsets.cleaned != cleanedOnDisk else { return }
        try await write(OffsetCheckpoint.cleaner, OffsetCheckpoint.encode(offsets.cleaned))
        cleanedOnDisk = offsets.cleaned
    }

    /// Writes the checkpoint of high watermarks alone, as it is done every few seconds.
    public func writeHighWatermarks(_ offsets: LogOffsets) async throws(LogError) {
        await beginWriting()
        defer { endWriting() }
        try await write(OffsetCheckpoint.highWatermark, OffsetCheckpoint.encode(offsets.highWatermarks))
    }

    /// Finds out whether the directory can still be written: one that can't is offline from then on.
    public func probe() async {
        let path = path + "/moldau-probe.tmp"
        do throws(Errno) {
            guard files.exists(self.path + "/" + MetaProperties.name) else { throw .noEntry }
            let file = try files.open(path, .create)
            defer { file.close() }
            try file.write([ByteSlice([0])], at: 0)
            try await file.sync()
            try files.remove(path)
        } catch { health.failUnlessPassing(.storage(error, path: self.path)) }
    }

    /// Ends the use of the directory after all its logs were opened and closed: checkpoints, then the mark of a clean
    /// stop. A directory that went offline gets none.
    public func close(_ offsets: LogOffsets, brokerEpoch: Int64) async throws(LogError) {
        defer { lock.close() }
        if let failure = health.failure { throw failure }
        try await writeCheckpoints(offsets)
        try await writeClosed(offsets.closed)
        try await write(CleanShutdownFile.name, CleanShutdownFile.encode(brokerEpoch: brokerEpoch))
    }

    /// Ends the use without a mark: the next start recovers.
    public func abandon() { lock.close() }

    /// One writer at a time, in the order in which they come: what was found out later is written later.
    private func beginWriting() async {
        let before = lastWriter
        lastWriter += 1
        while writersDone < before { await withUnsafeContinuation { writers.add($0, unless: writersDone == before) } }
    }

    private func endWriting() {
        writersDone += 1
        writers.wake()
    }

    private func write(_ name: String, _ bytes: ByteSlice) async throws(LogError) {
        let path = path + "/" + name
        do throws(Errno) { try await files.replaceSealed(path, with: bytes) } catch {
            let failure = LogError.storage(error, path: path)
            health.failUnlessPassing(failure)
            throw failure
        }
    }

    /// Removes a partition's directory and all in it, for good.
    public static func remove(_ path: String, files: FileSystem) throws(LogError) {
        do throws(Errno) {
            for name in try files.list(path) { try files.remove(path + "/" + name) }
            try files.removeDirectory(path)
        } catch {
            if error != .noEntry { throw .storage(error, path: path) }
        }
    }
}
