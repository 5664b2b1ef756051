/// One field of a message as its description declares it: what the schema test compares with Kafka's.
public struct FieldDescription: Equatable, Sendable {
    public let name: String
    /// `int32`, `[]string`, `struct`, `[]struct`, …
    public let type: String
    /// Versions that have the field; open ends are `Int16.min` and `.max`.
    public let versions: ClosedRange<Int16>
    /// Versions in which it may be null.
    public let nullableVersions: ClosedRange<Int16>?
    /// An empty array or structure stands for itself.
    public let initial: JSON
    public let isIgnorable: Bool
    public let tag: Int?
    /// The parts of a structure, tagged ones last.
    public let fields: [FieldDescription]
}

/// What JSON and schema need besides the walk itself.
final class Exchange {
    var input = JSON.Object()
    var output = JSON.Object()
    var fields: [FieldDescription] = []
}

extension Coder {
    mutating func write(_ field: Field, _ json: JSON) {
        exchange?.output.append("\(field.name)", json)
    }

    @_semantics("optimize.sil.specialize.generic.never")
    mutating func writeObject<Structure: KafkaStruct>(_ value: inout Structure) throws(CodingError) -> JSON {
        let exchange = exchange ?? Exchange()
        let outer = exchange.output
        exchange.output = JSON.Object()
        try whole(&value)
        defer { exchange.output = outer }
        return .object(exchange.output)
    }

    @_semantics("optimize.sil.specialize.generic.never")
    mutating func readObject<Structure: KafkaStruct>(
        _ value: inout Structure, _ json: JSON, _ field: StaticString
    ) throws(CodingError) {
        guard case .object(let object) = json, let exchange else { throw failure(field, .json) }
        let outer = exchange.input
        exchange.input = object
        try whole(&value)
        exchange.input = outer
    }

    @_semantics("optimize.sil.specialize.generic.never")
    mutating func describeFields<Structure: KafkaStruct>(
        _ value: inout Structure
    ) throws(CodingError) -> [FieldDescription] {
        let exchange = exchange ?? Exchange()
        let outer = exchange.fields
        exchange.fields = []
        try whole(&value)
        defer { exchange.fields = outer }
        return exchange.fields
    }

    @_semantics("optimize.sil.specialize.generic.never")
    mutating func describe<Value: FieldValue>(
        _ field: Field, _ type: Value.Type, _ typeName: String, _ present: JSON, _ initial: JSON
    ) throws(CodingError) {
        guard present == initial else { throw failure(field.name, .description) }
        let nullable =
            field.nullableSince <= field.nullableUntil ? field.nullableSince...field.nullableUntil : nil
        guard field.since <= field.until else { throw failure(field.name, .description) }
        let parts = try Value.describe(&self)
        exchange?.fields.append(
            FieldDescription(
                name: "\(field.name)", type: typeName, versions: field.since...field.until,
                nullableVersions: nullable, initial: initial, isIgnorable: field.isIgnorable,
                tag: field.tag < 0 ? nil : Int(field.tag), fields: parts))
    }

    @_semantics("optimize.sil.specialize.generic.never")
    mutating func defaultJSON<Value: NullableValue>(_ value: Value?) throws(CodingError) -> JSON {
        guard let value else { return .null }
        return Value.typeName == "struct" ? .object(JSON.Object()) : try value.json(&self)
    }
}

extension KafkaMessage {
    /// The fields of `version`, tagged ones included even when they hold their defaults.
    @_semantics("optimize.sil.specialize.generic.never")
    public func json(version: Int16) throws(CodingError) -> JSON {
        let exchange = Exchange()
        var coder = Coder(.writeJSON, exchange: exchange)
        var message = self
        try coder.message(&message, version: version)
        return .object(exchange.output)
    }

    /// Takes what `json` holds of the fields of `version`; what it lacks stays at its default.
    @_semantics("optimize.sil.specialize.generic.never")
    public init(json: JSON, version: Int16) throws(CodingError) {
        self.init()
        let exchange = Exchange()
        var coder = Coder(.readJSON, exchange: exchange)
        guard case .object(let object) = json else { throw CodingError(position: 0, field: Self.name, reason: .json) }
        exchange.input = object
        try coder.message(&self, version: version)
    }

    /// The schema that the description amounts to.
    @_semantics("optimize.sil.specialize.generic.never")
    public static func describe() throws(CodingError) -> [FieldDescription] {
        var coder = Coder(.describe, exchange: Exchange())
        var fresh = Self()
        return try coder.describeFields(&fresh)
    }
}
