import KafkaProtocol
import Reactor

/// Which offset of a partition is meant.
public enum OffsetSpec: Sendable, Equatable {
    case latest, earliest, maxTimestamp, earliestLocal, latestTiered
    /// The first record of that time or later, in milliseconds.
    case timestamp(Int64)

    /// As ListOffsets has it.
    public var code: Int64 {
        switch self {
        case .latest: -1
        case .earliest: -2
        case .maxTimestamp: -3
        case .earliestLocal: -4
        case .latestTiered: -5
        case .timestamp(let time): time
        }
    }
}

/// What ListOffsets answers for a partition.
public struct ListedOffset: Sendable, Equatable {
    /// −1 when no record is that late.
    public let offset: Int64
    /// Milliseconds; −1 unless one was asked for.
    public let timestamp: Int64
    public let leaderEpoch: Int32
}

extension Admin {
    /// Offsets by partition, each asked of its leader; an error by partition stays with it.
    public func listOffsets(
        _ partitions: [TopicPartition: OffsetSpec], readsCommittedOnly: Bool = false
    ) async throws(ClientError) -> [TopicPartition: Result<ListedOffset, ClientError>] {
        try await cluster.listOffsets(partitions, readsCommittedOnly: readsCommittedOnly)
    }

    /// Moves the log's start of each partition to the offset given (−1: the high watermark).
    /// - Returns: by partition the log's start, or why it didn't move.
    public func deleteRecords(
        before offsets: [TopicPartition: Int64]
    ) async throws(ClientError) -> [TopicPartition: Result<Int64, ClientError>] {
        let timeout = requestTimeout
        return try await cluster.eachLeader(offsets, call: "deleteRecords") {
            (connection, offsets) async throws(ClientError) -> [TopicPartition: Result<Int64, ClientError>] in
            var request = DeleteRecordsRequest()
            request.timeoutMilliseconds = timeout
            request.topics = offsets.byTopic.map { name, partitions in
                DeleteRecordsRequest.Topic { topic in
                    topic.name = name
                    topic.partitions = partitions.map { index, offset in
                        DeleteRecordsRequest.Partition {
                            $0.partitionIndex = index
                            $0.offset = offset
                        }
                    }
                }
            }
            var results: [TopicPartition: Result<Int64, ClientError>] = [:]
            for topic in try await connection.request(request).topics {
                for partition in topic.partitions {
                    results[TopicPartition(topic.name, partition.partitionIndex)] =
                        ClientError(code: partition.errorCode).map { .failure($0) } ?? .success(partition.lowWatermark)
                }
            }
            return results
        }
    }
}

extension Cluster {
    func listOffsets(
        _ partitions: [TopicPartition: OffsetSpec], readsCommittedOnly: Bool
    ) async throws(ClientError) -> [TopicPartition: Result<ListedOffset, ClientError>] {
        let timeout = Int32(clamping: configuration.requestTimeoutMilliseconds)
        return try await eachLeader(partitions, call: "listOffsets") {
            (connection, specs) async throws(ClientError) -> [TopicPartition: Result<ListedOffset, ClientError>] in
            var request = ListOffsetsRequest()
            request.replicaID = -1
            request.isolationLevel = readsCommittedOnly ? 1 : 0
            request.timeoutMilliseconds = timeout
            request.topics = specs.byTopic.map { name, partitions in
                ListOffsetsRequest.Topic { topic in
                    topic.name = name
                    topic.partitions = partitions.map { index, spec in
                        ListOffsetsRequest.Partition {
                            $0.index = index
                            $0.timestamp = spec.code
                        }
                    }
                }
            }
            // An older broker would take what it doesn't know for a time.
            var oldest = ListOffsetsRequest.versions.lowerBound
            for spec in specs.values {
                switch spec {
                case .maxTimestamp: oldest = max(oldest, 7)
                case .earliestLocal: oldest = max(oldest, 8)
                case .latestTiered: oldest = max(oldest, 9)
                case .latest, .earliest, .timestamp: break
                }
            }
            let response = try await connection.request(
                request, versions: oldest...ListOffsetsRequest.versions.upperBound)
            var results: [TopicPartition: Result<ListedOffset, ClientError>] = [:]
            for topic in response.topics {
                for partition in topic.partitions {
                    results[TopicPartition(topic.name, partition.index)] =
                        ClientError(code: partition.errorCode).map { .failure($0) }
                        ?? .success(
                            ListedOffset(
                                offset: partition.offset, timestamp: partition.timestamp,
                                leaderEpoch: partition.leaderEpoch))
                }
            }
            return results
        }
    }

