import KafkaProtocol

/// A directory in which a broker keeps logs.
public struct LogDirDescription: Sendable {
    public let path: String
    /// Why the broker can't use it.
    public let error: ClientError?
    /// Of the volume; nil where the broker doesn't tell.
    public let totalBytes: Int64?
    public let usableBytes: Int64?
    /// No new replicas are placed there.
    public let isCordoned: Bool
    /// Sorted by topic and partition.
    public let replicas: [Replica]

    public struct Replica: Sendable, Equatable {
        public let partition: TopicPartition
        /// Bytes of all segments.
        public let size: Int64
        /// Records behind the high watermark, or, a future replica, behind the present one.
        public let offsetLag: Int64
        /// It is being made to take the present one's place.
        public let isFuture: Bool
    }
}

extension Admin {
    /// The log directories of each of `brokers`, and what lies there: of all topics, or of `partitions` alone.
    public func describeLogDirs(
        of brokers: [Int32], partitions: [TopicPartition]? = nil
    ) async throws(ClientError) -> [Int32: [LogDirDescription]] {
        var request = DescribeLogDirsRequest()
        request.topics = partitions.map { partitions in
            partitions.byTopic.map { name, numbers in
                var topic = DescribeLogDirsRequest.Topic()
                topic.topic = name
                topic.partitions = numbers
                return topic
            }
        }
        var directories: [Int32: [LogDirDescription]] = [:]
        for broker in brokers {
            let response = try await cluster.ask(request, node: broker, call: "describeLogDirs")
            if let error = ClientError(code: response.errorCode) { throw error }
            // Before version 3 nothing is how a broker refuses.
            guard !response.results.isEmpty else { throw ClientError(.clusterAuthorizationFailed) }
            directories[broker] = response.results.map { LogDirDescription($0) }
        }
        return directories
    }
}

extension LogDirDescription {
    fileprivate init(_ result: DescribeLogDirsResponse.Result) {
        path = result.logDir
        error = ClientError(code: result.errorCode)
        totalBytes = result.totalBytes < 0 ? nil : result.totalBytes
        usableBytes = result.usableBytes < 0 ? nil : result.usableBytes
        isCordoned = result.isCordoned
        replicas = result.topics.flatMap { topic in
            topic.partitions.map { partition in
                Replica(
                    partition: TopicPartition(topic.name, partition.partitionIndex), size: partition.partitionSize,
                    offsetLag: partition.offsetLag, isFuture: partition.isFutureKey)
            }
        }.sorted { $0.partition < $1.partition }
    }
}
