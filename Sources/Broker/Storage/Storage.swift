import Bytes
import LogEngine
import Metadata
import Reactor

/// Why a broker can't start or go on: what is wrong, and what to do about it.
package struct BrokerFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    init(_ error: LogError) { self.init("\(error)") }
}

/// The data directories of a broker (`log.dirs`): locked, identified, and kept account of. On the first core; the logs
/// in them are opened by the cores that own their partitions. One that fails is offline; the others serve.
actor Storage {
    nonisolated let core: Core
    nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }
    let logger: Logger
    /// As configured, absolute.
    private(set) var paths: [String] = []
    private(set) var metadataDirectory = ""
    /// Those that take no new replicas.
    private(set) var cordoned: Set<String> = []
    private(set) var directories: [LogDirectory] = []
    /// Why a directory can't be used, by its path.
    private(set) var offline: [String: String] = [:]
    private var lossHandler: (@Sendable (String, LogError) async -> Void)?
    /// Losses that came before there was a handler.
    private var untoldLosses: [(path: String, error: LogError)] = []
    private var lastProbes: [String: Instant] = [:]

    // The replicas: see Storage+Replicas.
    var found: [TopicPartition: ReplicaPlace] = [:]
    /// The same partition in other directories.
    var doubles: [TopicPartition: [ReplicaPlace]] = [:]
    var futures: [TopicPartition: FutureReplica] = [:]
    var doomed: [String] = []
    var preferred: [TopicPartition: String] = [:]
    var replicaCounts: [String: Int] = [:]

    private var isWritingCheckpoints = false
    /// Counts the wishes for checkpoints, and those that are fulfilled.
    private var checkpointWishes = 0
    private var checkpointsWritten = 0
    private var checkpointWriters = Waiters()

    init(core: Core, logger: Logger) {
        self.core = core
        self.logger = logger
    }

    /// What the directories say of themselves.
    struct Identity: Sendable {
        var clusterID: String
        var wasClean: Bool
    }

    /// Opens and locks all directories, which must belong to the same cluster and to this node. One that can't be read
    /// or written is offline, unless the metadata log lies there.
    func open(_ configured: [String], metadata: String, nodeID: Int32) async throws(BrokerFailure) -> Identity {
        metadataDirectory = core.files.absolute(metadata)
        paths = configured.map { core.files.absolute($0) }
        let all = paths + [metadataDirectory]
        for path in all {
            guard let outer = all.first(where: { path.hasPrefix($0 + "/") }) else { continue }
            // The next start would take it for a partition's.
            throw BrokerFailure("data directory \(path) lies within \(outer); each needs a place of its own")
        }
        var clusterID: String?
        for path in [metadataDirectory] + paths.filter({ $0 != metadataDirectory }) {
            do throws(LogError) {
                let directory = try await open(path, clusterID: clusterID, nodeID: nodeID)
                clusterID = directory.meta.clusterID
                directories.append(directory)
                let replicas = try directory.partitions()
                for replica in replicas { try note(replica, in: directory) }
                try await directory.writeClosed(replicas)
                tell(of: directory, isEmpty: replicas.isEmpty)
            } catch {
                guard case .storage = error, path != metadataDirectory else {
                    abandon()
                    throw BrokerFailure(error)
                }
                setAside(path, error)
            }
        }
        if !paths.contains(metadataDirectory) { paths.append(metadataDirectory) }
        guard let clusterID else { throw BrokerFailure("log.dirs names no directory") }
        return Identity(clusterID: clusterID, wasClean: directories.allSatisfy(\.wasClean))
    }

    private func open(_ path: String, clusterID: String?, nodeID: Int32) async throws(LogError) -> LogDirectory {
        var formatting: MetaProperties?
        // The first is the metadata log's, which only kafka-storage may make; the others follow from it.
        if let clusterID {
            do throws(Errno) {
                let parents = Format.missing(path, core)
                if !parents.isEmpty { logger.info("data directory \(path) is new") }
                try core.files.makeDirectories(path)
                for parent in parents { try await core.files.syncDirectory(parent) }
            } catch { throw .storage(error, path: path) }
            formatting = MetaProperties(clusterID: clusterID, nodeID: nodeID, directoryID: Format.randomID(core))
        }
        let directory = try await LogDirectory.open(
            path, core: core, clusterID: clusterID, nodeID: nodeID, formatting: formatting)
        if !directory.wasClean { await syncNames(above: path) }
        return directory
    }

    /// Who made the directory may have been killed before its name was durable; all that is in it would go with it.
    private func syncNames(above path: String) async {
        var ancestor = path
        while let slash = ancestor.lastIndex(of: "/"), ancestor != "/" {
            ancestor = slash == ancestor.startIndex ? "/" : String(ancestor[..<slash])
            // What can't be opened wasn't made by us.
            try? await core.files.syncDirectory(ancestor)
        }
    }

    private func setAside(_ path: String, _ error: LogError) {
        directories.removeAll { directory in
            if directory.path == path { directory.abandon() }
            return directory.path == path
        }
        found = found.filter { $0.value.directory != path }
        futures = futures.filter { $0.value.directory != path }
        for partition in doubles.keys { doubles[partition]?.removeAll { $0.directory == path } }
        offline[path] = "\(error)"
        logger.error(
            "data directory \(path) can't be used: \(error). Its partitions are offline, the others are served. Repair "
                + "or replace the disk, then restart; or take the directory out of log.dirs.")
    }

    private func tell(of directory: LogDirectory, isEmpty: Bool) {
        let kind = (try? core.files.fileSystem(of: directory.path))?.kind
        let state =
            isEmpty
            ? "without logs yet"
            : directory.wasClean ? "cleanly shut down" : "not cleanly shut down: its logs are checked"
        logger.info(
            "data directory \(directory.path) on \(kind.map { "\($0)" } ?? "an unknown file system"), \(state)")
        let path = directory.path
        directory.health.observe { [weak self] news in
            guard let self else { return }
            Task(executorPreference: self.core) { await self.hear(news, of: path) }
        }
    }

    // MARK: Failures

    /// Has `handler` told of each directory that fails from now on, or did since the start.
    func whenLost(_ handler: @escaping @Sendable (String, LogError) async -> Void) async {
        lossHandler = handler
        core.whenHalted { [weak self] in self?.assumeIsolated { $0.lossHandler = nil } }
        let untold = untoldLosses
        untoldLosses = []
        for (path, error) in untold { await handler(path, error) }
    }

    private func hear(_ news: DirectoryHealth.News, of path: String) async {
        guard !core.isHalted else { return }
        switch news {
        case .failed(let error):
            guard offline[path] == nil, directories.contains(where: { $0.path == path }) else { return }
            offline[path] = "\(error)"
            if let lossHandler { await lossHandler(path, error) } else { untoldLosses.append((path, error)) }
        case .suspected(let error): await probe(path, because: error)
        case .mended(let path, let reason, let outcome):
            logger.warn("\(path) is damaged: \(reason). \(outcome)")
        case .damaged(let error):
            logger.error(
                "stored records are damaged: \(error). Readers get an error there (CORRUPT_MESSAGE) and can seek past "
                    + "it; all else is served. Put a sound copy of the partition's directory in place while the broker is "
                    + "stopped, or give those records up with kafka-delete-records.sh")
        }
    }

    /// Finds out whether a failed read is a matter of a few sectors or of the whole directory.
    private func probe(_ path: String, because error: LogError) async {
        let now = core.now()
        if let last = lastProbes[path], now.milliseconds(since: last) < 10_000 { return }
        lastProbes[path] = now
        logger.error("a read failed: \(error)")
        guard let directory = directories.first(where: { $0.path == path }) else { return }
        await directory.probe()
    }

    /// The ids of those that can be used.
    var onlineIDs: [UUID] { online.compactMap(\.meta.directoryID) }

    var online: [LogDirectory] { directories.filter { offline[$0.path] == nil && $0.health.failure == nil } }

    /// From now on only the other directories take new replicas.
    /// - Returns: the ids of those that don't.
    func cordon(_ named: [String]) -> [UUID] {
        cordoned = Set(named.map { core.files.absolute($0) })
        return directories.filter { cordoned.contains($0.path) }.compactMap(\.meta.directoryID)
    }

    func isOnline(_ path: String) -> Bool { online.contains { $0.path == path } }

    /// All configured directories and their volumes.
    func reports() -> [DirectoryReport] {
        let usable = Set(online.map(\.path))
        return paths.map { path in
            guard usable.contains(path), let volume = try? core.files.fileSystem(of: path) else {
                return DirectoryReport(path: path, isOnline: false)
            }
            return DirectoryReport(
                path: path, isOnline: true, totalBytes: volume.totalBytes, usableBytes: volume.freeBytes,
                isCordoned: cordoned.contains(path))
        }
    }

    // MARK: Checkpoints

    /// Writes what `collect` says of all logs. One at a time: a later one never says less; those who come meanwhile
    /// share the next.
    func writeCheckpoints(_ collect: @Sendable () async -> CollectedOffsets) async {
        checkpointWishes += 1
        let wish = checkpointWishes
        while isWritingCheckpoints {
            await withUnsafeContinuation { checkpointWriters.add($0, unless: !isWritingCheckpoints) }
        }
        guard checkpointsWritten < wish else { return }
        isWritingCheckpoints = true
        let fulfilled = checkpointWishes
        defer {
            checkpointsWritten = fulfilled
            isWritingCheckpoints = false
            checkpointWriters.wake()
        }
        let collected = await collect()
        for directory in online {
            do throws(LogError) {
                try await directory.writeCheckpoints(collected.offsets[directory.path] ?? LogOffsets())
            } catch {
                logger.error("the checkpoints of \(directory.path) can't be written: \(error)")
            }
        }
    }

    /// Ends the use of all directories, each with the mark of a clean stop if all its logs were opened and closed.
    func close(_ collected: CollectedOffsets, brokerEpoch: Int64) async {
        for directory in directories {
            do throws(LogError) {
                let offsets = collected.offsets[directory.path] ?? LogOffsets()
                if collected.unclean.contains(directory.path), directory.health.failure == nil {
                    try await directory.writeCheckpoints(offsets)
                    try await directory.writeClosed(offsets.closed)
                    logger.warn(
                        "\(directory.path) is not marked as cleanly shut down: not all its logs could be closed")
                    directory.abandon()
                } else {
                    try await directory.close(offsets, brokerEpoch: brokerEpoch)
                }
            } catch {
                logger.error("\(directory.path) is not marked as cleanly shut down: \(error)")
            }
        }
        directories = []
        lossHandler = nil
    }

    /// Lets go of all directories without a mark.
    func abandon() {
        for directory in directories { directory.abandon() }
        directories = []
        lossHandler = nil
    }
}

/// What the cores say of their logs, by data directory.
struct CollectedOffsets: Sendable {
    var offsets: [String: LogOffsets] = [:]
    /// Directories with a log that is not in order: the next start has to look at them.
    var unclean: Set<String> = []

    mutating func add(_ other: CollectedOffsets) {
        for (directory, some) in other.offsets { offsets[directory, default: LogOffsets()].add(some) }
        unclean.formUnion(other.unclean)
    }

    static func of(_ shards: [Shard], _ controller: ControllerHost) async -> CollectedOffsets {
        var all = await controller.offsets()
        for shard in shards { all.add(await shard.offsets()) }
        return all
    }
}
