import Bytes
import KafkaProtocol
public import Reactor
import Records

/// Sends records to a cluster, gathered into batches by partition; retried, and with enable.idempotence (the default)
/// neither doubled nor out of order.
public actor Producer {
    public nonisolated let core: Core
    public nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }
    public nonisolated let cluster: Cluster
    nonisolated let configuration: ClientConfiguration

    var queues: [TopicPartition: PartitionQueue] = [:]
    /// Queues with something in them, in the order in which they came to it.
    var active: [PartitionQueue] = []
    var requestsInFlight: [Int32: Int] = [:]
    var topics: [String: TopicMetadata] = [:]
    var staleTopics: Set<String> = []
    var isRefreshing = false
    var identity: ProducerIdentity?
    var isAcquiringIdentity = false
    /// A batch was given up that had a sequence: all begin anew under the next epoch, once nothing is in flight.
    var needsNewEpoch = false
    var flushers = 0
    var pumpTimer: Timer?
    var isPumpDue = false
    private var partitioners: [String: Partitioner] = [:]
    private var topicSince: [String: Instant] = [:]
    private var compressionRatio = 1.0
    private let compressor = Compressor()
    private var bufferedBytes = 0
    private var memoryWaiters = Waiters()
    private(set) var isClosed = false

    public init(_ cluster: Cluster) {
        self.cluster = cluster
        core = cluster.core
        configuration = cluster.configuration
    }

    public init(_ configuration: ClientConfiguration, core: Core) {
        self.init(Cluster(configuration, core: core))
    }

    // MARK: Sending

    /// Sends `record` and waits until it is where `acks` wants it.
    public func send(_ record: ProducerRecord) async throws(ClientError) -> Delivery {
        let partition = try await place(record)
        let result = await withUnsafeContinuation { continuation in
            do throws(ClientError) {
                try append(record, partition) { continuation.resume(returning: $0) }
            } catch { continuation.resume(returning: .failure(error)) }
        }
        return try result.get()
    }

    /// Puts `record` into its partition's batch; waits only for the topic's metadata and for memory, at most
    /// max.block.ms. What becomes of it `report` is told, on this core.
    public func enqueue(_ record: ProducerRecord, _ report: DeliveryReport? = nil) async throws(ClientError) {
        try append(record, try await place(record), report)
    }

    /// The partition's metadata is known and there is memory for the record when this returns.
    private func place(_ record: ProducerRecord) async throws(ClientError) -> Int32 {
        guard !isClosed else { throw .closed }
        let size = Self.size(record)
        guard size <= configuration.maximumRequestBytes else {
            throw .kafka(
                .messageTooLarge,
                "The message is \(size) bytes when serialized which is larger than "
                    + "\(configuration.maximumRequestBytes), which is the value of the max.request.size configuration.")
        }
        let deadline = core.now().adding(milliseconds: configuration.maximumBlockMilliseconds)
        var topic = topics[record.topic]
        if topic == nil || isOld(record.topic) { topic = try await metadata(record.topic, record.partition, deadline) }
        while !hasMemory(for: size) { try await waitForMemory(for: size, deadline) }
        guard let topic else { throw ClientError(.unknownTopicOrPartition) }
        if let partition = record.partition {
            if topic.partition(partition) == nil { _ = try await metadata(record.topic, partition, deadline) }
            return partition
        }
        return partitioners[record.topic, default: Partitioner()].choose(
            record.key, topic, ignoresKeys: configuration.ignoresKeysWhenPartitioning, random: core.random)
    }

    private func isOld(_ topic: String) -> Bool {
        guard let since = topicSince[topic] else { return true }
        return core.now().milliseconds(since: since) >= configuration.metadataMaximumAgeMilliseconds
    }

    /// Waits until the topic, and the partition where one is named, are there.
    private func metadata(
        _ name: String, _ partition: Int32?, _ deadline: Instant
    ) async throws(ClientError) -> TopicMetadata {
        var backoff = Backoff(core, configuration, deadline: deadline)
        var isStale = false
        var last: ClientError?
        while true {
            do throws(ClientError) {
                let topic = try await cluster.topic(name, createsTopics: true, isStale: isStale)
                if !topic.partitions.isEmpty, partition == nil || partition.flatMap(topic.partition) != nil {
                    topics[name] = topic
                    topicSince[name] = core.now()
                    return topic
                }
            } catch {
                guard error.isRetriable else { throw error }
                if last == nil, let code = error.kafkaError {
                    configuration.warn("Error while fetching metadata : {\(name)=\(code.name)}")
                }
                last = error
            }
            isStale = true
            guard await backoff.wait() else { break }
        }
        let milliseconds = configuration.maximumBlockMilliseconds
        if let partition {
            throw .timedOut(

                "Partition \(partition) of topic \(name) with partition count "
                    + "\(topics[name]?.partitions.count ?? 0) is not present in metadata after \(milliseconds) "
                    + "ms."
            )
        }
        throw .timedOut("Topic \(name) not present in metadata after \(milliseconds) ms.")
    }

    private func append(
        _ record: ProducerRecord, _ partition: Int32, _ report: DeliveryReport?
    ) throws(ClientError) {
        guard !isClosed else { throw .closed }
        let timestamp = record.timestamp ?? core.wallClockMilliseconds()
        guard timestamp >= 0 else { throw .configuration("A record's timestamp can't be negative: \(timestamp)") }
        let queue = queue(of: TopicPartition(record.topic, partition))
        let limit = min(max(configuration.batchBytes, 1), configuration.maximumRequestBytes)
        if let open = queue.open, !open.fits(record, timestamp: timestamp, limit: limit, ratio: compressionRatio) {
            seal(queue)
            pumpSoon()
        }
        let size = Self.size(record)
        let batch =
            queue.open
            ?? ProducerBatch(
                queue.partition, configuration.compression, level: configuration.compressionLevel, created: core.now(),
                capacity: min(limit, max(size, 1024)))
        let isNew = queue.open == nil
        queue.open = batch
        if isNew, !active.contains(where: { $0 === queue }) { active.append(queue) }
        batch.append(record, timestamp: timestamp, reserving: size, report)
        bufferedBytes += size
        partitioners[record.topic]?.produced(size, to: partition, limit: limit)
        if batch.estimatedSize(ratio: compressionRatio) >= limit {
            seal(queue)
            pumpSoon()
        } else if isNew {
            pumpAt(core.now().adding(milliseconds: flushers > 0 ? 0 : configuration.lingerMilliseconds))
        }
    }

    private func queue(of partition: TopicPartition) -> PartitionQueue {
        if let queue = queues[partition] { return queue }
        let queue = PartitionQueue(partition)
        queues[partition] = queue
        return queue
    }

    /// Ends the open batch of `queue`.
    func seal(_ queue: PartitionQueue) {
        guard let batch = queue.open else { return }
        queue.open = nil
        do throws(CompressionFailure) {
            let ratio = try batch.seal(with: compressor)
            // Up at once when records shrink less than thought, down slowly: an oversized batch would be refused.
            compressionRatio = min(1, ratio > compressionRatio ? ratio * 1.05 : max(ratio, compressionRatio - 0.005))
            queue.add(sealed: batch)
        } catch {
            release(batch)
            batch.fail(.incompatible("\(error)"))
        }
    }

    static func size(_ record: ProducerRecord) -> Int {
        var size = RecordBatchHeader.size + 21 + (record.key?.count ?? 0) + (record.value?.count ?? 0)
        for header in record.headers { size += 10 + header.keyBytes.count + (header.value?.count ?? 0) }
        return size
    }

    // MARK: Memory

    private func hasMemory(for size: Int) -> Bool {
        bufferedBytes + size <= configuration.bufferBytes || bufferedBytes == 0
    }

    /// Returns when there may be memory, or at `deadline`.
    private func waitForMemory(for size: Int, _ deadline: Instant) async throws(ClientError) {
        guard core.now() < deadline, !isClosed else {
            throw .timedOut(

                "Failed to allocate memory within the configured max blocking time "
                    + "\(configuration.maximumBlockMilliseconds) ms."
            )
        }
        let timer = core.schedule(at: deadline) { [weak self] in self?.assumeIsolated { $0.memoryWaiters.wake() } }
        for queue in active { seal(queue) }
        pumpSoon()
        await withUnsafeContinuation {
            memoryWaiters.add($0, unless: hasMemory(for: size) || isClosed || core.now() >= deadline)
        }
        timer.cancel()
    }

    /// Gives back what a batch took.
    func release(_ batch: ProducerBatch) {
        bufferedBytes -= batch.reservedBytes
        memoryWaiters.wake()
    }

    // MARK: Ending

    /// Returns when all records given so far have been delivered or given up.
    public func flush() async {
        guard !active.isEmpty else { return }
        flushers += 1
        for queue in active { seal(queue) }
        pumpSoon()
        await withUnsafeContinuation { continuation in
            // Counted here: what has ended before tells nobody any more.
            let batches = active.flatMap(\.all)
            if batches.isEmpty { continuation.resume() }
            let left = Countdown(batches.count)
            for batch in batches {
                batch.whenDone { if left.count() { continuation.resume() } }
            }
        }
        flushers -= 1
    }

    /// Flushes, then takes no more. The cluster stays open for its other users.
    public func close() async {
        await flush()
        isClosed = true
        pumpTimer?.cancel()
        memoryWaiters.wake()
    }
}

/// How many of a number of things have yet to happen.
private final class Countdown {
    private var left: Int

    init(_ count: Int) { left = count }

    /// True for the last one.
    func count() -> Bool {
        left -= 1
        return left == 0
    }
}
