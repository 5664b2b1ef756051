import Bytes
import KafkaProtocol
import Records

/// One life of a transactional producer: from InitProducerId to the end of the process, or to being fenced.
struct ProducerInstance {
    /// What an instance says, by its age.
    struct Dialect {
        var produce: Int16
        var end: Int16
        var offsets: Int16
        /// Partitions and groups have to be added before they are written to.
        var addsExplicitly: Bool

        static let old = Dialect(produce: 9, end: 3, offsets: 3, addsExplicitly: true)
        static let lateOld = Dialect(produce: 11, end: 4, offsets: 4, addsExplicitly: true)
        static let new = Dialect(produce: 12, end: 5, offsets: 5, addsExplicitly: false)
    }

    struct Batch {
        var partition: Int32
        var entries: [Entry]
        var bytes: ByteSlice
    }

    let transactionalID: String
    let dialect: Dialect
    /// Of its transactions, in milliseconds.
    let timeout: Int32
    var producerID: Int64 = -1
    var producerEpoch: Int16 = -1
    private var sequences: [Int32: Int32] = [:]

    init(_ transactionalID: String, _ dialect: Dialect, timeout: Int32) {
        self.transactionalID = transactionalID
        self.dialect = dialect
        self.timeout = timeout
    }

    // MARK: Requests

    /// - Parameter goesOn: keeps its producer id, and says so.
    mutating func begin(_ wire: PatientWire, goesOn: Bool = false) async throws(Setback) {
        let request = InitProducerIdRequest {
            $0.transactionalID = transactionalID
            $0.transactionTimeoutMilliseconds = timeout
            guard goesOn else { return }
            $0.producerID = producerID
            $0.producerEpoch = producerEpoch
        }
        let response = try await wire.ask(request, version: 4) { [$0.errorCode] }
        try check([response.errorCode])
        producerID = response.producerID
        producerEpoch = response.producerEpoch
        sequences = [:]
    }

    func add(_ partitions: [Int32], _ wire: PatientWire) async throws(Setback) {
        let request = AddPartitionsToTxnRequest {
            $0.v3AndBelowTransactionalID = transactionalID
            $0.v3AndBelowProducerID = producerID
            $0.v3AndBelowProducerEpoch = producerEpoch
            $0.v3AndBelowTopics = [
                AddPartitionsToTxnRequest.Topic {
                    $0.name = Rehearsal.transactionalTopic
                    $0.partitions = partitions
                }
            ]
        }
        let response = try await wire.ask(request, version: 3) { $0.errors }
        try check(response.errors)
    }

    /// - Returns: the batches' base offsets.
    func produce(_ batches: [Batch], _ wire: PatientWire) async throws(Setback) -> [Int64] {
        let request = ProduceRequest {
            $0.transactionalID = transactionalID
            $0.acks = -1
            $0.timeoutMilliseconds = 30_000
            $0.topics = [ProduceRequest.Topic(Rehearsal.transactionalTopic, batches)]
        }
        let response = try await wire.ask(request, version: dialect.produce) { $0.errors }
        try check(response.errors)
        let offsets = response.topics.flatMap { $0.partitions.map(\.baseOffset) }
        guard offsets.count == batches.count else { throw .refused(.unknownServerError) }
        return offsets
    }

    func commitOffset(_ offset: Int64, _ group: String, _ wire: PatientWire) async throws(Setback) {
        if dialect.addsExplicitly {
            let request = AddOffsetsToTxnRequest {
                $0.transactionalID = transactionalID
                $0.producerID = producerID
                $0.producerEpoch = producerEpoch
                $0.groupID = group
            }
            try check([try await wire.ask(request, version: 3) { [$0.errorCode] }.errorCode])
        }
        let request = TxnOffsetCommitRequest {
            $0.transactionalID = transactionalID
            $0.groupID = group
            $0.producerID = producerID
            $0.producerEpoch = producerEpoch
            $0.topics = [
                TxnOffsetCommitRequest.Topic {
                    $0.name = Rehearsal.transactionalTopic
                    $0.partitions = [
                        TxnOffsetCommitRequest.Partition {
                            $0.partitionIndex = 0
                            $0.committedOffset = offset
                        }
                    ]
                }
            ]
        }
        let response = try await wire.ask(request, version: dialect.offsets) { $0.errors }
        try check(response.errors)
    }

    mutating func end(commit: Bool, _ wire: PatientWire) async throws(Setback) {
        let request = EndTxnRequest {
            $0.transactionalID = transactionalID
            $0.producerID = producerID
            $0.producerEpoch = producerEpoch
            $0.committed = commit
        }
        let response = try await wire.ask(request, version: dialect.end) { [$0.errorCode] }
        try check([response.errorCode])
        guard dialect.end >= 5 else { return }
        if response.producerID != producerID || response.producerEpoch != producerEpoch { sequences = [:] }
        producerID = response.producerID
        producerEpoch = response.producerEpoch
    }

    private func check(_ codes: [Int16]) throws(Setback) {
        guard let code = codes.first(where: { $0 != 0 }) else { return }
        throw .refused(KafkaError(rawValue: code) ?? .unknownServerError)
    }

    // MARK: Batches

    mutating func batch(_ entries: [Entry], _ partition: Int32, timestamp: Int64) -> Batch {
        var fields = BatchBuilder.Fields()
        fields.producerID = producerID
        fields.producerEpoch = producerEpoch
        fields.baseSequence = sequences[partition] ?? 0
        fields.isTransactional = true
        sequences[partition] = fields.baseSequence + Int32(entries.count)
        return Batch(fields, entries, partition, timestamp: timestamp)
    }
}

extension ProducerInstance.Batch {
    init(_ fields: BatchBuilder.Fields, _ entries: [Entry], _ partition: Int32, timestamp: Int64) {
        let builder = BatchBuilder(fields)
        for entry in entries {
            builder.append(timestamp: timestamp, key: nil, value: ByteSlice(utf8: entry.value))
        }
        self.init(partition: partition, entries: entries, bytes: builder.finish().bytes)
    }
}

extension ProduceRequest.Topic {
    init(_ name: String, _ batches: [ProducerInstance.Batch]) {
        self.init()
        self.name = name
        partitions = batches.map { batch in
            ProduceRequest.Partition {
                $0.index = batch.partition
                $0.records = batch.bytes
            }
        }
    }
}

// MARK: - What answers say

extension ProduceResponse {
    var errors: [Int16] { topics.flatMap { $0.partitions.map(\.errorCode) } }
}

extension AddPartitionsToTxnResponse {
    var errors: [Int16] { resultsByTopicV3AndBelow.flatMap { $0.resultsByPartition.map(\.partitionErrorCode) } }
}

extension TxnOffsetCommitResponse {
    var errors: [Int16] { topics.flatMap { $0.partitions.map(\.errorCode) } }
}
