public import Bytes

/// What is known of a field besides its value.
struct Field {
    let name: StaticString
    let since: Int16
    let until: Int16
    var nullableSince = Int16.max
    var nullableUntil = Int16.min
    let isIgnorable: Bool
    let tag: Int32

    init(_ name: StaticString, _ since: Int16, _ until: Int16, _ isIgnorable: Bool, _ tag: Int?) {
        self.name = name
        self.since = since
        self.until = until
        self.isIgnorable = isIgnorable
        self.tag = tag.flatMap { Int32(exactly: $0) } ?? -1
    }

    func nullable(_ since: Int16, _ until: Int16) -> Field {
        var field = self
        field.nullableSince = since
        field.nullableUntil = until
        return field
    }
}

/// The fields of fixed size. Each decodes or encodes in line; all else (JSON, schema, sizes, tags, versions without the
/// field) is out of line.
extension Coder {
    @inline(never)
    public mutating func bool(
        _ value: inout Bool, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        default initial: Bool = false, ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) { return try value.code(&self, name) }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        try other(&value, Field(name, since, until, ignorable, tag), initial)
    }

    @inline(never)
    public mutating func int8(
        _ value: inout Int8, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        default initial: Int8 = 0, ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) { return try value.code(&self, name) }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        try other(&value, Field(name, since, until, ignorable, tag), initial)
    }

    @inline(never)
    public mutating func int16(
        _ value: inout Int16, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        default initial: Int16 = 0, ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) { return try value.code(&self, name) }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        try other(&value, Field(name, since, until, ignorable, tag), initial)
    }

    @inline(never)
    public mutating func int32(
        _ value: inout Int32, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        default initial: Int32 = 0, ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) { return try value.code(&self, name) }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        try other(&value, Field(name, since, until, ignorable, tag), initial)
    }

    @inline(never)
    public mutating func int64(
        _ value: inout Int64, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        default initial: Int64 = 0, ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) { return try value.code(&self, name) }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        try other(&value, Field(name, since, until, ignorable, tag), initial)
    }

    @inline(never)
    public mutating func uint16(
        _ value: inout UInt16, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        default initial: UInt16 = 0, ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) { return try value.code(&self, name) }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        try other(&value, Field(name, since, until, ignorable, tag), initial)
    }

    @inline(never)
    public mutating func uint32(
        _ value: inout UInt32, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        default initial: UInt32 = 0, ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) { return try value.code(&self, name) }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        try other(&value, Field(name, since, until, ignorable, tag), initial)
    }

    public mutating func float64(
        _ value: inout Double, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        default initial: Double = 0, ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        try other(&value, Field(name, since, until, ignorable, tag), initial)
    }

    @inline(never)
    public mutating func uuid(
        _ value: inout UUID, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        default initial: UUID = .zero, ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) { return try value.code(&self, name) }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        try other(&value, Field(name, since, until, ignorable, tag), initial)
    }
}
