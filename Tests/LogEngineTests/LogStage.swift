import Bytes
import LogEngine
import Reactor

/// The data directory of a node, and the one log in it, as a broker opens and closes them.
struct LogStage {
    static let topicID = UUID(high: 1, low: 2)

    let directory: LogDirectory
    let log: Log

    static func open(_ core: Core, _ config: LogConfig) async throws -> LogStage {
        try core.files.makeDirectories("/data")
        try await core.files.syncDirectory("/")
        let directory = try await LogDirectory.open(
            "/data", core: core, formatting: MetaProperties(clusterID: "c", nodeID: 1, directoryID: nil))
        let found = try directory.partitions()
        try await directory.writeClosed(found)
        var fresh = LogOpening()
        fresh.config = config
        fresh.topicID = topicID
        let opening = found.first?.opening(config, topicID: topicID) ?? fresh
        let context = LogContext(core: core, openSegments: 8)
        let log: Log
        if let open = try Log.openAtOnce("/data/t-0", opening, context, health: directory.health) {
            log = open
        } else {
            log = try await Log.open("/data/t-0", opening, context, health: directory.health)
        }
        let stage = LogStage(directory: directory, log: log)
        try await stage.checkpoint()
        return stage
    }

    private var offsets: LogOffsets {
        var offsets = LogOffsets()
        offsets.add(TopicPartition("t", 0), log)
        return offsets
    }

    func checkpoint() async throws(LogError) { try await directory.writeCheckpoints(offsets) }

    /// An orderly stop.
    func close() async throws(LogError) {
        try await log.close()
        try await directory.close(offsets, brokerEpoch: 1)
    }
}
