import KafkaProtocol
import Records

extension ClientConfiguration {
    /// Reads properties by Kafka's names, later ones over earlier ones. Unknown names end in ``warnings``.
    /// - Throws: ``ClientError/configuration(_:)`` with Kafka's sentence for the first value that makes no sense.
    public init(_ properties: [(name: String, value: String)]) throws(ClientError) {
        self.init()
        var given: Set<String> = []
        for (name, value) in properties {
            let trimmed = value.trimmingBlanks
            given.insert(name)
            if try setCommon(name, trimmed) { continue }
            if try setProducer(name, trimmed) { continue }
            if try setConsumer(name, trimmed) { continue }
            if Self.hasNoEffect(name) { continue }
            warnings.append("The configuration '\(name)' was supplied but isn't a known config.")
        }
        try settle(given)
    }

    /// What follows from several settings together.
    private mutating func settle(_ given: Set<String>) throws(ClientError) {
        let asked = given.contains("enable.idempotence")
        guard isIdempotent else { return }
        if acks != -1 {
            if asked {
                throw .configuration(

                    "Must set acks to all in order to use the idempotent producer. Otherwise we cannot "
                        + "guarantee idempotence."
                )
            }
            isIdempotent = false
        } else if maximumRequestsInFlight > Limits.idempotentBatchesInFlight {
            if asked {
                throw .configuration(
                    "Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.")
            }
            isIdempotent = false
        } else if retries == 0 {
            if asked { throw .configuration("Must set retries to non-zero when using the idempotent producer.") }
            isIdempotent = false
        }
    }

    private mutating func setCommon(_ name: String, _ value: String) throws(ClientError) -> Bool {
        switch name {
        case "bootstrap.servers": bootstrapServers = try Self.servers(value)
        case "client.id": clientID = value
        case "request.timeout.ms": requestTimeoutMilliseconds = try Self.number(name, value, 0...Int64(Int32.max))
        case "default.api.timeout.ms":
            defaultAPITimeoutMilliseconds = try Self.number(name, value, 0...Int64(Int32.max))
        case "socket.connection.setup.timeout.ms": connectionSetupTimeoutMilliseconds = try Self.number(name, value)
        case "retry.backoff.ms": retryBackoffMilliseconds = try Self.number(name, value)
        case "retry.backoff.max.ms": retryBackoffMaximumMilliseconds = try Self.number(name, value)
        case "metadata.max.age.ms": metadataMaximumAgeMilliseconds = try Self.number(name, value)
        case "security.protocol":
            guard value.uppercased() == "PLAINTEXT" else {
                throw .configuration("security.protocol \(value) isn't supported by this client: only PLAINTEXT is.")
            }
        case "client.rack": rackID = value
        default: return false
        }
        return true
    }

    private mutating func setProducer(_ name: String, _ value: String) throws(ClientError) -> Bool {
        switch name {
        case "acks":
            guard let acks = ["all": Int16(-1), "-1": -1, "0": 0, "1": 1][value] else {
                throw Self.invalid(name, value, "String must be one of: all, -1, 0, 1")
            }
            self.acks = acks
        case "batch.size": batchBytes = Int(try Self.number(name, value, 0...Int64(Int32.max)))
        case "linger.ms": lingerMilliseconds = try Self.number(name, value)
        case "compression.type":
            guard let codec = Compression(name: value), value != "uncompressed" else {
                throw Self.invalid(name, value, "String must be one of: none, gzip, snappy, lz4, zstd")
            }
            compression = codec
        case "compression.gzip.level", "compression.lz4.level", "compression.zstd.level":
            let level = Int32(clamping: try Self.number(name, value, Int64(Int32.min)...Int64(Int32.max)))
            if name.contains(compression.name) { compressionLevel = level }
        case "max.in.flight.requests.per.connection":
            maximumRequestsInFlight = Int(try Self.number(name, value, 1...Int64(Int32.max)))
        case "retries": retries = Int(try Self.number(name, value, 0...Int64(Int32.max)))
        case "delivery.timeout.ms": deliveryTimeoutMilliseconds = try Self.number(name, value, 0...Int64(Int32.max))
        case "enable.idempotence": isIdempotent = try Self.boolean(name, value)
        case "max.request.size": maximumRequestBytes = Int(try Self.number(name, value, 0...Int64(Int32.max)))
        case "buffer.memory": bufferBytes = Int(clamping: try Self.number(name, value))
        case "max.block.ms": maximumBlockMilliseconds = try Self.number(name, value)
        case "partitioner.ignore.keys": ignoresKeysWhenPartitioning = try Self.boolean(name, value)
        case "transactional.id":
            throw .configuration("transactional.id isn't supported by this client.")
        default: return false
        }
        return true
    }

    private mutating func setConsumer(_ name: String, _ value: String) throws(ClientError) -> Bool {
        switch name {
        case "group.id": groupID = value.isEmpty ? nil : value
        case "group.instance.id": groupInstanceID = value.isEmpty ? nil : value
        case "auto.offset.reset": offsetReset = try Self.reset(value)
        case "enable.auto.commit": commitsAutomatically = try Self.boolean(name, value)
        case "auto.commit.interval.ms": autoCommitIntervalMilliseconds = try Self.number(name, value)
        case "session.timeout.ms": sessionTimeoutMilliseconds = try Self.number(name, value, 0...Int64(Int32.max))
        case "heartbeat.interval.ms": heartbeatIntervalMilliseconds = try Self.number(name, value, 1...Int64(Int32.max))
        case "max.poll.interval.ms":
            maximumPollIntervalMilliseconds = try Self.number(name, value, 1...Int64(Int32.max))
        case "max.poll.records": maximumPollRecords = Int(try Self.number(name, value, 1...Int64(Int32.max)))
        case "fetch.min.bytes": fetchMinimumBytes = try Self.int32(name, value)
        case "fetch.max.bytes": fetchMaximumBytes = try Self.int32(name, value)
        case "fetch.max.wait.ms": fetchMaximumWaitMilliseconds = try Self.int32(name, value)
        case "max.partition.fetch.bytes": maximumPartitionFetchBytes = try Self.int32(name, value)
        case "isolation.level":
            guard ["read_committed", "read_uncommitted"].contains(value) else {
                throw Self.invalid(name, value, "String must be one of: read_committed, read_uncommitted")
            }
            readsCommittedOnly = value == "read_committed"
        case "check.crcs": checksCRCs = try Self.boolean(name, value)
        case "allow.auto.create.topics": createsTopics = try Self.boolean(name, value)
        case "partition.assignment.strategy": assignors = try Self.assignors(value)
        case "group.protocol":
            guard value.lowercased() == "classic" else {
                throw .configuration("group.protocol \(value) isn't supported by this client: only classic is.")
            }
        default: return false
        }
        return true
    }
}