    /// Asks the leader of each partition; those whose leader has moved are asked again until the time is over.
    func eachLeader<Value: Sendable, Answer: Sendable>(
        _ values: [TopicPartition: Value], call: String,
        _ ask: (Connection, [TopicPartition: Value]) async throws(ClientError) -> [TopicPartition: Result<
            Answer, ClientError
        >]
    ) async throws(ClientError) -> [TopicPartition: Result<Answer, ClientError>] {
        var left = values
        var results: [TopicPartition: Result<Answer, ClientError>] = [:]
        var isStale = false
        var backoff = Backoff(
            core, configuration, deadline: core.now().adding(milliseconds: configuration.defaultAPITimeoutMilliseconds))
        while !left.isEmpty {
            var trouble = ClientError(.leaderNotAvailable)
            do throws(ClientError) {
                for (leader, some) in try await byLeader(left, isStale: isStale, &results) {
                    guard let leader, let connection = try await connection(to: leader) else { continue }
                    for (partition, result) in try await ask(connection, some) {
                        if case .failure(let error) = result, error.isRetriable {
                            trouble = error
                            continue
                        }
                        results[partition] = result
                    }
                }
            } catch {
                guard error.isRetriable else { throw error }
                trouble = error
            }
            left = left.filter { results[$0.key] == nil }
            isStale = true
            if !left.isEmpty, await !backoff.wait() {
                if case .kafka = trouble {
                    for partition in left.keys { results[partition] = .failure(trouble) }
                    break
                }
                throw .timedOut("Timed out waiting for a node assignment. Call: \(call)")
            }
        }
        return results
    }

    /// Sorts by leader; partitions that don't exist get their result.
    private func byLeader<Value, Answer>(
        _ values: [TopicPartition: Value], isStale: Bool, _ results: inout [TopicPartition: Result<Answer, ClientError>]
    ) async throws(ClientError) -> [(leader: Int32?, values: [TopicPartition: Value])] {
        let names = Set(values.keys.map(\.topic)).sorted()
        let unknown = names.filter { isStale || knownTopic($0) == nil }
        if !unknown.isEmpty {
            for topic in try await fetchMetadata(unknown).topics
            where topic.error != .noError && !topic.error.isRetriable {
                for partition in values.keys where partition.topic == topic.name {
                    results[partition] = .failure(ClientError(topic.error))
                }
            }
        }
        var leaders: [Int32?: [TopicPartition: Value]] = [:]
        for (partition, value) in values where results[partition] == nil {
            leaders[knownLeader(of: partition), default: [:]][partition] = value
        }
        return leaders.sorted { ($0.key ?? -1) < ($1.key ?? -1) }.map { ($0.key, $0.value) }
    }
}

extension Dictionary where Key == TopicPartition {
    /// Sorted by topic, then partition: what is sent never depends on a dictionary's order.
    var byTopic: [(name: String, partitions: [(index: Int32, value: Value)])] {
        var topics: [(name: String, partitions: [(index: Int32, value: Value)])] = []
        for (partition, value) in sorted(by: { $0.key < $1.key }) {
            if topics.last?.name != partition.topic { topics.append((partition.topic, [])) }
            topics[topics.count - 1].partitions.append((partition.partition, value))
        }
        return topics
    }
}

extension Collection where Element == TopicPartition {
    /// Sorted by topic, then partition.
    var byTopic: [(name: String, partitions: [Int32])] {
        var topics: [(name: String, partitions: [Int32])] = []
        for partition in sorted() {
            if topics.last?.name != partition.topic { topics.append((partition.topic, [])) }
            topics[topics.count - 1].partitions.append(partition.partition)
        }
        return topics
    }
}
