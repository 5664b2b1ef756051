import Bytes
import KafkaProtocol
import Records

/// How keys and values become text.
enum RecordDecoder: Sendable {
    case values(key: ValueDecoder, value: ValueDecoder)
    case coordinator(CoordinatorDecoder)
    case clusterMetadata
    case remoteLogMetadata

    /// The decoders that have an option of their own, in the order in which they win.
    static let special: [(option: String, decoder: RecordDecoder)] = [
        ("offsets-decoder", .coordinator(.groups)),
        ("transaction-log-decoder", .coordinator(.transactions)),
        ("cluster-metadata-decoder", .clusterMetadata),
        ("remote-log-metadata-decoder", .remoteLogMetadata),
        ("share-group-state-decoder", .coordinator(.shares)),
    ]

    func decode(_ record: Record) throws(DumpFailure) -> (key: String?, payload: String?) {
        switch self {
        case .values(let key, let value): (try key.text(record.key), try value.text(record.value))
        case .coordinator(let decoder): try decoder.decode(record)
        case .clusterMetadata: (nil, MetadataDecoder.decode(record))
        case .remoteLogMetadata: (nil, RemoteLogDecoder.decode(record))
        }
    }
}

/// A class of Kafka's that reads keys or values.
enum ValueDecoder: String, Sendable {
    case string = "StringDecoder"
    case bytes = "DefaultDecoder"
    case integer = "IntegerDecoder"
    case long = "LongDecoder"

    static let initial = "org.apache.kafka.tools.api.StringDecoder"

    init(named name: String) throws(DumpFailure) {
        let known = ["org.apache.kafka.tools.api.", "kafka.serializer."].first(where: name.hasPrefix)
        guard let known, let decoder = ValueDecoder(rawValue: String(name.dropFirst(known.count))) else {
            throw DumpFailure(
                "Failed to load decoder class \(name): there are String-, Default-, Integer- and LongDecoder of "
                    + "org.apache.kafka.tools.api")
        }
        self = decoder
    }

    func text(_ bytes: ByteSlice?) throws(DumpFailure) -> String? {
        guard let bytes else { return nil }
        switch self {
        case .string, .bytes: return bytes.javaText
        case .integer:
            guard bytes.count >= 4 else { throw tooShort(bytes) }
            return "\(bytes.bigEndian(0, as: Int32.self))"
        case .long:
            guard bytes.count >= 8 else { throw tooShort(bytes) }
            return "\(bytes.bigEndian(0, as: Int64.self))"
        }
    }

    private func tooShort(_ bytes: ByteSlice) -> DumpFailure {
        DumpFailure("\(rawValue) can't read a number from \(bytes.count) bytes")
    }
}
