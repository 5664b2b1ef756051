import Bytes

/// The tag section that ends each structure of a flexible message: a count, then tag, size and content of each.
extension Coder {
    mutating func tags<Structure: KafkaStruct>(of value: inout Structure) throws(CodingError) {
        if direction == .decode { return try takeTags(of: &value) }
        let outerCount = tagCount
        tagCount = 0
        isCountingTags = true
        try value.taggedFields(&self)
        isCountingTags = false
        let count = tagCount
        tagCount = outerCount
        putVarint(count)
        if count > 0 { try value.taggedFields(&self) }
    }

    @_semantics("optimize.sil.specialize.generic.never")
    private mutating func takeTags<Structure: KafkaStruct>(of value: inout Structure) throws(CodingError) {
        let count = try takeVarint("tags")
        if count == 0 { return }
        guard count <= Limits.taggedFields else { throw failure("tags", .tooManyTags(count)) }
        let outerEnd = end
        let outerTag = openTag
        for _ in 0..<count {
            let tag = try takeVarint("tag")
            let size = try takeVarint("tag size")
            guard size <= end &- position else { throw failure("tag size", .truncated) }
            end = position + size
            openTag = Int32(exactly: tag) ?? Int32.max  // no schema has such a tag: unknown either way
            tagWasKnown = false
            try value.taggedFields(&self)
            if !tagWasKnown { position = end }
            guard position == end else { throw failure("tag size", .tagSize) }
            end = outerEnd
        }
        openTag = outerTag
        tagWasKnown = true
    }

    /// Tag and, for the time being, one byte of size.
    mutating func beginTag(_ tag: Int32) {
        putVarint(Int(tag))
        put(UInt8(0))
        tagDepth += 1
    }

    /// Puts the size in front of the content that began at `start`, moving the content when one byte is too few.
    mutating func endTag(start: Int) {
        tagDepth -= 1
        let size = position - start
        let extra = Varint.size(unsigned: UInt64(size)) - 1
        guard direction == .encode else {
            position += extra
            return
        }
        reserve(extra)
        if extra > 0 { (base + start + extra).copyMemory(from: base + start, byteCount: size) }
        position = start - 1
        putVarint(size)
        position += size
    }
}
