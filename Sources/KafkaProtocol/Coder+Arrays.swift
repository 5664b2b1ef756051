/// Arrays: a count and the elements.
extension Coder {
    /// An array of structures, integers, strings or uuids.
    @inline(never)
    public mutating func array<Element: FieldValue>(
        _ value: inout [Element], _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        if isPlain(since, until, tag) {
            if direction == .encode { return try putElements(value, name) }
            guard let elements: [Element] = try takeElements(name) else { throw failure(name, .null) }
            value = elements
        } else if !skips(since, until, ignorable, tag, isInitial: value.isEmpty) {
            var nullable: [Element]? = value
            try otherArray(&nullable, Field(name, since, until, ignorable, tag), [])
            value = nullable ?? []
        }
    }

    @inline(never)
    public mutating func nullableArray<Element: FieldValue>(
        _ value: inout [Element]?, _ name: StaticString, since: Int16 = .min, until: Int16 = .max,
        nullableSince: Int16 = .min, nullableUntil: Int16 = .max, default initial: [Element]? = nil,
        ignorable: Bool = false, tag: Int? = nil
    ) throws(CodingError) {
        let field = Field(name, since, until, ignorable, tag).nullable(nullableSince, nullableUntil)
        if isPlain(since, until, tag) { return try codeArray(&value, field) }
        if skips(since, until, ignorable, tag, isInitial: value?.isEmpty == initial?.isEmpty) { return }
        try otherArray(&value, field, initial)
    }

    mutating func codeArray<Element: FieldValue>(_ value: inout [Element]?, _ field: Field) throws(CodingError) {
        if direction == .decode {
            value = try takeElements(field.name)
            if value == nil, !has(field.nullableSince, field.nullableUntil) { throw failure(field.name, .null) }
        } else if let present = value {
            try putElements(present, field.name)
        } else {
            guard has(field.nullableSince, field.nullableUntil) else { throw failure(field.name, .null) }
            putNull()
        }
    }

    /// Nil for null. An element takes a byte at least, so a count beyond the bytes left is a lie, as it is to Kafka.
    private mutating func takeElements<Element: FieldValue>(_ field: StaticString) throws(CodingError) -> [Element]? {
        let count = try takeLength(field)
        guard count >= 0 else { return nil }
        let left = end &- position
        guard count <= left, count <= Limits.arrayElements else { throw failure(field, .tooManyElements(count)) }
        guard count <= left * Limits.reservedBytesPerInputByte / MemoryLayout<Element>.stride + 1 else {
            return try takeElementsGrowing(count, field)
        }
        // One is the usual count in what brokers handle most.
        if count == 1 {
            var element = Element.blank
            try element.code(&self, field)
            return [element]
        }
        var elements = [Element](repeating: Element.blank, count: count)
        for index in 0..<count { try elements[index].code(&self, field) }
        return elements
    }

    /// For counts that aren't believed before the elements have come.
    @_semantics("optimize.sil.specialize.generic.never")
    private mutating func takeElementsGrowing<Element: FieldValue>(
        _ count: Int, _ field: StaticString
    ) throws(CodingError) -> [Element] {
        var elements: [Element] = []
        for _ in 0..<count {
            var element = Element.blank
            try element.code(&self, field)
            elements.append(element)
        }
        return elements
    }

    private mutating func putElements<Element: FieldValue>(
        _ elements: [Element], _ field: StaticString
    ) throws(CodingError) {
        guard elements.count <= Limits.arrayElements else { throw failure(field, .tooManyElements(elements.count)) }
        try putLength(elements.count, field)
        try elements.withUnsafeBufferPointer { (buffer) throws(CodingError) in
            guard let first = buffer.baseAddress else { return }
            // Encoding and sizing only read (a walk only calls the coder), so nothing shared is written through this;
            // `inout` access to the array itself would copy it whenever somebody else holds it too.
            let elements = UnsafeMutablePointer(mutating: first)
            for index in 0..<buffer.count { try elements[index].code(&self, field) }
        }
    }
}
