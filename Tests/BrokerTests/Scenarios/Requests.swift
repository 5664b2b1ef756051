import Bytes
import KafkaProtocol
import Records

/// A batch of `values` as a producer sends it.
func batch(
    _ values: [String], producer: (id: Int64, epoch: Int16)? = nil, sequence: Int32 = 0, timestamp: Int64 = 1000,
    key: String? = "k", isTransactional: Bool = false
) -> ByteSlice {
    var fields = BatchBuilder.Fields()
    fields.isTransactional = isTransactional
    if let producer {
        fields.producerID = producer.id
        fields.producerEpoch = producer.epoch
        fields.baseSequence = sequence
    }
    let builder = BatchBuilder(fields)
    for (index, value) in values.enumerated() {
        builder.append(
            timestamp: timestamp + Int64(index), key: key.map { ByteSlice(utf8: $0) }, value: ByteSlice(utf8: value))
    }
    return builder.finish().bytes
}

/// The values of the records in `bytes`, with their offsets.
func records(_ bytes: ByteSlice?) throws -> [(offset: Int64, value: String)] {
    var iterator = BatchIterator(bytes ?? ByteSlice())
    let decompressor = Decompressor()
    var all: [(offset: Int64, value: String)] = []
    while let batch = try iterator.nextBatch() {
        all += try batch.records(with: decompressor).map { ($0.offset, $0.value?.text ?? "") }
    }
    return all
}

extension KafkaError {
    init(_ code: Int16) { self = KafkaError(rawValue: code) ?? .unknownServerError }
}

extension Client {
    // MARK: Topics

    @discardableResult
    func create(
        _ name: String, partitions: Int32 = 1, _ configs: [(String, String)] = []
    ) async throws -> CreateTopicsResponse.Topic {
        let response = try await ask(
            CreateTopicsRequest {
                $0.topics = [
                    CreateTopicsRequest.Topic {
                        $0.name = name
                        $0.partitionCount = partitions
                        $0.replicationFactor = 1
                        $0.configs = configs.map { name, value in
                            CreateTopicsRequest.Config {
                                $0.name = name
                                $0.value = value
                            }
                        }
                    }
                ]
            })
        return response.topics.first ?? CreateTopicsResponse.Topic()
    }

    func delete(_ name: String) async throws -> KafkaError {
        let response = try await ask(
            DeleteTopicsRequest { $0.topics = [DeleteTopicsRequest.Topic { $0.name = name }] })
        return KafkaError(response.responses.first?.errorCode ?? -1)
    }

    func set(_ name: String, _ value: String, topic: String) async throws -> KafkaError {
        try await set(name, value, resourceType: 2, topic)
    }

    func set(_ name: String, _ value: String, broker: String) async throws -> KafkaError {
        try await set(name, value, resourceType: 4, broker)
    }

    private func set(
        _ name: String, _ value: String, resourceType: Int8, _ resource: String
    ) async throws -> KafkaError {
        let response = try await ask(
            IncrementalAlterConfigsRequest {
                $0.resources = [
                    IncrementalAlterConfigsRequest.Resource {
                        $0.resourceType = resourceType
                        $0.resourceName = resource
                        $0.configs = [
                            IncrementalAlterConfigsRequest.Config {
                                $0.name = name
                                $0.value = value
                            }
                        ]
                    }
                ]
            })
        return KafkaError(response.responses.first?.errorCode ?? -1)
    }

    func metadata(_ name: String, create: Bool = false) async throws -> MetadataResponse.Topic {
        let response = try await ask(
            MetadataRequest {
                $0.topics = [MetadataRequest.Topic { $0.name = name }]
                $0.allowAutoTopicCreation = create
            })
        return response.topics.first ?? MetadataResponse.Topic()
    }

    // MARK: Records

    @discardableResult
    func produce(_ topic: String, _ records: ByteSlice, acks: Int16 = -1) async throws -> ProduceResponse.Partition {
        try await produce(topic, 0, records, acks: acks)
    }

    @discardableResult
    func produce(
        _ topic: String, _ partition: Int32, _ records: ByteSlice, acks: Int16 = -1
    ) async throws -> ProduceResponse.Partition {
        let response = try await ask(ProduceRequest.of(topic, [(partition, records)], acks: acks), version: 12)
        return response.topics.first?.partitions.first ?? ProduceResponse.Partition()
    }

