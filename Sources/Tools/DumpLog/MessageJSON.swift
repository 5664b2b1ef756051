import Bytes
import KafkaProtocol

/// A message as Kafka's converters write it in JSON: in the schema's order, and without tagged fields that hold their
/// defaults.
struct MessageJSON {
    private let descriptor: MessageDescriptor

    init(_ descriptor: MessageDescriptor) { self.descriptor = descriptor }

    func read(_ bytes: ByteSlice, at start: Int = 0, version: Int16) throws(CodingError) -> JSON {
        var position = start
        return try read(bytes, at: &position, version: version)
    }

    func read(_ bytes: ByteSlice, at position: inout Int, version: Int16) throws(CodingError) -> JSON {
        let json = try descriptor.json(decoding: bytes, at: &position, version: version)
        return Self.ordered(Self.trimmed(json, try descriptor.fields()), Self.places[descriptor.name] ?? [])
    }

    /// Tagged fields that stand in the midst of a schema: each behind which other. The wire has them last.
    private static let places: [String: [(field: String, behind: String)]] = [
        "PartitionRecord": [("leaderRecoveryState", "leader")],
        "ShareSnapshotValue": [("deliveryCompleteCount", "startOffset")],
        "ShareUpdateValue": [("deliveryCompleteCount", "startOffset")],
        "TransactionLogValue": [
            ("nextProducerId", "producerId"), ("previousProducerId", "producerId"),
            ("nextProducerEpoch", "producerEpoch"),
        ],
    ]

    private static func ordered(_ json: JSON, _ places: [(field: String, behind: String)]) -> JSON {
        guard case .object(let object) = json, !places.isEmpty else { return json }
        var members = object.members
        for place in places {
            guard let from = members.firstIndex(where: { $0.name == place.field }) else { continue }
            let member = members.remove(at: from)
            let to = members.firstIndex { $0.name == place.behind }.map { $0 + 1 } ?? members.endIndex
            members.insert(member, at: to)
        }
        return .object(members)
    }

    private static func trimmed(_ json: JSON, _ fields: [FieldDescription]) -> JSON {
        switch json {
        case .array(let elements): return .array(elements.map { trimmed($0, fields) })
        case .object(let object):
            var members: [(name: String, value: JSON)] = []
            for member in object.members {
                let field = fields.first { $0.name == member.name }
                if let field, field.tag != nil, isInitial(member.value, field) { continue }
                members.append((member.name, trimmed(member.value, field?.fields ?? [])))
            }
            return .object(members)
        default: return json
        }
    }

    private static func isInitial(_ value: JSON, _ field: FieldDescription) -> Bool {
        value == field.initial
    }
}

extension JSON {
    static func object(_ members: [(name: String, value: JSON)]) -> JSON {
        var object = Object()
        for member in members { object.append(member.name, member.value) }
        return .object(object)
    }

    var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }

    /// With another value for the member `name`, at its place.
    func replacing(_ name: String, _ value: JSON) -> JSON {
        guard case .object(let object) = self else { return self }
        return .object(object.members.map { ($0.name, $0.name == name ? value : $0.value) })
    }
}
