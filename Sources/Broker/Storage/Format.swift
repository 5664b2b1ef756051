package import Bytes
import LogEngine
package import Metadata
package import Reactor
import Records

/// Makes directories a broker's: `meta.properties` and the records that a cluster begins with.
package struct Format: Sendable {
    package var clusterID: String
    package var nodeID: Int32
    package var features: [Feature]
    /// What else the cluster begins with (SCRAM credentials).
    package var records: [MetadataRecord] = []

    package init(clusterID: String, nodeID: Int32, features: [Feature] = Features.defaults) {
        self.clusterID = clusterID
        self.nodeID = nodeID
        self.features = features
    }

    /// Whether a directory has been formatted.
    package static func isFormatted(_ directory: String, core: Core) -> Bool {
        core.files.exists(directory + "/meta.properties")
    }

    /// A fresh id whose text no command line takes for a flag.
    package static func randomID(_ core: Core) -> UUID {
        while true {
            if let id = UUID(random: core.random(), core.random()) { return id }
        }
    }

    /// The directories that get a new entry when `directory` is made with what is missing above it.
    static func missing(_ directory: String, _ core: Core) -> [String] {
        var parents: [String] = []
        var path = directory
        while path != "/", !core.files.exists(path), let slash = path.lastIndex(of: "/") {
            path = slash == path.startIndex ? "/" : String(path[..<slash])
            parents.append(path)
        }
        return parents
    }

    /// Formats one directory, made where it doesn't exist.
    package func write(_ directory: String, core: Core) async throws(BrokerFailure) {
        do {
            let made = Self.missing(directory, core)
            try core.files.makeDirectories(directory)
            let timestamp = core.wallClockMilliseconds()
            let batches = try MetadataBatches.snapshot(
                Bootstrap.checkpointRecords(features) + records, lastContainedTimestamp: 0, leaderEpoch: 0,
                timestamp: timestamp)
            var checkpoint = ByteWriter(capacity: 4096)
            for batch in batches { checkpoint.bytes(batch.bytes) }
            try await core.files.replace(directory + "/bootstrap.checkpoint", with: checkpoint.finish())
            let meta = MetaProperties(clusterID: clusterID, nodeID: nodeID, directoryID: Self.randomID(core))
            try await meta.write(to: directory, files: core.files)
            // The names of what was made have to survive, too.
            for parent in made { try await core.files.syncDirectory(parent) }
        } catch {
            throw BrokerFailure("\(directory) can't be formatted: \(error)")
        }
    }
}

/// The features that this broker works with.
package enum Features {
    /// What a freshly formatted cluster finalizes.
    package static let defaults = [Feature(Feature.metadataVersion, 30), Feature(Feature.transactionVersion, 2)]

    /// What ApiVersions tells of.
    static let supported: [(name: String, minimum: Int16, maximum: Int16)] = [
        (Feature.metadataVersion, 7, 30), (Feature.transactionVersion, 0, 2),
    ]

    static func isSupported(_ name: String) -> Bool { supported.contains { $0.name == name } }
}
