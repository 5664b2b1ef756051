import Bytes
import KafkaProtocol
import Reactor

/// A transactional producer's side of the protocol, one request at a time.
struct TransactionClient {
    let client: Client
    let id: String
    var producer: (id: Int64, epoch: Int16) = (-1, -1)
    var sequences: [String: Int32] = [:]

    /// Goes on as a producer that has begun already.
    init(client: Client, id: String, producer: (Int64, Int16), sequences: [String: Int32] = [:]) {
        self.client = client
        self.id = id
        self.producer = (producer.0, producer.1)
        self.sequences = sequences
    }

    /// Finds the coordinator and begins.
    init(_ client: Client, _ id: String, timeout: Int32 = 60_000) async throws {
        self.client = client
        self.id = id
        for _ in 0..<200 {
            let found = try await client.ask(
                FindCoordinatorRequest {
                    $0.coordinatorKeys = [id]
                    $0.keyType = 1
                })
            if found.coordinators.first?.errorCode == 0 {
                let began = try await begin(timeout: timeout)
                if began == .noError { return }
                guard [.coordinatorLoadInProgress, .notCoordinator, .concurrentTransactions].contains(began) else {
                    throw ClientFailure.closed
                }
            }
            await client.core.sleep(milliseconds: 20)
        }
        throw ClientFailure.closed
    }

    mutating func begin(timeout: Int32 = 60_000) async throws -> KafkaError {
        let transactionalID = id
        let response = try await client.ask(
            InitProducerIdRequest {
                $0.transactionalID = transactionalID
                $0.transactionTimeoutMilliseconds = timeout
            }, version: 5)
        if response.errorCode == 0 {
            producer = (response.producerID, response.producerEpoch)
            sequences = [:]
        }
        return KafkaError(response.errorCode)
    }

    func add(_ topic: String, _ partitions: [Int32], version: Int16 = 3) async throws -> [KafkaError] {
        let response = try await client.ask(
            AddPartitionsToTxnRequest {
                $0.v3AndBelowTransactionalID = id
                $0.v3AndBelowProducerID = producer.id
                $0.v3AndBelowProducerEpoch = producer.epoch
                $0.v3AndBelowTopics = [
                    AddPartitionsToTxnRequest.Topic {
                        $0.name = topic
                        $0.partitions = partitions
                    }
                ]
            }, version: version)
        return response.resultsByTopicV3AndBelow.flatMap(\.resultsByPartition).map { KafkaError($0.partitionErrorCode) }
    }

    /// Adds until the transaction before is complete.
    func addPatiently(_ topic: String, _ partitions: [Int32]) async throws -> [KafkaError] {
        while true {
            let errors = try await add(topic, partitions)
            guard errors.contains(.concurrentTransactions) else { return errors }
            await client.core.sleep(milliseconds: 10)
        }
    }

    func request(_ topic: String, _ partition: Int32, _ values: [String], sequence: Int32) -> ProduceRequest {
        // Of the time when worlds begin: markers are of now, and a segment holds a week.
        let records = batch(
            values, producer: producer, sequence: sequence, timestamp: 1_767_225_600_000, isTransactional: true)
        var request = ProduceRequest.of(topic, [(partition, records)])
        request.transactionalID = id
        return request
    }

    /// - Parameter version: 12 adds the partition by itself, 11 and below want it added.
    mutating func produce(
        _ topic: String, _ partition: Int32, _ values: [String], version: Int16 = 12
    ) async throws -> KafkaError {
        let key = "\(topic)-\(partition)"
        let request = request(topic, partition, values, sequence: sequences[key, default: 0])
        let response = try await client.ask(request, version: version)
        let error = KafkaError(response.topics.first?.partitions.first?.errorCode ?? -1)
        if error == .noError { sequences[key, default: 0] += Int32(values.count) }
        return error
    }

    /// - Parameter version: from 5 on, the epoch goes up.
    mutating func end(commit: Bool, version: Int16 = 5) async throws -> KafkaError {
        let (transactionalID, producer) = (id, producer)
        let response = try await client.ask(
            EndTxnRequest {
                $0.transactionalID = transactionalID
                $0.producerID = producer.id
                $0.producerEpoch = producer.epoch
                $0.committed = commit
            }, version: version)
        if version >= 5, response.errorCode == 0 {
            self.producer = (response.producerID, response.producerEpoch)
            sequences = [:]
        }
        return KafkaError(response.errorCode)
    }

    func commitOffset(
        _ group: String, _ topic: String, _ partition: Int32, _ offset: Int64, version: Int16 = 5
    ) async throws -> KafkaError {
        let response = try await client.ask(
            TxnOffsetCommitRequest {
                $0.transactionalID = id
                $0.groupID = group
                $0.producerID = producer.id
                $0.producerEpoch = producer.epoch
                $0.topics = [
                    TxnOffsetCommitRequest.Topic {
                        $0.name = topic
                        $0.partitions = [
                            TxnOffsetCommitRequest.Partition {
                                $0.partitionIndex = partition
                                $0.committedOffset = offset
                            }
                        ]
                    }
                ]
            }, version: version)
        return KafkaError(response.topics.first?.partitions.first?.errorCode ?? -1)
    }

    func addOffsets(_ group: String) async throws -> KafkaError {
        KafkaError(
            try await client.ask(
                AddOffsetsToTxnRequest {
                    $0.transactionalID = id
                    $0.producerID = producer.id
                    $0.producerEpoch = producer.epoch
                    $0.groupID = group
                }
            ).errorCode)
    }

    func state() async throws -> String {
        try await client.ask(DescribeTransactionsRequest { $0.transactionalIDs = [id] }).transactionStates.first?
            .transactionState ?? ""
    }

    /// Waits until nothing of the transaction is under way.
    func settled() async throws {
        while try await state().hasPrefix("Prepare") { await client.core.sleep(milliseconds: 5) }
    }
}

extension Client {
    /// What a read-committed consumer would be given, aborted transactions left out.
    func committed(_ topic: String, _ partition: Int32 = 0) async throws -> [String] {
        let fetched = try await fetch(topic, partition) { $0.isolationLevel = 1 }
        return try committedRecords(fetched)
    }
}
