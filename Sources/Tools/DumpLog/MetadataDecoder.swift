import Bytes
import KafkaProtocol
import Records

/// Records of the metadata log: frame version 1, type and version as unsigned varints, then the message.
enum MetadataDecoder {
    private static let types: [Int16: MessageDescriptor] = Dictionary(
        Messages.all.filter { $0.kind == .metadata && !$0.name.hasPrefix("Remote") }.map { ($0.key, $0) },
        uniquingKeysWith: { first, _ in first })

    static func decode(_ record: Record) -> String {
        do throws(FramedValue.Failure) {
            let framed = try FramedValue(record.value ?? ByteSlice())
            guard let descriptor = types[framed.type] else {
                throw .because(
                    "org.apache.kafka.common.errors.UnsupportedVersionException: Unknown metadata id \(framed.type)")
            }
            let data = try framed.json(descriptor)
            return JacksonText.of(
                .object([
                    ("type", .string(constant(descriptor.name))), ("version", .integer(Int64(framed.version))),
                    ("data", data),
                ]))
        } catch { return "Error at \(record.offset), skipping. \(error.reason)" }
    }

    /// `TopicRecord` as `TOPIC_RECORD`.
    static func constant(_ name: String) -> String {
        var constant = ""
        for character in name {
            if character.isUppercase, !constant.isEmpty { constant += "_" }
            constant += character.uppercased()
        }
        return constant
    }
}

/// A value that says its type and version itself.
struct FramedValue {
    enum Failure: Error {
        case because(String)

        var reason: String { if case .because(let reason) = self { reason } else { "" } }
    }

    let type: Int16
    let version: Int16
    private let bytes: ByteSlice
    private let start: Int

    init(_ bytes: ByteSlice) throws(Failure) {
        self.bytes = bytes
        var position = 0
        let frame = try Self.varint(bytes, &position, "frame version")
        guard frame == 1 else {
            throw .because(
                "Could not deserialize metadata record due to unknown frame version \(frame)"
                    + "(only frame version 1 is supported)")
        }
        type = try Self.varint(bytes, &position, "type")
        version = try Self.varint(bytes, &position, "version")
        start = position
    }

    func json(_ descriptor: MessageDescriptor) throws(Failure) -> JSON {
        var position = start
        let json: JSON
        do { json = try MessageJSON(descriptor).read(bytes, at: &position, version: version) } catch {
            throw .because("Failed to deserialize record with type \(type)")
        }
        guard position == bytes.count else {
            throw .because("Found \(bytes.count - position) byte(s) of garbage after \(type)")
        }
        return json
    }

    func message<Message: KafkaMessage>(_ type: Message.Type) throws(Failure) -> Message {
        do {
            var position = start
            return try Message(decoding: bytes, at: &position, version: version)
        } catch { throw .because("Failed to deserialize record with type \(self.type)") }
    }

    private static func varint(_ bytes: ByteSlice, _ position: inout Int, _ what: String) throws(Failure) -> Int16 {
        let rest = bytes[position..<bytes.count]
        let read = rest.withUnsafeBytes { raw -> (value: UInt32, size: Int)? in
            var reader = ByteReader(raw)
            guard let value = try? reader.unsignedVarint32() else { return nil }
            return (value, reader.position)
        }
        guard let read else { throw .because("Error while reading \(what)") }
        guard let value = Int16(exactly: read.value) else { throw .because("Value for \(what) was too large.") }
        position += read.size
        return value
    }
}
