public import Bytes

/// The fields of variable size: strings, bytes, records, structures.
extension Coder {
    @inline(never)
    public mutating func string(
        _ value: inout String, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        default initial: String = "", ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) { return try value.code(&self, name) }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        try otherNeverNull(&value, Field(name, since, until, ignorable, tag), initial)
    }

    /// - Parameters:
    ///   - nullableSince: the first version that knows null: before, nil can't be encoded.
    ///   - nullableUntil: the last such version.
    @inline(never)
    public mutating func nullableString(
        _ value: inout String?, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        nullableSince: Int16 = .min, nullableUntil: Int16 = .max, default initial: String? = nil,
        ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) {
            let nullAllowed = has(nullableSince, nullableUntil)
            return try codeNullable(&value, name, nullAllowed: nullAllowed, compact: isFlexible)
        }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        let field = Field(name, since, until, ignorable, tag).nullable(nullableSince, nullableUntil)
        try otherNullable(&value, field, initial)
    }

    /// A nullable string that keeps its int16 length in flexible versions: the client id of a request's header.
    public mutating func legacyNullableString(
        _ value: inout String?, _ name: StaticString, since: Int16 = .min, until: Int16 = .max
    ) throws(CodingError) {
        let outer = isFlexible
        isFlexible = false
        defer { isFlexible = outer }
        // The schema's default is the empty string, as that of all strings which don't say otherwise.
        try nullableString(&value, name, since: since, until: until, default: "")
    }

    public mutating func bytes(
        _ value: inout ByteSlice, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        default initial: ByteSlice = ByteSlice(), ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) { return try value.code(&self, name) }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        try otherNeverNull(&value, Field(name, since, until, ignorable, tag), initial)
    }

    public mutating func nullableBytes(
        _ value: inout ByteSlice?, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        nullableSince: Int16 = .min, nullableUntil: Int16 = .max, default initial: ByteSlice? = nil,
        ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) {
            return try ByteSlice.code(&value, &self, name, nullAllowed: has(nullableSince, nullableUntil))
        }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        let field = Field(name, since, until, ignorable, tag).nullable(nullableSince, nullableUntil)
        try otherNullable(&value, field, initial)
    }

    /// Record batches as they lie in the frame; encoding for pieces, a piece of their own. The schema's default is
    /// null, whether or not a version can say so.
    public mutating func records(
        _ value: inout ByteSlice?, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        nullableSince: Int16 = .min, nullableUntil: Int16 = .max, ignorable: Bool = false
    ) throws(CodingError) {
        let nullAllowed = has(nullableSince, nullableUntil)
        if isPlain(since, until, nil) {
            guard direction == .encode, let present = value else {
                return try ByteSlice.code(&value, &self, name, nullAllowed: nullAllowed)
            }
            return try putRecords([present], name)
        }
        if skips(since, until, ignorable, nil, isInitial: value == nil) { return }
        let field = Field(name, since, until, ignorable, nil).nullable(nullableSince, nullableUntil)
        try otherNullable(&value, field, nil, typeName: "records")
    }

    /// The same for records that lie in several pieces.
    public mutating func records(
        _ value: inout RecordPieces?, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        nullableSince: Int16 = .min, nullableUntil: Int16 = .max, ignorable: Bool = false
    ) throws(CodingError) {
        if isPlain(since, until, nil) {
            return try RecordPieces.code(&value, &self, name, nullAllowed: has(nullableSince, nullableUntil))
        }
        if skips(since, until, ignorable, nil, isInitial: value == nil) { return }
        let field = Field(name, since, until, ignorable, nil).nullable(nullableSince, nullableUntil)
        try otherNullable(&value, field, nil)
    }

    /// A structure in line.
    @inline(never)
    public mutating func structure<Structure: KafkaStruct>(
        _ value: inout Structure, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) { return try whole(&value) }
        if skips(since, until, ignorable, tag, isInitial: value == Structure()) { return }
        try otherNeverNull(&value, Field(name, since, until, ignorable, tag), Structure())
    }

    public mutating func nullableStructure<Structure: KafkaStruct>(
        _ value: inout Structure?, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        nullableSince: Int16 = .min, nullableUntil: Int16 = .max, default initial: Structure? = nil,
        ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) {
            return try Structure.code(&value, &self, name, nullAllowed: has(nullableSince, nullableUntil))
        }
        if skips(since, until, ignorable, tag, isInitial: value == initial) { return }
        let field = Field(name, since, until, ignorable, tag).nullable(nullableSince, nullableUntil)
        try otherNullable(&value, field, initial)
    }

    mutating func codeNullable(
        _ value: inout String?, _ field: StaticString, nullAllowed: Bool, compact: Bool
    ) throws(CodingError) {
        if direction == .decode {
            value = try takeString(field, compact: compact)
            if value == nil, !nullAllowed { throw failure(field, .null) }
        } else if let present = value {
            try putString(present, field, compact: compact)
        } else {
            guard nullAllowed else { throw failure(field, .null) }
            putNullString(compact: compact)
        }
    }
}
