/// Compressed records as they unfold, read byte by byte across the windows of a ``Decompressor``.
struct RecordStream {
    enum Failure: Error {
        case malformed
        case compression(CompressionFailure)
    }

    private let decompressor: Decompressor
    private let limit: Int
    private var unfolded = 0
    /// What of the present window isn't read yet; the decompressor keeps it until the next.
    var position: UnsafeRawPointer
    private(set) var end: UnsafeRawPointer
    /// Bytes that may be read before the record ends.
    private var left = Int.max

    /// Reads the stream that `decompressor` has begun.
    init(_ decompressor: Decompressor, limit: Int) {
        self.decompressor = decompressor
        self.limit = limit
        // An empty window: `position == end` says that nothing may be loaded from it.
        position = UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
        end = position
    }

    /// Whether a byte is left in the window or, if need be, in the next one.
    mutating func hasMore() throws(RecordFailure) -> Bool {
        if position < end { return true }
        do { return try advance() } catch { throw .compression(error) }
    }

    /// Reads one record, all but the contents of key, value and headers.
    mutating func record() throws(Failure) -> (timestampDelta: Int, offsetDelta: Int, hasKey: Bool) {
        left = .max
        let length = try zigzag32()
        guard length >= 6 else { throw .malformed }
        left = length
        try skip(1)
        let timestampDelta = try zigzag64()
        let offsetDelta = try zigzag32()
        let keyLength = try zigzag32()
        try skip(max(keyLength, 0))
        try skip(max(try zigzag32(), 0))
        let headersCount = try zigzag32()
        guard headersCount >= 0, headersCount <= left else { throw .malformed }
        for _ in 0..<headersCount {
            let nameLength = try zigzag32()
            guard nameLength >= 0 else { throw .malformed }
            try skip(nameLength)
            try skip(max(try zigzag32(), 0))
        }
        guard left == 0 else { throw .malformed }
        return (timestampDelta, offsetDelta, keyLength >= 0)
    }

    private mutating func skip(_ count: Int) throws(Failure) {
        guard count <= left else { throw .malformed }
        left -= count
        var rest = count
        while rest > end - position {
            rest -= end - position
            try next()
        }
        position += rest
    }

    private mutating func zigzag32() throws(Failure) -> Int {
        let value = try varint(maximumSize: 5)
        guard value <= UInt(UInt32.max) else { throw .malformed }
        return RecordVarint.decode(value)
    }

    private mutating func zigzag64() throws(Failure) -> Int { RecordVarint.decode(try varint(maximumSize: 10)) }

    private mutating func varint(maximumSize: Int) throws(Failure) -> UInt {
        var value: UInt = 0
        for size in 0..<maximumSize {
            guard left > 0 else { throw .malformed }
            if position == end { try next() }
            let byte = UInt(position.load(as: UInt8.self))
            position += 1
            left -= 1
            if size == 9, byte > 1 { throw .malformed }
            value |= (byte & 0x7f) << UInt(size * 7)
            if byte < 0x80 { return value }
        }
        throw .malformed
    }

    /// Goes on to a window with at least one byte.
    private mutating func next() throws(Failure) {
        let more: Bool
        do { more = try advance() } catch { throw .compression(error) }
        guard more else { throw .malformed }
    }

    private mutating func advance() throws(CompressionFailure) -> Bool {
        let window = try decompressor.nextWindow()
        guard let start = window.baseAddress, window.count > 0 else { return false }
        unfolded += window.count
        guard unfolded <= limit else { throw .outputLimit(limit) }
        position = start
        end = start + window.count
        return true
    }
}
