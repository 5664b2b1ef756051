import Bytes
import KafkaProtocol
import Records

/// The records of a topic that a coordinator replays: an int16 in front of the key is its type, one in front of the
/// value its version.
struct CoordinatorDecoder: Sendable {
    private let keys: [Int16: MessageDescriptor]
    private let values: [Int16: MessageDescriptor]

    static let transactions = CoordinatorDecoder { $0.hasPrefix("TransactionLog") }
    static let shares = CoordinatorDecoder { $0.hasPrefix("ShareSnapshot") || $0.hasPrefix("ShareUpdate") }
    static let groups = CoordinatorDecoder {
        !$0.hasPrefix("TransactionLog") && !$0.hasPrefix("ShareSnapshot") && !$0.hasPrefix("ShareUpdate")
    }

    private init(_ isMine: (String) -> Bool) {
        let mine = Messages.all.filter { isMine($0.name) }
        keys = Self.byType(mine.filter { $0.kind == .coordinatorKey })
        values = Self.byType(mine.filter { $0.kind == .coordinatorValue })
    }

    private static func byType(_ descriptors: [MessageDescriptor]) -> [Int16: MessageDescriptor] {
        Dictionary(descriptors.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func decode(_ record: Record) throws(DumpFailure) -> (key: String?, payload: String?) {
        guard let key = record.key else {
            throw DumpFailure(
                "Failed to decode message at offset \(record.offset) using the specified decoder "
                    + "(message had a missing key)")
        }
        do throws(Unreadable) {
            let type = try Self.version(key, of: "key")
            guard let descriptor = keys[type] else { throw .unknownType(type) }
            let keyText = JacksonText.of(
                .object([("type", .string("\(type)")), ("data", try Self.read(key, descriptor, 0, "key", as: type))]))
            guard let value = record.value else { return (keyText, "<DELETE>") }
            guard let descriptor = values[type] else { throw .unknownType(type) }
            let version = try Self.version(value, of: "value")
            var data = try Self.read(value, descriptor, version, "value", as: version)
            if descriptor.name == GroupMetadataValue.name { data = Self.expanded(data, value, version) }
            return (keyText, JacksonText.of(.object([("version", .string("\(version)")), ("data", data)])))
        } catch {
            switch error {
            case .unknownType(let type):
                return ("Unknown record type \(type) at offset \(record.offset), skipping.", nil)
            case .because(let reason): return ("Error at offset \(record.offset), skipping. \(reason)", nil)
            }
        }
    }

    private enum Unreadable: Error {
        case unknownType(Int16)
        case because(String)
    }

    private static func version(_ bytes: ByteSlice, of part: String) throws(Unreadable) -> Int16 {
        guard bytes.count >= 2 else { throw .because("Could not read version from \(part)'s buffer.") }
        return bytes.bigEndian(0)
    }

    private static func read(
        _ bytes: ByteSlice, _ descriptor: MessageDescriptor, _ version: Int16, _ part: String, as number: Int16
    ) throws(Unreadable) -> JSON {
        do throws(CodingError) { return try MessageJSON(descriptor).read(bytes, at: 2, version: version) } catch {
            let reason: String
            switch error.reason {
            case .unsupportedVersion:
                throw .because("Found an unknown record version \(version) for \(descriptor.key) type")
            case .null: reason = "non-nullable field \(error.field) was serialized as null"
            case .tooManyElements(let count):
                let left = max(bytes.count - error.position, 0)
                reason = "Tried to allocate a collection of size \(count), but there are only \(left) bytes remaining."
            default: reason = "\(error)"
            }
            throw .because("Could not read record with version \(number) from \(part)'s buffer due to: \(reason).")
        }
    }

    /// The consumer protocol's blobs in the members of a classic group, as far as they can be read.
    private static func expanded(_ json: JSON, _ bytes: ByteSlice, _ version: Int16) -> JSON {
        var position = 2
        guard case .object(let object) = json,
            let group = try? GroupMetadataValue(decoding: bytes, at: &position, version: version),
            group.protocolType == "consumer"
        else { return json }
        var members: [JSON] = []
        for (member, text) in zip(group.members, object["members"]?.elements ?? []) {
            var text = text
            if let subscription = blob(member.subscription, ConsumerProtocolSubscription.self) {
                text = text.replacing("subscription", subscription)
            }
            if let assignment = blob(member.assignment, ConsumerProtocolAssignment.self) {
                text = text.replacing("assignment", assignment)
            }
            members.append(text)
        }
        return json.replacing("members", .array(members))
    }

    private static func blob<Message: KafkaMessage>(_ bytes: ByteSlice, _ type: Message.Type) -> JSON? {
        guard bytes.count >= 2 else { return nil }
        return try? MessageJSON(MessageDescriptor(type)).read(bytes, at: 2, version: bytes.bigEndian(0))
    }
}
