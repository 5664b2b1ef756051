import KafkaProtocol
import Testing

/// What our descriptions declare against the facts of Kafka 4.3.1's schemas, in `Schemas/schemas.jsonl.gz`: a line a
/// message, its fields with versions (cut to those of their parent), nullable versions, default, tag and order.
@Suite struct SchemaTests {
    static let schemas: Result<[String: JSON], any Error> = Result {
        let lines = try Lines.read(Lines.here + "/Schemas/schemas.jsonl.gz")
        return Dictionary(lines.map { ($0["name"]?.text ?? "", $0) }) { first, _ in first }
    }

    @Test func everyMessageHasKafkasKeyKindAndVersions() throws {
        let schemas = try Self.schemas.get()
        for message in Messages.all {
            let schema = try #require(schemas[message.name], "\(message.name) is no message of Kafka's")
            let versions = schema["versions"]?.elements.compactMap(\.int16)
            #expect(versions == [message.versions.lowerBound, message.versions.upperBound], "\(message.name)")
            #expect(schema["kind"]?.text == message.kind.rawValue, "\(message.name)")
            #expect(schema["key"]?.int16 == message.key, "\(message.name)")
            // A first flexible version that isn't valid any more is as good as any other down there.
            let flexible = schema["flexible"]?.int16.map { max($0, message.versions.lowerBound) }
            #expect(flexible == message.flexibleSince.map { max($0, message.versions.lowerBound) }, "\(message.name)")
        }
    }

    @Test func everyFieldIsKafkas() throws {
        let schemas = try Self.schemas.get()
        for message in Messages.all {
            guard let schema = schemas[message.name]?["fields"] else { continue }
            let ours = Self.lines(try message.fields(), within: message.versions)
            let theirs = Self.lines(schema)
            #expect(ours == theirs, "\(message.name)\(Self.difference(ours, theirs))")
        }
    }

    @Test func everyKeyIsFlexibleAsItsRequest() {
        for message in Messages.all where message.kind == .request {
            let key = APIKey(rawValue: message.key)
            #expect(key.map { $0.name + "Request" } == message.name)
            #expect(key?.flexibleSince == message.flexibleSince, "\(message.name)")
        }
    }

    @Test func noNameIsRegisteredTwice() {
        let names = Messages.all.map(\.name)
        #expect(Set(names).count == names.count)
    }

    private static func lines(
        _ fields: [FieldDescription], within parent: ClosedRange<Int16>, _ path: String = ""
    ) -> [String] {
        fields.flatMap { field -> [String] in
            guard field.versions.overlaps(parent) else { return [] }
            let versions = field.versions.clamped(to: parent)
            let nullable = field.nullableVersions.flatMap { $0.overlaps(versions) ? $0.clamped(to: versions) : nil }
            let line = line(
                path + field.name, field.type, versions, nullable, field.initial, field.isIgnorable, field.tag)
            return [line] + lines(field.fields, within: versions, path + field.name + ".")
        }
    }

    private static func lines(_ fields: JSON, _ path: String = "") -> [String] {
        fields.elements.flatMap { field -> [String] in
            let name = path + (field["name"]?.text ?? "?")
            let line = line(
                name, field["type"]?.text ?? "?", range(field["versions"]) ?? 0...0, range(field["nullable"]),
                field["default"] ?? .null, field["ignorable"] == .bool(true), field["tag"]?.int16.map { Int($0) })
            return [line] + lines(field["fields"] ?? .null, name + ".")
        }
    }

    private static func line(
        _ name: String, _ type: String, _ versions: ClosedRange<Int16>, _ nullable: ClosedRange<Int16>?,
        _ initial: JSON, _ isIgnorable: Bool, _ tag: Int?
    ) -> String {
        let initial = initial == .number(0) ? .integer(0) : initial  // 0 and 0.0 are the same
        return "\(name): \(type) \(versions)\(nullable.map { " nullable \($0)" } ?? "") = \(initial)"
            + "\(isIgnorable ? " ignorable" : "")\(tag.map { " tag \($0)" } ?? "")"
    }

    private static func range(_ json: JSON?) -> ClosedRange<Int16>? {
        guard let bounds = json?.elements.compactMap(\.int16), bounds.count == 2 else { return nil }
        return bounds[0]...bounds[1]
    }

    private static func difference(_ ours: [String], _ theirs: [String]) -> String {
        guard
            let index = (0..<max(ours.count, theirs.count)).first(where: { index in
                index >= ours.count || index >= theirs.count || ours[index] != theirs[index]
            })
        else { return "" }
        let our = index < ours.count ? ours[index] : "nothing"
        let their = index < theirs.count ? theirs[index] : "nothing"
        return "\n  ours:   \(our)\n  theirs: \(their)"
    }
}
