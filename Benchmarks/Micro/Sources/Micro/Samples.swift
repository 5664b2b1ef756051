import Bytes
import KafkaProtocol
import Records

/// What is measured on.
enum Sample {
    static let now: Int64 = 1_700_000_000_000
    static let topicID = UUID(high: 0x0123_4567_89ab_cdef, low: 0x0123_4567_89ab_cdef)

    /// A batch of about `size` bytes, of records with values of `recordBytes` bytes and no keys.
    static func batch(_ size: Int, recordBytes: Int) -> RecordBatch {
        let value = ByteSlice((0..<recordBytes).map { UInt8(truncatingIfNeeded: $0 &* 37) })
        let builder = BatchBuilder(BatchBuilder.Fields(), capacity: size)
        while builder.isEmpty || builder.uncompressedSize + recordBytes + 16 <= size {
            builder.append(timestamp: now, key: nil, value: value)
        }
        return builder.finish()
    }

    static func produce(_ batch: RecordBatch) -> ProduceRequest {
        ProduceRequest { request in
            request.acks = -1
            request.timeoutMilliseconds = 30_000
            request.topics = [
                ProduceRequest.Topic { topic in
                    topic.topicID = topicID
                    topic.partitions = [ProduceRequest.Partition { $0.records = batch.bytes }]
                }
            ]
        }
    }

    static func fetch(partitions: Int32, records: [ByteSlice]) -> FetchResponse {
        FetchResponse { response in
            response.topics = [
                FetchResponse.Topic { topic in
                    topic.topicID = topicID
                    topic.partitions = (0..<partitions).map { index in
                        FetchResponse.Partition {
                            $0.index = index
                            $0.highWatermark = 1_000_000
                            $0.lastStableOffset = 1_000_000
                            $0.logStartOffset = 0
                            $0.records = RecordPieces(records)
                        }
                    }
                }
            ]
        }
    }

    static func metadata(partitions: Int32) -> MetadataResponse {
        MetadataResponse { response in
            response.clusterID = "abcdefghijklmnopqrstuv"
            response.controllerID = 1
            response.brokers = (Int32(1)...3).map { id in
                MetadataResponse.Broker {
                    $0.nodeID = id
                    $0.host = "broker-\(id).example"
                    $0.port = 9092
                }
            }
            response.topics = [
                MetadataResponse.Topic { topic in
                    topic.name = "measured"
                    topic.topicID = topicID
                    topic.partitions = (0..<partitions).map { index in
                        MetadataResponse.Partition {
                            $0.index = index
                            $0.leaderID = index % 3 + 1
                            $0.leaderEpoch = 5
                            $0.replicas = [1, 2, 3]
                            $0.inSyncReplicas = [1, 2, 3]
                        }
                    }
                }
            ]
        }
    }
}
