import Bytes
import LogEngine
import Metadata

/// Where a partition's log lies, and all that is needed to open it on any core.
struct ReplicaPlace: Sendable {
    var path: String
    /// The data directory's path.
    var directory: String
    var directoryID: UUID
    var health: DirectoryHealth
    /// What a start found there; nil for a new log.
    var found: PartitionDirectory?
    /// A copy in another data directory that a start has found, too.
    var future: FutureReplica?

    /// A path for the replica on its way out or in, beside where it lies.
    func path(_ partition: TopicPartition, _ state: PartitionDirectoryName.State, random: (UInt64, UInt64)) -> String {
        directory + "/" + PartitionDirectoryName(partition, state, random: random).text
    }
}

/// A replica that is copied to another data directory.
struct FutureReplica: Sendable {
    var path: String
    var directory: String
    var directoryID: UUID
    var health: DirectoryHealth
    var found: PartitionDirectory?

    /// Where the replica will be when the copy has taken its place.
    func place(of partition: TopicPartition) -> ReplicaPlace {
        ReplicaPlace(
            path: directory + "/" + PartitionDirectoryName(partition).text, directory: directory,
            directoryID: directoryID, health: health, found: nil)
    }
}

/// What is known of a partition before its place is looked for.
struct ReplicaSearch: Sendable {
    var partition: TopicPartition
    var topicID: UUID
    /// The directory that the metadata names.
    var assigned: UUID
    /// Nothing of it can lie anywhere.
    var isNew: Bool
}

/// A data directory as DescribeLogDirs shows it.
struct DirectoryReport: Sendable {
    var path: String
    var isOnline: Bool
    var totalBytes: Int64 = -1
    var usableBytes: Int64 = -1
    var isCordoned = false
}