    /// Reads by name, without a session.
    func fetch(
        _ topic: String, _ partition: Int32 = 0, from offset: Int64 = 0,
        _ change: (inout FetchRequest) -> Void = { _ in }
    ) async throws -> FetchResponse.Partition {
        var request = FetchRequest.of(topic, [(partition, offset)])
        change(&request)
        let response = try await ask(request, version: 12)
        return response.topics.first?.partitions.first ?? FetchResponse.Partition()
    }

    func values(_ topic: String, _ partition: Int32 = 0, from offset: Int64 = 0) async throws -> [String] {
        let fetched = try await fetch(topic, partition, from: offset)
        return try records(fetched.records?.joined).filter { $0.offset >= offset }.map(\.value)
    }

    func offset(_ topic: String, _ partition: Int32 = 0, at timestamp: Int64, version: Int16 = 11) async throws
        -> ListOffsetsResponse.Partition
    {
        let response = try await ask(
            ListOffsetsRequest {
                $0.replicaID = -1
                $0.topics = [
                    ListOffsetsRequest.Topic {
                        $0.name = topic
                        $0.partitions = [
                            ListOffsetsRequest.Partition {
                                $0.index = partition
                                $0.timestamp = timestamp
                            }
                        ]
                    }
                ]
            }, version: version)
        return response.topics.first?.partitions.first ?? ListOffsetsResponse.Partition()
    }

    func deleteRecords(_ topic: String, _ partition: Int32 = 0, before offset: Int64) async throws
        -> DeleteRecordsResponse.Partition
    {
        let response = try await ask(
            DeleteRecordsRequest {
                $0.topics = [
                    DeleteRecordsRequest.Topic {
                        $0.name = topic
                        $0.partitions = [
                            DeleteRecordsRequest.Partition {
                                $0.partitionIndex = partition
                                $0.offset = offset
                            }
                        ]
                    }
                ]
            })
        return response.topics.first?.partitions.first ?? DeleteRecordsResponse.Partition()
    }
}

extension ProduceRequest {
    static func of(_ topic: String, _ batches: [(Int32, ByteSlice)], acks: Int16 = -1) -> ProduceRequest {
        ProduceRequest {
            $0.acks = acks
            $0.timeoutMilliseconds = 30_000
            $0.topics = [
                ProduceRequest.Topic {
                    $0.name = topic
                    $0.partitions = batches.map { index, records in
                        ProduceRequest.Partition {
                            $0.index = index
                            $0.records = records
                        }
                    }
                }
            ]
        }
    }
}

extension FetchRequest {
    static func of(_ topic: String, _ partitions: [(Int32, Int64)]) -> FetchRequest {
        FetchRequest {
            $0.maximumBytes = 50 << 20
            $0.topics =
                partitions.isEmpty
                ? []
                : [
                    FetchRequest.Topic {
                        $0.name = topic
                        $0.partitions = partitions.map { index, offset in
                            FetchRequest.Partition {
                                $0.index = index
                                $0.fetchOffset = offset
                                $0.maximumBytes = 1 << 20
                            }
                        }
                    }
                ]
        }
    }
}

/// The values that a read-committed consumer hands on: it leaves out what the answer says was aborted.
func committedRecords(_ fetched: FetchResponse.Partition) throws -> [String] {
    var iterator = BatchIterator(fetched.records?.joined ?? ByteSlice())
    let decompressor = Decompressor()
    var aborted = (fetched.abortedTransactions ?? []).sorted { $0.firstOffset < $1.firstOffset }[...]
    var open: Set<Int64> = []
    var values: [String] = []
    while let batch = try iterator.nextBatch() {
        let header = batch.header
        while let next = aborted.first, next.firstOffset <= header.lastOffset {
            open.insert(next.producerID)
            aborted.removeFirst()
        }
        if header.attributes.isControl {
            open.remove(header.producerID)
        } else if !header.attributes.isTransactional || !open.contains(header.producerID) {
            values += try batch.records(with: decompressor).map { $0.value?.text ?? "" }
        }
    }
    return values
}
