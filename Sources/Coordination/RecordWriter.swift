import Bytes
import KafkaProtocol

/// Encodes coordinator records into one block.
struct RecordWriter: ~Copyable {
    private var coder = Coder(encodingInto: Block(capacity: 512))
    private var ends: [(key: Int, value: Int?)] = []
    private var whole: [Int: ByteSlice] = [:]

    mutating func add<Key: KafkaMessage>(_ key: Key) throws(CodingError) {
        try write(key)
        ends.append((coder.position, nil))
    }

    mutating func add<Key: KafkaMessage, Value: KafkaMessage>(
        _ key: Key, _ value: Value, version: Int16
    ) throws(CodingError) {
        try write(key)
        let keyEnd = coder.position
        var version = version
        var value = value
        try coder.int16(&version, "version")
        try coder.message(&value, version: version)
        ends.append((keyEnd, coder.position))
    }

    /// Deletes what `key`, as it was read, names.
    mutating func add(raw key: ByteSlice) {
        whole[ends.count] = key
        ends.append((coder.position, nil))
    }

    consuming func finish() -> [CoordinatorRecord] {
        let ends = ends
        let whole = whole
        let bytes = coder.finish()
        var start = 0
        return ends.enumerated().map { index, end in
            defer { start = end.value ?? end.key }
            if let key = whole[index] { return CoordinatorRecord(key: key, value: nil) }
            return CoordinatorRecord(key: bytes[start..<end.key], value: end.value.map { bytes[end.key..<$0] })
        }
    }

    private mutating func write<Key: KafkaMessage>(_ key: Key) throws(CodingError) {
        var type = Key.key
        var key = key
        try coder.int16(&type, "type")
        try coder.message(&key, version: 0)
    }
}
