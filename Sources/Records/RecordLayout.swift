/// Where the parts of one record lie within a batch's unfolded records: positions from their beginning.
public struct RecordLayout: Equatable, Sendable {
    /// The whole record, its length field included.
    public var range = 0..<0
    /// Behind the length field.
    public var body = 0
    public var timestampDelta: Int64 = 0
    /// Behind the timestamp delta.
    public var behindTimestamp = 0
    public var offsetDelta: Int32 = 0
    /// `nil` without a key.
    public var key: Range<Int>?
    /// False for a tombstone.
    public var hasValue = false

    public init() {}
}

/// A walk over the records of a batch that makes no objects: for those who look at keys and keep or drop records as
/// they lie. What follows the value's length isn't looked at.
public struct RecordLayouts {
    private let start: UnsafeRawPointer
    private let end: UnsafeRawPointer
    private let declaredCount: Int32
    private var position: UnsafeRawPointer
    private var count: Int32 = 0

    /// - Parameters:
    ///   - payload: the records, unfolded; it has to stay as long as the walk.
    ///   - count: as the batch's header declares.
    public init(_ payload: UnsafeRawBufferPointer, count: Int32) {
        // An empty payload has no address; nothing is read then.
        start = payload.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        end = start + payload.count
        position = start
        declaredCount = count
    }

    /// Describes the next record in `layout`; false behind the last. A batch that holds more or fewer than declared
    /// ends in an error.
    public mutating func next(_ layout: inout RecordLayout) throws(RecordFailure) -> Bool {
        guard count < declaredCount, position < end else {
            guard count == declaredCount, position == end else { throw .count(declared: declaredCount) }
            return false
        }
        let beginning = position
        var cursor = position
        // Six one-byte fields are the least that a record has.
        guard let length = RecordVarint.zigzag32(&cursor, end), length >= 6, length <= end - cursor else {
            throw .malformed(index: Int(count))
        }
        let recordEnd = cursor + length
        layout.range = (beginning - start)..<(recordEnd - start)
        layout.body = cursor - start
        cursor += 1
        guard let timestampDelta = RecordVarint.zigzag64(&cursor, recordEnd) else {
            throw .malformed(index: Int(count))
        }
        layout.behindTimestamp = cursor - start
        guard let offsetDelta = RecordVarint.zigzag32(&cursor, recordEnd), offsetDelta >= 0,
            let keyLength = RecordVarint.zigzag32(&cursor, recordEnd)
        else { throw .malformed(index: Int(count)) }
        layout.timestampDelta = Int64(timestampDelta)
        layout.offsetDelta = Int32(truncatingIfNeeded: offsetDelta)
        if keyLength >= 0 {
            guard keyLength <= recordEnd - cursor else { throw .malformed(index: Int(count)) }
            layout.key = (cursor - start)..<(cursor - start + keyLength)
            cursor += keyLength
        } else {
            layout.key = nil
        }
        guard let valueLength = RecordVarint.zigzag32(&cursor, recordEnd) else { throw .malformed(index: Int(count)) }
        layout.hasValue = valueLength >= 0
        position = recordEnd
        count += 1
        return true
    }
}
