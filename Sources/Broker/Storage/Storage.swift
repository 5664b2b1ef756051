import Bytes
import LogEngine
import Reactor

/// Why a broker can't start or go on: what is wrong, and what to do about it.
package struct BrokerFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    init(_ error: LogError) { self.init("\(error)") }
}

/// Where a partition's log lies, and all that is needed to open it on any core.
struct ReplicaPlace: Sendable {
    var path: String
    /// The data directory's path.
    var directory: String
    var health: DirectoryHealth
    /// What a start found there; nil for a new log.
    var found: PartitionDirectory?
}

/// The data directories of a broker (`log.dirs`): locked, identified, and kept account of. On the first core; the logs
/// in them are opened by the cores that own their partitions.
actor Storage {
    nonisolated let core: Core
    nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }
    private let logger: Logger
    private var directories: [LogDirectory] = []
    private var found: [TopicPartition: ReplicaPlace] = [:]
    private var replicaCounts: [String: Int] = [:]

    init(core: Core, logger: Logger) {
        self.core = core
        self.logger = logger
    }

    /// What the directories say of themselves.
    struct Identity: Sendable {
        var clusterID: String
        var directoryIDs: [UUID]
        var wasClean: Bool
    }

    /// Opens and locks all directories, which must belong to the same cluster and to this node.
    func open(_ paths: [String], nodeID: Int32) async throws(BrokerFailure) -> Identity {
        var clusterID: String?
        for path in paths {
            do throws(LogError) {
                let directory = try await LogDirectory.open(path, core: core, clusterID: clusterID, nodeID: nodeID)
                clusterID = directory.meta.clusterID
                directories.append(directory)
                for replica in try directory.partitions() { try note(replica, in: directory) }
                let kind = (try? core.files.fileSystem(of: path))?.kind
                logger.info(
                    "data directory \(path) on \(kind.map { "\($0)" } ?? "an unknown file system"), "
                        + (directory.wasClean ? "cleanly shut down" : "not cleanly shut down: its logs are checked"))
            } catch {
                for directory in directories { directory.abandon() }
                directories = []
                throw BrokerFailure(error)
            }
        }
        guard let clusterID else { throw BrokerFailure("log.dirs names no directory") }
        return Identity(
            clusterID: clusterID, directoryIDs: directories.compactMap(\.meta.directoryID),
            wasClean: directories.allSatisfy(\.wasClean))
    }

    private func note(_ replica: PartitionDirectory, in directory: LogDirectory) throws(LogError) {
        switch replica.name.state {
        case .current:
            if let other = found[replica.name.partition] {
                throw .directory(path: replica.path, reason: "the same partition lies in \(other.path); move one away")
            }
            found[replica.name.partition] = ReplicaPlace(
                path: replica.path, directory: directory.path, health: directory.health, found: replica)
            replicaCounts[directory.path, default: 0] += 1
        case .delete, .stray: removeLater(replica.path, afterMilliseconds: 0)
        case .future: logger.warn("\(replica.path) is left as it is: moving between directories is not served")
        }
    }

    /// Where the partition's log is, or shall be: in the directory that has fewest.
    func place(_ partition: TopicPartition, preferring path: String? = nil) throws(BrokerFailure) -> ReplicaPlace {
        if let place = found[partition] { return place }
        let usable = directories.filter { $0.health.failure == nil }
        let fewest = usable.min { (replicaCounts[$0.path] ?? 0, $0.path) < (replicaCounts[$1.path] ?? 0, $1.path) }
        guard let directory = usable.first(where: { $0.path == path }) ?? fewest else {
            throw BrokerFailure("all data directories are offline")
        }
        let name = PartitionDirectoryName(partition).text
        let place = ReplicaPlace(
            path: directory.path + "/" + name, directory: directory.path, health: directory.health, found: nil)
        found[partition] = place
        replicaCounts[directory.path, default: 0] += 1
        return place
    }

    /// The partitions whose logs a start has found.
    var replicas: [TopicPartition] { found.keys.sorted() }

    /// Marks a log that belongs to no partition of this node any more; it is removed after a while.
    func setAside(_ partition: TopicPartition) {
        guard let place = found.removeValue(forKey: partition) else { return }
        replicaCounts[place.directory, default: 1] -= 1
        let name = PartitionDirectoryName(partition, .stray, random: (core.random(), core.random()))
        let path = place.directory + "/" + name.text
        logger.warn("\(place.path) belongs to no partition of this node: set aside as \(name.text)")
        do throws(Errno) { try core.files.rename(place.path, to: path) } catch {
            return logger.error("\(place.path) can't be renamed: \(error)")
        }
        removeLater(path, afterMilliseconds: 60_000)
    }

    /// The partition is gone; its directory is now called `path`.
    func forget(_ partition: TopicPartition, renamedTo path: String, afterMilliseconds delay: Int64) {
        guard let place = found.removeValue(forKey: partition) else { return }
        replicaCounts[place.directory, default: 1] -= 1
        removeLater(path, afterMilliseconds: delay)
    }

    private func removeLater(_ path: String, afterMilliseconds delay: Int64) {
        let files = core.files
        let logger = logger
        core.schedule(at: core.now().adding(milliseconds: delay)) {
            do throws(LogError) { try LogDirectory.remove(path, files: files) } catch {
                logger.warn("\(path) can't be removed: \(error)")
            }
        }
    }

    // MARK: Checkpoints

    func writeCheckpoints(_ offsets: [String: LogOffsets]) async {
        for directory in directories where directory.health.failure == nil {
            do throws(LogError) {
                try await directory.writeCheckpoints(offsets[directory.path] ?? LogOffsets())
            } catch {
                logger.error("the checkpoints of \(directory.path) can't be written: \(error)")
            }
        }
    }

    /// Ends the use of all directories, each with the mark of a clean stop.
    func close(_ offsets: [String: LogOffsets], brokerEpoch: Int64) async {
        for directory in directories {
            do throws(LogError) {
                try await directory.close(offsets[directory.path] ?? LogOffsets(), brokerEpoch: brokerEpoch)
            } catch {
                logger.error("\(directory.path) is not marked as cleanly shut down: \(error)")
            }
        }
        directories = []
    }

    /// Lets go of all directories without a mark.
    func abandon() {
        for directory in directories { directory.abandon() }
        directories = []
    }
}
