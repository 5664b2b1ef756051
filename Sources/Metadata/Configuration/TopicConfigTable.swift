/// A line a topic setting, as in ``brokerConfigTable``.
let topicConfigTable = """
    cleanup.policy|list|medium|cluster-wide|delete|[compact, delete]
    compression.gzip.level|int|medium|cluster-wide|-1|[1,...,9] or -1
    compression.lz4.level|int|medium|cluster-wide|9|[1,...,17]
    compression.type|string|medium|cluster-wide|producer|[uncompressed, zstd, lz4, snappy, gzip, producer]
    compression.zstd.level|int|medium|cluster-wide|3|[-131072,...,22]
    delete.retention.ms|long|medium|cluster-wide|86400000|[0,...]
    file.delete.delay.ms|long|medium|cluster-wide|60000|[0,...]
    flush.messages|long|medium|cluster-wide|9223372036854775807|[1,...]
    flush.ms|long|medium|cluster-wide|9223372036854775807|[0,...]
    follower.replication.throttled.replicas|list|medium|cluster-wide||\
    [partitionId]:[brokerId],[partitionId]:[brokerId],...
    index.interval.bytes|int|medium|cluster-wide|4096|[0,...]
    internal.segment.bytes|int|medium|cluster-wide internal|~|
    leader.replication.throttled.replicas|list|medium|cluster-wide||\
    [partitionId]:[brokerId],[partitionId]:[brokerId],...
    local.retention.bytes|long|medium|cluster-wide|-2|[-2,...]
    local.retention.ms|long|medium|cluster-wide|-2|[-2,...]
    max.compaction.lag.ms|long|medium|cluster-wide|9223372036854775807|[1,...]
    max.message.bytes|int|medium|cluster-wide|1048588|[0,...]
    message.timestamp.after.max.ms|long|medium|cluster-wide|3600000|[0,...]
    message.timestamp.before.max.ms|long|medium|cluster-wide|9223372036854775807|[0,...]
    message.timestamp.type|string|medium|cluster-wide|CreateTime|[CreateTime, LogAppendTime]
    min.cleanable.dirty.ratio|double|medium|cluster-wide|0.5|[0,...,1]
    min.compaction.lag.ms|long|medium|cluster-wide|0|[0,...]
    min.insync.replicas|int|medium|cluster-wide|1|[1,...]
    preallocate|boolean|medium|cluster-wide|false|
    remote.log.copy.disable|boolean|medium|cluster-wide|false|
    remote.log.delete.on.disable|boolean|medium|cluster-wide|false|
    remote.storage.enable|boolean|medium|cluster-wide|false|
    retention.bytes|long|medium|cluster-wide|-1|
    retention.ms|long|medium|cluster-wide|604800000|[-1,...]
    segment.bytes|int|medium|cluster-wide|1073741824|[1048576,...]
    segment.index.bytes|int|medium|cluster-wide|10485760|[4,...]
    segment.jitter.ms|long|medium|cluster-wide|0|[0,...]
    segment.ms|long|medium|cluster-wide|604800000|[1,...]
    unclean.leader.election.enable|boolean|medium|cluster-wide|false|
    """
