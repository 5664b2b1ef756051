public import Bytes

/// What a field or an array's element can be. The types of Kafka's protocol conform; messages need nothing of it.
public protocol FieldValue: Equatable, Sendable {
    /// Kafka's name of the type; `struct` for structures.
    static var typeName: String { get }

    /// The value that decoding begins with.
    static var blank: Self { get }

    /// Decodes, encodes or sizes, by the coder's direction.
    mutating func code(_ coder: inout Coder, _ field: StaticString) throws(CodingError)

    func json(_ coder: inout Coder) throws(CodingError) -> JSON

    /// Takes over what `json` holds.
    mutating func read(_ json: JSON, _ coder: inout Coder, _ field: StaticString) throws(CodingError)

    /// A structure's fields; none for others.
    static func describe(_ coder: inout Coder) throws(CodingError) -> [FieldDescription]
}

extension FieldValue {
    public static func describe(_ coder: inout Coder) throws(CodingError) -> [FieldDescription] { [] }
}

/// A ``FieldValue`` that has a null of its own on the wire.
public protocol NullableValue: FieldValue {
    static func code(
        _ value: inout Self?, _ coder: inout Coder, _ field: StaticString, nullAllowed: Bool
    ) throws(CodingError)
}

/// The integers.
public protocol IntegerValue: FieldValue, FixedWidthInteger {}

extension IntegerValue {
    public static var blank: Self { 0 }

    @inline(__always)
    public mutating func code(_ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        if coder.direction == .decode { self = try coder.take(field) } else { coder.put(self) }
    }

    public func json(_ coder: inout Coder) -> JSON { .integer(Int64(self)) }

    public mutating func read(_ json: JSON, _ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        guard case .integer(let number) = json, let value = Self(exactly: number) else {
            throw coder.failure(field, .json)
        }
        self = value
    }
}

extension Int8: IntegerValue { public static var typeName: String { "int8" } }
extension Int16: IntegerValue { public static var typeName: String { "int16" } }
extension Int32: IntegerValue { public static var typeName: String { "int32" } }
extension Int64: IntegerValue { public static var typeName: String { "int64" } }
extension UInt16: IntegerValue { public static var typeName: String { "uint16" } }
extension UInt32: IntegerValue { public static var typeName: String { "uint32" } }

extension Bool: FieldValue {
    public static var typeName: String { "bool" }
    public static var blank: Bool { false }

    @inline(__always)
    public mutating func code(_ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        if coder.direction == .decode {
            let byte: UInt8 = try coder.take(field)
            self = byte != 0
        } else {
            coder.put(UInt8(self ? 1 : 0))
        }
    }

    public func json(_ coder: inout Coder) -> JSON { .bool(self) }

    public mutating func read(_ json: JSON, _ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        guard case .bool(let value) = json else { throw coder.failure(field, .json) }
        self = value
    }
}

extension Double: FieldValue {
    public static var typeName: String { "float64" }
    public static var blank: Double { 0 }

    public mutating func code(_ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        if coder.direction == .decode {
            self = Double(bitPattern: try coder.take(field))
        } else {
            coder.put(bitPattern)
        }
    }

    public func json(_ coder: inout Coder) -> JSON { .number(self) }

    public mutating func read(_ json: JSON, _ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        guard let value = json.double else { throw coder.failure(field, .json) }
        self = value
    }
}

extension UUID: FieldValue {
    public static var typeName: String { "uuid" }
    public static var blank: UUID { .zero }

    @inline(__always)
    public mutating func code(_ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        if coder.direction == .decode {
            high = try coder.take(field)
            low = try coder.take(field)
        } else {
            coder.put(high)
            coder.put(low)
        }
    }

    public func json(_ coder: inout Coder) -> JSON { .string(text) }

    public mutating func read(_ json: JSON, _ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        guard case .string(let text) = json, let value = UUID(text: text) else { throw coder.failure(field, .json) }
        self = value
    }
}

extension String: NullableValue {
    public static var typeName: String { "string" }
    public static var blank: String { "" }

    @inline(__always)
    public mutating func code(_ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        if coder.direction == .decode {
            guard let value = try coder.takeString(field, compact: coder.isFlexible) else {
                throw coder.failure(field, .null)
            }
            self = value
        } else {
            try coder.putString(self, field, compact: coder.isFlexible)
        }
    }

    public static func code(
        _ value: inout String?, _ coder: inout Coder, _ field: StaticString, nullAllowed: Bool
    ) throws(CodingError) {
        try coder.codeNullable(&value, field, nullAllowed: nullAllowed, compact: coder.isFlexible)
    }

    public func json(_ coder: inout Coder) -> JSON { .string(self) }

    public mutating func read(_ json: JSON, _ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        guard case .string(let value) = json else { throw coder.failure(field, .json) }
        self = value
    }
}

extension ByteSlice: NullableValue {
    public static var typeName: String { "bytes" }
    public static var blank: ByteSlice { ByteSlice() }

    public mutating func code(_ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        if coder.direction == .decode {
            guard let value = try coder.takeBytes(field) else { throw coder.failure(field, .null) }
            self = value
        } else {
            try coder.putBytes(self, field)
        }
    }

    public static func code(
        _ value: inout ByteSlice?, _ coder: inout Coder, _ field: StaticString, nullAllowed: Bool
    ) throws(CodingError) {
        if coder.direction == .decode {
            value = try coder.takeBytes(field)
            if value == nil, !nullAllowed { throw coder.failure(field, .null) }
        } else if let present = value {
            try coder.putBytes(present, field)
        } else {
            guard nullAllowed else { throw coder.failure(field, .null) }
            coder.putNull()
        }
    }

    public func json(_ coder: inout Coder) -> JSON { .string(Base64.text(self)) }

    public mutating func read(_ json: JSON, _ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        guard case .string(let text) = json, let bytes = Base64.bytes(text) else { throw coder.failure(field, .json) }
        self = ByteSlice(bytes)
    }
}
