/// What the broker asks for, by the settings' names. Those that can change while it runs are read from
/// ``BrokerConfigLayers`` instead.
extension ServerConfiguration {
    package var nodeID: Int32 { Int32(truncatingIfNeeded: integer("node.id")) }
    package var isBroker: Bool { list("process.roles").contains("broker") }
    package var isController: Bool { list("process.roles").contains("controller") }
    package var rack: String? { text("broker.rack") }

    package var controllerListenerNames: [String] { list("controller.listener.names").map { $0.uppercased() } }
    package var controllerListeners: [Endpoint] {
        let names = controllerListenerNames
        return listeners.filter { names.contains($0.listenerName) }
    }
    /// In capitals.
    package var interBrokerListenerName: String {
        (text("inter.broker.listener.name") ?? text("security.inter.broker.protocol") ?? "PLAINTEXT").uppercased()
    }

    /// Directories of the logs: `log.dirs`, otherwise `log.dir`.
    package var logDirectories: [String] {
        let directories = list("log.dirs")
        return directories.isEmpty ? list("log.dir") : directories
    }
    package var metadataLogDirectory: String { text("metadata.log.dir") ?? logDirectories.first ?? "" }

    // Topics
    package var partitionCount: Int32 { int32("num.partitions") }
    package var defaultReplicationFactor: Int16 { int16("default.replication.factor") }
    package var createsTopicsByItself: Bool { boolean("auto.create.topics.enable") }
    package var allowsTopicDeletion: Bool { boolean("delete.topic.enable") }

    // Sockets
    package var socketRequestMaxBytes: Int { Int(integer("socket.request.max.bytes")) }
    /// -1 for the system's choice.
    package var socketSendBufferBytes: Int { Int(integer("socket.send.buffer.bytes")) }
    /// -1 for the system's choice.
    package var socketReceiveBufferBytes: Int { Int(integer("socket.receive.buffer.bytes")) }
    package var socketListenBacklog: Int { Int(integer("socket.listen.backlog.size")) }
    package var connectionsMaxIdleMilliseconds: Int64 { integer("connections.max.idle.ms") }
    package var queuedMaxRequests: Int { Int(integer("queued.max.requests")) }
    /// -1 for no bound.
    package var queuedMaxRequestBytes: Int64 { integer("queued.max.request.bytes") }
    package var maxRequestPartitionCount: Int { Int(integer("max.request.partition.size.limit")) }

    // Fetch
    package var fetchMaxBytes: Int { Int(integer("fetch.max.bytes")) }
    package var fetchSessionSlots: Int { Int(integer("max.incremental.fetch.session.cache.slots")) }

    // Groups and offsets
    package var offsetsTopicPartitionCount: Int32 { int32("offsets.topic.num.partitions") }
    package var offsetsTopicReplicationFactor: Int16 { int16("offsets.topic.replication.factor") }
    package var offsetsTopicSegmentBytes: Int { Int(integer("offsets.topic.segment.bytes")) }
    package var offsetsRetentionMilliseconds: Int64 { integer("offsets.retention.minutes") * 60_000 }  // Int32 × 60,000
    package var offsetsRetentionCheckIntervalMilliseconds: Int64 { integer("offsets.retention.check.interval.ms") }
    package var offsetMetadataMaxBytes: Int { Int(integer("offset.metadata.max.bytes")) }
    package var offsetsCommitTimeoutMilliseconds: Int64 { integer("offsets.commit.timeout.ms") }
    package var groupMinSessionTimeoutMilliseconds: Int64 { integer("group.min.session.timeout.ms") }
    package var groupMaxSessionTimeoutMilliseconds: Int64 { integer("group.max.session.timeout.ms") }
    package var groupInitialRebalanceDelayMilliseconds: Int64 { integer("group.initial.rebalance.delay.ms") }
    package var groupMaxSize: Int { Int(integer("group.max.size")) }

    // Transactions
    package var transactionLogPartitionCount: Int32 { int32("transaction.state.log.num.partitions") }
    package var transactionLogReplicationFactor: Int16 { int16("transaction.state.log.replication.factor") }
    package var transactionLogMinInsyncReplicas: Int32 { int32("transaction.state.log.min.isr") }
    package var transactionLogSegmentBytes: Int { Int(integer("transaction.state.log.segment.bytes")) }
    package var transactionMaxTimeoutMilliseconds: Int64 { integer("transaction.max.timeout.ms") }
    package var verifiesTransactions: Bool { boolean("transaction.partition.verification.enable") }

    // Log
    package var retentionCheckIntervalMilliseconds: Int64 { integer("log.retention.check.interval.ms") }
    package var flushCheckpointIntervalMilliseconds: Int64 { integer("log.flush.offset.checkpoint.interval.ms") }
    package var highWatermarkCheckpointIntervalMilliseconds: Int64 {
        integer("replica.high.watermark.checkpoint.interval.ms")
    }
    package var metadataMaxIdleIntervalMilliseconds: Int64 { integer("metadata.max.idle.interval.ms") }

    // Moldau's own
    /// Threads that serve, one a CPU; `nil` leaves it to the broker.
    package var cores: Int? { optionalInteger("moldau.cores").map { Int($0) } }
    /// CPUs for those threads, in order; empty leaves it to the broker.
    package var cpus: [Int] { list("moldau.cpus").flatMap { Self.cpuRange($0).map(Array.init) ?? [] } }

    /// `5` or `0-3`; no more than 4,096 CPUs.
    static func cpuRange(_ text: String) -> ClosedRange<Int>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(parts.count), let first = parts[0], let last = parts[parts.count - 1],
            first >= 0, first <= last, last < 4096
        else { return nil }
        return first...last
    }

    /// What a topic without settings of its own gets for a numeric one.
    func topicDefault(_ name: String) -> Int64 {
        if case .integer(let value) = BrokerConfigLayers(server: self).topicValue(name) { value } else { 0 }
    }

    private func int32(_ name: String) -> Int32 { Int32(truncatingIfNeeded: integer(name)) }
    private func int16(_ name: String) -> Int16 { Int16(truncatingIfNeeded: integer(name)) }
}
