/// A capability of the cluster whose level all nodes agree on.
package struct Feature: Hashable, Sendable {
    package var name: String
    package var level: Int16

    package init(_ name: String, _ level: Int16) {
        self.name = name
        self.level = level
    }

    package static let metadataVersion = "metadata.version"
    package static let kraftVersion = "kraft.version"
    package static let transactionVersion = "transaction.version"
    package static let groupVersion = "group.version"
    package static let shareVersion = "share.version"
    package static let streamsVersion = "streams.version"
    package static let eligibleLeaderReplicas = "eligible.leader.replicas.version"

    /// What a fresh Apache Kafka 4.3.1 cluster finalizes, in the order in which it writes them.
    package static let kafkaDefaults = [
        Feature(metadataVersion, 30), Feature(eligibleLeaderReplicas, 1), Feature(groupVersion, 1),
        Feature(shareVersion, 1), Feature(streamsVersion, 1), Feature(transactionVersion, 2),
    ]

    /// The levels that Apache Kafka 4.3.1 supports.
    package static let kafkaSupported: [String: ClosedRange<Int16>] = [
        metadataVersion: 7...30, kraftVersion: 0...1, transactionVersion: 0...2, groupVersion: 0...1,
        shareVersion: 0...1, streamsVersion: 0...1, eligibleLeaderReplicas: 0...1,
    ]
}
