/// A structure of the protocol: a message, or a part of one. ``Coder`` tells how to write it.
public protocol KafkaStruct: NullableValue {
    /// All fields at the schema's defaults.
    init()

    /// The untagged fields in the order of the wire.
    mutating func fields(_ coder: inout Coder) throws(CodingError)

    /// The tagged fields, ascending. Structures without any leave it out.
    mutating func taggedFields(_ coder: inout Coder) throws(CodingError)
}

extension KafkaStruct {
    @inline(__always)
    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {}

    /// A fresh one, filled in place: `HeartbeatResponse { $0.errorCode = 25 }`.
    public init(_ fill: (inout Self) -> Void) {
        self.init()
        fill(&self)
    }

    public static var typeName: String { "struct" }
    public static var blank: Self { Self() }

    @inline(__always)
    public mutating func code(_ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        try coder.whole(&self)
    }

    /// Kafka puts a byte in front of a structure that may be null: 1 when there is one, else the null mark.
    @_semantics("optimize.sil.specialize.generic.never")
    public static func code(
        _ value: inout Self?, _ coder: inout Coder, _ field: StaticString, nullAllowed: Bool
    ) throws(CodingError) {
        let nullMark = coder.nullMark
        coder.nullMark = -1
        if coder.direction == .decode {
            let mark: Int8 = try coder.take(field)
            guard mark > nullMark else {
                guard nullAllowed else { throw coder.failure(field, .null) }
                value = nil
                return
            }
            var present = Self()
            try coder.whole(&present)
            value = present
        } else if var present = value {
            coder.put(Int8(1))
            try coder.whole(&present)
        } else {
            guard nullAllowed else { throw coder.failure(field, .null) }
            coder.put(nullMark)
        }
    }

    @_semantics("optimize.sil.specialize.generic.never")
    public func json(_ coder: inout Coder) throws(CodingError) -> JSON {
        var walked = self
        return try coder.writeObject(&walked)
    }

    @_semantics("optimize.sil.specialize.generic.never")
    public mutating func read(_ json: JSON, _ coder: inout Coder, _ field: StaticString) throws(CodingError) {
        try coder.readObject(&self, json, field)
    }

    @_semantics("optimize.sil.specialize.generic.never")
    public static func describe(_ coder: inout Coder) throws(CodingError) -> [FieldDescription] {
        var fresh = Self()
        return try coder.describeFields(&fresh)
    }
}
