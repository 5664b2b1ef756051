/// All that is not plain decoding or encoding of a field that is there: tags, versions without it, sizes, JSON, schema.
extension Coder {
    enum Step {
        case nothing, code, writeJSON, describe
        case readJSON(JSON)
    }

    @inline(never)
    mutating func other<Value: FieldValue>(
        _ value: inout Value, _ field: Field, _ initial: Value
    ) throws(CodingError) {
        switch try begin(field, isInitial: value == initial) {
        case .nothing: break
        case .code:
            let start = position
            try value.code(&self, field.name)
            finish(field, start: start)
        case .writeJSON: write(field, try value.json(&self))
        case .readJSON(let json): try value.read(json, &self, field.name)
        case .describe: try describe(field, Value.self, Value.typeName, try value.json(&self), try initial.json(&self))
        }
    }

    @_semantics("optimize.sil.specialize.generic.never")
    mutating func otherNullable<Value: NullableValue>(
        _ value: inout Value?, _ field: Field, _ initial: Value?, typeName: String = Value.typeName
    ) throws(CodingError) {
        switch try begin(field, isInitial: value == initial) {
        case .nothing: break
        case .code:
            let start = position
            if field.nullableSince > field.nullableUntil, direction != .decode, var present = value {
                try present.code(&self, field.name)
            } else if field.nullableSince > field.nullableUntil, direction == .decode {
                var present = Value.blank
                try present.code(&self, field.name)
                value = present
            } else {
                if field.tag >= 0 { nullMark = 0 }
                try Value.code(
                    &value, &self, field.name, nullAllowed: has(field.nullableSince, field.nullableUntil))
                nullMark = -1
            }
            finish(field, start: start)
        case .writeJSON: write(field, try value?.json(&self) ?? .null)
        case .readJSON(.null):
            guard has(field.nullableSince, field.nullableUntil) else { throw failure(field.name, .null) }
            value = nil
        case .readJSON(let json):
            var present = Value.blank
            try present.read(json, &self, field.name)
            value = present
        case .describe:
            try describe(field, Value.self, typeName, defaultJSON(value), defaultJSON(initial))
        }
    }

    /// A value without null, as one that never is: `nullableSince` above `nullableUntil`.
    @_semantics("optimize.sil.specialize.generic.never")
    mutating func otherNeverNull<Value: NullableValue>(
        _ value: inout Value, _ field: Field, _ initial: Value
    ) throws(CodingError) {
        var nullable: Value? = value
        try otherNullable(&nullable, field, initial)
        if let present = nullable { value = present }
    }

    @_semantics("optimize.sil.specialize.generic.never")
    mutating func otherArray<Element: FieldValue>(
        _ value: inout [Element]?, _ field: Field, _ initial: [Element]?
    ) throws(CodingError) {
        let isInitial = value?.isEmpty == initial?.isEmpty  // the only initial values are null and the empty one
        switch try begin(field, isInitial: isInitial) {
        case .nothing: break
        case .code:
            let start = position
            try codeArray(&value, field)
            finish(field, start: start)
        case .writeJSON:
            guard let value else { return write(field, .null) }
            var elements: [JSON] = []
            for element in value { elements.append(try element.json(&self)) }
            write(field, .array(elements))
        case .readJSON(.null):
            guard has(field.nullableSince, field.nullableUntil) else { throw failure(field.name, .null) }
            value = nil
        case .readJSON(.array(let elements)):
            var read: [Element] = []
            for json in elements {
                var element = Element.blank
                try element.read(json, &self, field.name)
                read.append(element)
            }
            value = read
        case .readJSON: throw failure(field.name, .json)
        case .describe:
            let present: JSON = value == nil ? .null : .array([])
            try describe(field, Element.self, "[]" + Element.typeName, present, initial == nil ? .null : .array([]))
        }
    }

    /// What there is to do for a field in this direction and version; in front of a tagged one, its tag is written.
    private mutating func begin(_ field: Field, isInitial: Bool) throws(CodingError) -> Step {
        if direction == .describe { return .describe }
        guard has(field.since, field.until) else {
            if direction == .encode || direction == .size, !field.isIgnorable, !isInitial {
                throw failure(field.name, .absentInVersion(version))
            }
            return .nothing
        }
        switch direction {
        case .writeJSON: return .writeJSON
        case .readJSON:
            guard let json = exchange?.input[field.name] else { return .nothing }
            return .readJSON(json)
        case .decode:
            if field.tag < 0 { return .code }
            guard field.tag == openTag, !tagWasKnown else { return .nothing }
            tagWasKnown = true
            return .code
        case .encode, .size, .describe:
            if field.tag < 0 { return .code }
            if isInitial { return .nothing }
            if isCountingTags {
                tagCount += 1
                return .nothing
            }
            beginTag(field.tag)
            return .code
        }
    }

    private mutating func finish(_ field: Field, start: Int) {
        guard field.tag >= 0, direction != .decode else { return }
        endTag(start: start)
    }
}
