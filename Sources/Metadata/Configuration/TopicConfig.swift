/// A topic's settings as its partitions use them, understood once a change: topic first, then the broker's layers.
package struct TopicConfig: Equatable, Sendable {
    package enum TimestampType: Sendable { case createTime, logAppendTime }

    package var isCompacted = false
    package var isDeleted = true
    /// `producer` keeps what the producer chose.
    package var compressionType = "producer"
    package var gzipLevel = -1
    package var lz4Level = 9
    package var zstdLevel = 3
    package var timestampType = TimestampType.createTime
    package var timestampBeforeMaxMilliseconds = Int64.max
    package var timestampAfterMaxMilliseconds: Int64 = 3_600_000
    /// Bytes of a batch as stored.
    package var maxMessageBytes = 1_048_588
    package var segmentBytes = 1_073_741_824
    package var segmentMilliseconds: Int64 = 604_800_000
    package var segmentJitterMilliseconds: Int64 = 0
    package var segmentIndexBytes = 10_485_760
    package var indexIntervalBytes = 4096
    /// -1 for no limit.
    package var retentionMilliseconds: Int64 = 604_800_000
    /// -1 for no limit.
    package var retentionBytes: Int64 = -1
    /// -1 for no limit, -2 for "as the total".
    package var localRetentionMilliseconds: Int64 = -2
    package var localRetentionBytes: Int64 = -2
    package var deleteRetentionMilliseconds: Int64 = 86_400_000
    package var fileDeleteDelayMilliseconds: Int64 = 60_000
    package var flushMessages = Int64.max
    package var flushMilliseconds = Int64.max
    package var minCompactionLagMilliseconds: Int64 = 0
    package var maxCompactionLagMilliseconds = Int64.max
    package var minCleanableDirtyRatio = 0.5
    package var minInsyncReplicas = 1
    package var preallocate = false
    package var uncleanLeaderElection = false

    /// - Parameter overrides: the topic's own settings as stored; one that makes no sense is passed over.
    package init(overrides: [String: String], layers: BrokerConfigLayers) {
        let values = Values(overrides: overrides, layers: layers)
        if case .list(let policies) = values["cleanup.policy"] {
            isCompacted = policies.contains("compact")
            isDeleted = policies.contains("delete")
        }
        compressionType = values["compression.type"].text ?? compressionType
        gzipLevel = values.int("compression.gzip.level", or: gzipLevel)
        lz4Level = values.int("compression.lz4.level", or: lz4Level)
        zstdLevel = values.int("compression.zstd.level", or: zstdLevel)
        timestampType = values["message.timestamp.type"].text == "LogAppendTime" ? .logAppendTime : .createTime
        timestampBeforeMaxMilliseconds = values.long("message.timestamp.before.max.ms", or: .max)
        timestampAfterMaxMilliseconds = values.long("message.timestamp.after.max.ms", or: timestampAfterMaxMilliseconds)
        maxMessageBytes = values.int("max.message.bytes", or: maxMessageBytes)
        segmentBytes = values.int("internal.segment.bytes", or: values.int("segment.bytes", or: segmentBytes))
        segmentMilliseconds = values.long("segment.ms", or: segmentMilliseconds)
        segmentJitterMilliseconds = values.long("segment.jitter.ms", or: segmentJitterMilliseconds)
        segmentIndexBytes = values.int("segment.index.bytes", or: segmentIndexBytes)
        indexIntervalBytes = values.int("index.interval.bytes", or: indexIntervalBytes)
        retentionMilliseconds = values.long("retention.ms", or: retentionMilliseconds)
        retentionBytes = values.long("retention.bytes", or: retentionBytes)
        localRetentionMilliseconds = values.long("local.retention.ms", or: localRetentionMilliseconds)
        localRetentionBytes = values.long("local.retention.bytes", or: localRetentionBytes)
        deleteRetentionMilliseconds = values.long("delete.retention.ms", or: deleteRetentionMilliseconds)
        fileDeleteDelayMilliseconds = values.long("file.delete.delay.ms", or: fileDeleteDelayMilliseconds)
        flushMessages = values.long("flush.messages", or: .max)
        flushMilliseconds = values.long("flush.ms", or: .max)
        minCompactionLagMilliseconds = values.long("min.compaction.lag.ms", or: minCompactionLagMilliseconds)
        maxCompactionLagMilliseconds = values.long("max.compaction.lag.ms", or: .max)
        if case .double(let ratio) = values["min.cleanable.dirty.ratio"] { minCleanableDirtyRatio = ratio }
        minInsyncReplicas = values.int("min.insync.replicas", or: minInsyncReplicas)
        preallocate = values["preallocate"] == .boolean(true)
        uncleanLeaderElection = values["unclean.leader.election.enable"] == .boolean(true)
    }

    private struct Values {
        let overrides: [String: String]
        let layers: BrokerConfigLayers

        subscript(name: String) -> ConfigValue { layers.effectiveTopicValue(name, overrides: overrides) }

        func long(_ name: String, or other: Int64) -> Int64 {
            if case .integer(let value) = self[name] { value } else { other }
        }

        func int(_ name: String, or other: Int) -> Int { Int(long(name, or: Int64(other))) }
    }
}

extension BrokerConfigLayers {
    /// The topic's own value where it has a good one, otherwise the broker's.
    package func effectiveTopicValue(_ name: String, overrides: [String: String]) -> ConfigValue {
        if let text = overrides[name], let value = try? ConfigDefinitions.topic[name]?.parse(text) { return value }
        return topicValue(name)
    }
}
