/// A line a broker setting, read by ``ConfigDefinition/init(tableLine:)``: the definition that Apache Kafka 4.3.1
/// releases. `filled` says that a list needs an element.
let brokerConfigTable = """
    add.partitions.to.txn.retry.backoff.max.ms|int|high|read-only|100|[0,...]
    add.partitions.to.txn.retry.backoff.ms|int|high|read-only|20|[1,...]
    advertised.listeners|list|high|read-only|~|
    alter.config.policy.class.name|class|low|read-only|~|
    alter.log.dirs.replication.quota.window.num|int|low|read-only|11|[1,...]
    alter.log.dirs.replication.quota.window.size.seconds|int|low|read-only|1|[1,...]
    authorizer.class.name|string|low|read-only||
    auto.create.topics.enable|boolean|high|read-only|true|
    auto.leader.rebalance.enable|boolean|high|read-only|true|
    background.threads|int|high|cluster-wide|10|[1,...]
    broker.heartbeat.interval.ms|int|medium|read-only|2000|
    broker.id|int|high|read-only|-1|
    broker.rack|string|medium|read-only|~|
    broker.session.timeout.ms|int|medium|read-only|9000|
    client.quota.callback.class|class|low|read-only|~|
    compression.gzip.level|int|medium|cluster-wide|-1|[1,...,9] or -1
    compression.lz4.level|int|medium|cluster-wide|9|[1,...,17]
    compression.type|string|high|cluster-wide|producer|[uncompressed, zstd, lz4, snappy, gzip, producer]
    compression.zstd.level|int|medium|cluster-wide|3|[-131072,...,22]
    config.providers|list|low|cluster-wide||
    connection.failed.authentication.delay.ms|int|low|read-only|100|[0,...]
    connections.max.idle.ms|long|medium|read-only|600000|
    connections.max.reauth.ms|long|medium|read-only|0|
    controlled.shutdown.enable|boolean|medium|read-only|true|
    controller.listener.names|list|high|read-only|!|
    controller.performance.always.log.threshold.ms|long|medium|read-only internal|2000|[0,...]
    controller.performance.sample.period.ms|long|medium|read-only internal|60000|[100,...]
    controller.quorum.append.linger.ms|int|medium|read-only|25|[0,...]
    controller.quorum.auto.join.enable|boolean|low|read-only|false|
    controller.quorum.bootstrap.servers|list|high|read-only||
    controller.quorum.election.backoff.max.ms|int|high|read-only|1000|[0,...]
    controller.quorum.election.timeout.ms|int|high|read-only|1000|[0,...]
    controller.quorum.fetch.max.bytes|int|low|read-only|1048576|[1,...]
    controller.quorum.fetch.snapshot.max.bytes|int|low|read-only|1048576|[1,...]
    controller.quorum.fetch.timeout.ms|int|high|read-only|2000|[0,...]
    controller.quorum.request.timeout.ms|int|medium|read-only|2000|[0,...]
    controller.quorum.retry.backoff.ms|int|low|read-only|20|[0,...]
    controller.quorum.voters|list|high|read-only||
    controller.quota.window.num|int|low|read-only|11|[1,...]
    controller.quota.window.size.seconds|int|low|read-only|1|[1,...]
    controller.socket.timeout.ms|int|medium|read-only|30000|
    cordoned.log.dirs|list|medium|per-broker||
    create.topic.policy.class.name|class|low|read-only|~|
    default.replication.factor|int|medium|read-only|1|
    delegation.token.expiry.check.interval.ms|long|low|read-only|3600000|[1,...]
    delegation.token.expiry.time.ms|long|medium|read-only|86400000|[1,...]
    delegation.token.max.lifetime.ms|long|medium|read-only|604800000|[1,...]
    delegation.token.secret.key|password|medium|read-only|~|
    delete.records.purgatory.purge.interval.requests|int|medium|read-only|1|
    delete.topic.enable|boolean|high|read-only|true|
    early.start.listeners|list|high|read-only|~|
    fetch.max.bytes|int|medium|read-only|57671680|[1024,...]
    fetch.purgatory.purge.interval.requests|int|medium|read-only|1000|
    follower.fetch.last.tiered.offset.enable|boolean|medium|cluster-wide|false|
    group.consumer.assignment.interval.ms|int|medium|cluster-wide|1000|[0,...]
    group.consumer.assignors|list|medium|read-only|uniform,range|
    group.consumer.heartbeat.interval.ms|int|medium|read-only|5000|[1,...]
    group.consumer.max.assignment.interval.ms|int|medium|read-only|15000|[0,...]
    group.consumer.max.heartbeat.interval.ms|int|medium|read-only|15000|[1,...]
    group.consumer.max.session.timeout.ms|int|medium|read-only|60000|[1,...]
    group.consumer.max.size|int|medium|read-only|2147483647|[1,...]
    group.consumer.migration.policy|string|medium|read-only|bidirectional|\
    (case insensitive) [DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL]
    group.consumer.min.assignment.interval.ms|int|medium|read-only|0|[0,...]
    group.consumer.min.heartbeat.interval.ms|int|medium|read-only|5000|[1,...]
    group.consumer.min.session.timeout.ms|int|medium|read-only|45000|[1,...]
    group.consumer.regex.refresh.interval.ms|int|medium|read-only internal|600000|[10000,...]
    group.consumer.session.timeout.ms|int|medium|read-only|45000|[1,...]
    group.coordinator.append.linger.ms|int|medium|read-only|-1|[-1,...]
    group.coordinator.background.threads|int|high|read-only|2|[1,...]
    group.coordinator.cached.buffer.max.bytes|int|medium|cluster-wide|1048588|[524288,...]
    group.coordinator.rebalance.protocols|list|medium|read-only|classic,consumer,streams|\
    filled [consumer, classic, share, streams]
    group.coordinator.threads|int|high|read-only|4|[1,...]
    group.initial.rebalance.delay.ms|int|medium|read-only|3000|
    group.max.session.timeout.ms|int|medium|read-only|1800000|
    group.max.size|int|medium|read-only|2147483647|[1,...]
    group.min.session.timeout.ms|int|medium|read-only|6000|
    group.share.assignment.interval.ms|int|medium|cluster-wide|1000|[0,...]
    group.share.assignors|list|medium|read-only|simple|
    group.share.delivery.count.limit|int|medium|read-only|5|[2,...,10]
    group.share.heartbeat.interval.ms|int|medium|read-only|5000|[1,...]
    group.share.initialize.retry.interval.ms|int|low|read-only internal|30000|[1,...]
    group.share.max.assignment.interval.ms|int|medium|read-only|15000|[0,...]
    group.share.max.delivery.count.limit|int|medium|read-only|10|[5,...,25]
    group.share.max.heartbeat.interval.ms|int|medium|read-only|15000|[1,...]
    group.share.max.partition.max.record.locks|int|medium|read-only|4000|[2000,...,10000]
    group.share.max.record.lock.duration.ms|int|medium|read-only|60000|[30000,...,3600000]
    group.share.max.session.timeout.ms|int|medium|read-only|60000|[1,...]
    group.share.max.share.sessions|int|medium|read-only|2000|[1,...]
    group.share.max.size|int|medium|read-only|200|[1,...,1000]
    group.share.min.assignment.interval.ms|int|medium|read-only|0|[0,...]
    group.share.min.delivery.count.limit|int|medium|read-only|2|[2,...,5]
    group.share.min.heartbeat.interval.ms|int|medium|read-only|5000|[1,...]
    group.share.min.partition.max.record.locks|int|medium|read-only|100|[100,...,2000]
    group.share.min.record.lock.duration.ms|int|medium|read-only|15000|[1000,...,30000]
    group.share.min.session.timeout.ms|int|medium|read-only|45000|[1,...]
    group.share.partition.max.record.locks|int|medium|read-only|2000|[100,...,10000]
    group.share.persister.class.name|string|medium|read-only internal|\
    org.apache.kafka.server.share.persister.DefaultStatePersister|
    group.share.record.lock.duration.ms|int|medium|read-only|30000|[1000,...,3600000]
    group.share.session.timeout.ms|int|medium|read-only|45000|[1,...]
    group.streams.assignment.interval.ms|int|medium|cluster-wide|1000|[0,...]
    group.streams.heartbeat.interval.ms|int|medium|read-only|5000|[1,...]
    group.streams.initial.rebalance.delay.ms|int|medium|read-only|3000|[0,...]
    group.streams.max.assignment.interval.ms|int|medium|read-only|15000|[0,...]
    group.streams.max.heartbeat.interval.ms|int|medium|read-only|15000|[1,...]
    group.streams.max.session.timeout.ms|int|medium|read-only|60000|[1,...]
    group.streams.max.size|int|medium|read-only|2147483647|[1,...]
    group.streams.max.standby.replicas|int|medium|read-only|2|[0,...]
    group.streams.min.assignment.interval.ms|int|medium|read-only|0|[0,...]
    group.streams.min.heartbeat.interval.ms|int|medium|read-only|5000|[1,...]
    group.streams.min.session.timeout.ms|int|medium|read-only|45000|[1,...]
    group.streams.num.standby.replicas|int|medium|read-only|0|[0,...]
    group.streams.session.timeout.ms|int|medium|read-only|45000|[1,...]
    initial.broker.registration.timeout.ms|int|medium|read-only|60000|
    inter.broker.listener.name|string|medium|read-only|~|
    internal.metadata.delete.delay.millis|long|low|read-only internal|60000|
    internal.metadata.log.segment.bytes|int|low|read-only internal|~|
    internal.metadata.max.batch.size.in.bytes|int|low|read-only internal|8388608|
    kafka.metrics.polling.interval.secs|int|low|read-only|10|[1,...]
    kafka.metrics.reporters|list|low|read-only||
    leader.imbalance.check.interval.seconds|long|high|read-only|300|[1,...]
    listener.security.protocol.map|string|low|per-broker|SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLA\
    INTEXT:SASL_PLAINTEXT|
    listeners|list|high|per-broker|PLAINTEXT://:9092|
    log.cleaner.backoff.ms|long|medium|cluster-wide|15000|[0,...]
    log.cleaner.dedupe.buffer.size|long|medium|cluster-wide|134217728|
    log.cleaner.delete.retention.ms|long|medium|cluster-wide|86400000|[0,...]
    log.cleaner.enable|boolean|medium|read-only|true|
    log.cleaner.io.buffer.load.factor|double|medium|cluster-wide|0.9|
    log.cleaner.io.buffer.size|int|medium|cluster-wide|524288|[0,...]
    log.cleaner.io.max.bytes.per.second|double|medium|cluster-wide|1.7976931348623157E308|
    log.cleaner.max.compaction.lag.ms|long|medium|cluster-wide|9223372036854775807|[1,...]
    log.cleaner.min.cleanable.ratio|double|medium|cluster-wide|0.5|[0,...,1]
    log.cleaner.min.compaction.lag.ms|long|medium|cluster-wide|0|[0,...]
    log.cleaner.threads|int|medium|cluster-wide|1|[0,...]
    log.cleanup.policy|list|medium|cluster-wide|delete|[compact, delete]
    log.dir|list|high|read-only|/tmp/kafka-logs|
    log.dir.failure.timeout.ms|long|low|read-only|30000|[1,...]
    log.dirs|list|high|read-only|~|
    log.flush.interval.messages|long|high|cluster-wide|9223372036854775807|[1,...]
    log.flush.interval.ms|long|high|cluster-wide|~|
    log.flush.offset.checkpoint.interval.ms|int|high|read-only|60000|[0,...]
    log.flush.scheduler.interval.ms|long|high|read-only|9223372036854775807|
    log.flush.start.offset.checkpoint.interval.ms|int|high|read-only|60000|[0,...]
    log.index.interval.bytes|int|medium|cluster-wide|4096|[0,...]
    log.index.size.max.bytes|int|medium|cluster-wide|10485760|[4,...]
    log.initial.task.delay.ms|long|low|read-only internal|30000|[0,...]
    log.local.retention.bytes|long|medium|cluster-wide|-2|[-2,...]
    log.local.retention.ms|long|medium|cluster-wide|-2|[-2,...]
    log.message.timestamp.after.max.ms|long|medium|cluster-wide|3600000|[0,...]
    log.message.timestamp.before.max.ms|long|medium|cluster-wide|9223372036854775807|[0,...]
    log.message.timestamp.type|string|medium|cluster-wide|CreateTime|[CreateTime, LogAppendTime]
    log.preallocate|boolean|medium|cluster-wide|false|
    log.retention.bytes|long|high|cluster-wide|-1|
    log.retention.check.interval.ms|long|medium|read-only|300000|[1,...]
    log.retention.hours|int|high|read-only|168|
    log.retention.minutes|int|high|read-only|~|
    log.retention.ms|long|high|cluster-wide|~|
    log.roll.hours|int|high|read-only|168|[1,...]
    log.roll.jitter.hours|int|high|read-only|0|[0,...]
    log.roll.jitter.ms|long|high|cluster-wide|~|
    log.roll.ms|long|high|cluster-wide|~|
    log.segment.bytes|int|high|cluster-wide|1073741824|[1048576,...]
    log.segment.delete.delay.ms|long|high|cluster-wide|60000|[0,...]
    max.connection.creation.rate|int|medium|cluster-wide|2147483647|[0,...]
    max.connections|int|medium|cluster-wide|2147483647|[0,...]
    max.connections.per.ip|int|medium|cluster-wide|2147483647|[0,...]
    max.connections.per.ip.overrides|string|medium|cluster-wide||
    max.incremental.fetch.session.cache.slots|int|medium|read-only|1000|[0,...]
    max.request.partition.size.limit|int|medium|read-only|2000|[1,...]
    message.max.bytes|int|high|cluster-wide|1048588|[0,...]
    metadata.log.dir|string|high|read-only|~|
    metadata.log.max.record.bytes.between.snapshots|long|high|read-only|20971520|[1,...]
    metadata.log.max.snapshot.interval.ms|long|high|read-only|3600000|[0,...]
    metadata.log.segment.bytes|int|high|read-only|1073741824|[8388608,...]
    metadata.log.segment.ms|long|high|read-only|604800000|
    metadata.max.idle.interval.ms|int|low|read-only|500|[0,...]
    metadata.max.retention.bytes|long|high|read-only|104857600|
    metadata.max.retention.ms|long|high|read-only|604800000|
    metric.reporters|list|low|cluster-wide|org.apache.kafka.common.metrics.JmxReporter|
    metrics.num.samples|int|low|read-only|2|[1,...]
    metrics.recording.level|string|low|read-only|INFO|
    metrics.sample.window.ms|long|low|read-only|30000|[1,...]
    min.insync.replicas|int|high|cluster-wide|1|[1,...]
    node.id|int|high|read-only|!|[0,...]
    num.io.threads|int|high|cluster-wide|8|[1,...]
    num.network.threads|int|high|cluster-wide|3|[1,...]
    num.partitions|int|medium|read-only|1|[1,...]
    num.recovery.threads.per.data.dir|int|high|cluster-wide|2|[1,...]
    num.replica.alter.log.dirs.threads|int|high|read-only|~|
    num.replica.fetchers|int|high|cluster-wide|1|[1,...]
    offset.metadata.max.bytes|int|high|read-only|4096|
    offsets.commit.timeout.ms|int|high|read-only|5000|[1,...]
    offsets.load.buffer.size|int|high|read-only|5242880|[1,...]
    offsets.retention.check.interval.ms|long|high|read-only|600000|[1,...]
    offsets.retention.minutes|int|high|read-only|10080|[1,...]
    offsets.topic.compression.codec|int|high|read-only|0|
    offsets.topic.num.partitions|int|high|read-only|50|[1,...]
    offsets.topic.replication.factor|short|high|read-only|3|[1,...]
    offsets.topic.segment.bytes|int|high|read-only|104857600|[1,...]
    principal.builder.class|class|medium|per-broker|org.apache.kafka.common.security.authenticator.DefaultKafka\
    PrincipalBuilder|
    process.roles|list|high|read-only|!|filled [broker, controller]
    producer.id.expiration.check.interval.ms|int|low|read-only internal|600000|[1,...]
    producer.id.expiration.ms|int|low|cluster-wide|86400000|[1,...]
    producer.purgatory.purge.interval.requests|int|medium|read-only|1000|
    queued.max.request.bytes|long|medium|read-only|-1|
    queued.max.requests|int|high|read-only|500|[1,...]
    quota.window.num|int|low|read-only|11|[1,...]
    quota.window.size.seconds|int|low|read-only|1|[1,...]
    remote.fetch.max.wait.ms|int|medium|cluster-wide|500|[1,...]
    remote.list.offsets.request.timeout.ms|long|medium|cluster-wide|30000|[1,...]
    remote.log.index.file.cache.total.size.bytes|long|low|cluster-wide|1073741824|[1,...]
    remote.log.index.file.cache.ttl.ms|long|low|read-only internal|900000|[-1,...]
    remote.log.manager.copier.thread.pool.size|int|medium|cluster-wide|10|[1,...]
    remote.log.manager.copy.max.bytes.per.second|long|medium|cluster-wide|9223372036854775807|[1,...]
    remote.log.manager.copy.quota.window.num|int|medium|read-only|11|[1,...]
    remote.log.manager.copy.quota.window.size.seconds|int|medium|read-only|1|[1,...]
    remote.log.manager.expiration.thread.pool.size|int|medium|cluster-wide|10|[1,...]
    remote.log.manager.fetch.max.bytes.per.second|long|medium|cluster-wide|9223372036854775807|[1,...]
    remote.log.manager.fetch.quota.window.num|int|medium|read-only|11|[1,...]
    remote.log.manager.fetch.quota.window.size.seconds|int|medium|read-only|1|[1,...]
    remote.log.manager.follower.thread.pool.size|int|medium|cluster-wide|2|[1,...]
    remote.log.manager.task.interval.ms|long|low|read-only|30000|[1,...]
    remote.log.manager.task.retry.backoff.max.ms|long|low|read-only internal|30000|[1,...]
    remote.log.manager.task.retry.backoff.ms|long|low|read-only internal|500|[1,...]
    remote.log.manager.task.retry.jitter|double|low|read-only internal|0.2|[0,...,0.5]
    remote.log.manager.thread.pool.size|int|medium|read-only|2|[1,...]
    remote.log.metadata.custom.metadata.max.bytes|int|low|read-only|128|[0,...]
    remote.log.metadata.manager.class.name|string|medium|read-only|\
    org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager|non-empty string
    remote.log.metadata.manager.class.path|string|medium|read-only|~|
    remote.log.metadata.manager.impl.prefix|string|medium|read-only|rlmm.config.|non-empty string
    remote.log.metadata.manager.listener.name|string|medium|read-only|~|non-empty string
    remote.log.reader.max.pending.tasks|int|medium|read-only|100|[1,...]
    remote.log.reader.threads|int|medium|cluster-wide|10|[1,...]
    remote.log.storage.manager.class.name|string|medium|read-only|~|non-empty string
    remote.log.storage.manager.class.path|string|medium|read-only|~|
    remote.log.storage.manager.impl.prefix|string|medium|read-only|rsm.config.|non-empty string
    remote.log.storage.system.enable|boolean|medium|read-only|false|
    replica.fetch.backoff.ms|int|medium|read-only|1000|[0,...]
    replica.fetch.max.bytes|int|medium|read-only|1048576|[0,...]
    replica.fetch.min.bytes|int|high|read-only|1|
    replica.fetch.response.max.bytes|int|medium|read-only|10485760|[0,...]
    replica.fetch.wait.max.ms|int|high|read-only|500|
    replica.high.watermark.checkpoint.interval.ms|long|high|read-only|5000|
    replica.lag.time.max.ms|long|high|read-only|30000|
    replica.selector.class|string|medium|read-only|~|
    replica.socket.receive.buffer.bytes|int|high|read-only|65536|
    replica.socket.timeout.ms|int|high|read-only|30000|
    replication.quota.window.num|int|low|read-only|11|[1,...]
    replication.quota.window.size.seconds|int|low|read-only|1|[1,...]
    request.timeout.ms|int|high|read-only|30000|
    sasl.client.callback.handler.class|class|medium|read-only|~|
    sasl.enabled.mechanisms|list|medium|per-broker|GSSAPI|
    sasl.jaas.config|password|medium|per-broker|~|
    sasl.kerberos.kinit.cmd|string|medium|per-broker|/usr/bin/kinit|
    sasl.kerberos.min.time.before.relogin|long|medium|per-broker|60000|
    sasl.kerberos.principal.to.local.rules|list|medium|per-broker|DEFAULT|
    sasl.kerberos.service.name|string|medium|per-broker|~|
    sasl.kerberos.ticket.renew.jitter|double|medium|per-broker|0.05|
    sasl.kerberos.ticket.renew.window.factor|double|medium|per-broker|0.8|
    sasl.login.callback.handler.class|class|medium|read-only|~|
    sasl.login.class|class|medium|read-only|~|
    sasl.login.connect.timeout.ms|int|low|read-only|~|
    sasl.login.read.timeout.ms|int|low|read-only|~|
    sasl.login.refresh.buffer.seconds|short|medium|per-broker|300|
    sasl.login.refresh.min.period.seconds|short|medium|per-broker|60|
    sasl.login.refresh.window.factor|double|medium|per-broker|0.8|
    sasl.login.refresh.window.jitter|double|medium|per-broker|0.05|
    sasl.login.retry.backoff.max.ms|long|low|read-only|10000|
    sasl.login.retry.backoff.ms|long|low|read-only|100|
    sasl.mechanism.controller.protocol|string|high|read-only|GSSAPI|
    sasl.mechanism.inter.broker.protocol|string|medium|per-broker|GSSAPI|
    sasl.oauthbearer.assertion.algorithm|string|medium|read-only|RS256|(case insensitive) [ES256, RS256]
    sasl.oauthbearer.assertion.claim.aud|string|medium|read-only|~|
    sasl.oauthbearer.assertion.claim.exp.seconds|int|low|read-only|300|[0,...,86400]
    sasl.oauthbearer.assertion.claim.iss|string|medium|read-only|~|
    sasl.oauthbearer.assertion.claim.jti.include|boolean|medium|read-only|false|
    sasl.oauthbearer.assertion.claim.nbf.seconds|int|low|read-only|60|[0,...,3600]
    sasl.oauthbearer.assertion.claim.sub|string|medium|read-only|~|
    sasl.oauthbearer.assertion.file|string|medium|read-only|~|
    sasl.oauthbearer.assertion.private.key.file|string|medium|read-only|~|
    sasl.oauthbearer.assertion.private.key.passphrase|password|medium|read-only|~|
    sasl.oauthbearer.assertion.template.file|string|medium|read-only|~|
    sasl.oauthbearer.client.credentials.client.id|string|medium|read-only|~|
    sasl.oauthbearer.client.credentials.client.secret|password|medium|read-only|~|
    sasl.oauthbearer.clock.skew.seconds|int|low|read-only|30|
    sasl.oauthbearer.expected.audience|list|high|read-only||
    sasl.oauthbearer.expected.issuer|string|high|read-only|~|
    sasl.oauthbearer.jwks.endpoint.refresh.ms|long|low|read-only|3600000|
    sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms|long|low|read-only|10000|
    sasl.oauthbearer.jwks.endpoint.retry.backoff.ms|long|low|read-only|100|
    sasl.oauthbearer.jwks.endpoint.url|string|medium|read-only|~|
    sasl.oauthbearer.jwt.retriever.class|class|medium|read-only|\
    org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever|
    sasl.oauthbearer.jwt.validator.class|class|medium|read-only|\
    org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator|
    sasl.oauthbearer.scope|string|medium|read-only|~|
    sasl.oauthbearer.scope.claim.name|string|low|read-only|scope|
    sasl.oauthbearer.sub.claim.name|string|low|read-only|sub|
    sasl.oauthbearer.token.endpoint.url|string|medium|read-only|~|
    sasl.server.callback.handler.class|class|medium|read-only|~|
    sasl.server.max.receive.size|int|medium|read-only|524288|
    security.inter.broker.protocol|string|medium|read-only|PLAINTEXT|[PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL]
    security.providers|string|low|read-only|~|
    server.max.startup.time.ms|long|medium|read-only internal|9223372036854775807|[0,...]
    share.coordinator.append.linger.ms|int|medium|read-only|-1|[-1,...]
    share.coordinator.cached.buffer.max.bytes|int|medium|cluster-wide|1048588|[524288,...]
    share.coordinator.cold.partition.snapshot.interval.ms|int|low|read-only internal|300000|[1,...]
    share.coordinator.load.buffer.size|int|high|read-only|5242880|[1,...]
    share.coordinator.snapshot.update.records.per.snapshot|int|medium|read-only|500|[0,...,500]
    share.coordinator.state.topic.compression.codec|int|high|read-only|0|
    share.coordinator.state.topic.min.isr|short|high|read-only|2|[1,...]
    share.coordinator.state.topic.num.partitions|int|high|read-only|50|[1,...]
    share.coordinator.state.topic.prune.interval.ms|int|low|read-only internal|300000|[1,...]
    share.coordinator.state.topic.replication.factor|short|high|read-only|3|[1,...]
    share.coordinator.state.topic.segment.bytes|int|high|read-only|104857600|[1,...]
    share.coordinator.threads|int|medium|read-only|1|[1,...]
    share.coordinator.write.timeout.ms|int|high|read-only|5000|[1,...]
    share.fetch.purgatory.purge.interval.requests|int|medium|read-only|1000|
    socket.connection.setup.timeout.max.ms|long|medium|read-only|30000|
    socket.connection.setup.timeout.ms|long|medium|read-only|10000|
    socket.listen.backlog.size|int|medium|read-only|50|[1,...]
    socket.receive.buffer.bytes|int|high|read-only|102400|
    socket.request.max.bytes|int|high|read-only|104857600|[1,...]
    socket.send.buffer.bytes|int|high|read-only|102400|
    ssl.allow.dn.changes|boolean|low|read-only|false|
    ssl.allow.san.changes|boolean|low|read-only|false|
    ssl.cipher.suites|list|medium|per-broker||
    ssl.client.auth|string|medium|per-broker|none|[required, requested, none]
    ssl.enabled.protocols|list|medium|per-broker|TLSv1.2,TLSv1.3|
    ssl.endpoint.identification.algorithm|string|low|per-broker|https|
    ssl.engine.factory.class|class|low|per-broker|~|
    ssl.key.password|password|medium|per-broker|~|
    ssl.keymanager.algorithm|string|medium|per-broker|SunX509|
    ssl.keystore.certificate.chain|password|medium|per-broker|~|
    ssl.keystore.key|password|medium|per-broker|~|
    ssl.keystore.location|string|medium|per-broker|~|
    ssl.keystore.password|password|medium|per-broker|~|
    ssl.keystore.type|string|medium|per-broker|JKS|
    ssl.principal.mapping.rules|string|low|read-only|DEFAULT|
    ssl.protocol|string|medium|per-broker|TLSv1.3|
    ssl.provider|string|medium|per-broker|~|
    ssl.secure.random.implementation|string|low|per-broker|~|
    ssl.trustmanager.algorithm|string|medium|per-broker|PKIX|
    ssl.truststore.certificates|password|medium|per-broker|~|
    ssl.truststore.location|string|medium|per-broker|~|
    ssl.truststore.password|password|medium|per-broker|~|
    ssl.truststore.type|string|medium|per-broker|JKS|
    telemetry.max.bytes|int|low|read-only|1048576|[1,...]
    transaction.abort.timed.out.transaction.cleanup.interval.ms|int|low|read-only|10000|[1,...]
    transaction.max.timeout.ms|int|high|read-only|900000|[1,...]
    transaction.partition.verification.enable|boolean|low|cluster-wide|true|
    transaction.remove.expired.transaction.cleanup.interval.ms|int|low|read-only|3600000|[1,...]
    transaction.state.log.load.buffer.size|int|high|read-only|5242880|[1,...]
    transaction.state.log.min.isr|int|high|read-only|2|[1,...]
    transaction.state.log.num.partitions|int|high|read-only|50|[1,...]
    transaction.state.log.replication.factor|short|high|read-only|3|[1,...]
    transaction.state.log.segment.bytes|int|high|read-only|104857600|[1,...]
    transaction.two.phase.commit.enable|boolean|low|read-only|false|
    transactional.id.expiration.ms|int|high|read-only|604800000|[1,...]
    unclean.leader.election.enable|boolean|high|cluster-wide|false|
    unclean.leader.election.interval.ms|long|medium|read-only internal|300000|[1,...]
    unstable.api.versions.enable|boolean|high|read-only internal|false|
    unstable.feature.versions.enable|boolean|high|read-only internal|false|
    """
